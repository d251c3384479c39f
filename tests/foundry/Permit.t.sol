// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INotary} from "../../contracts/interfaces/INotary.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {SilentToken} from "./support/HostileTokens.sol";
import {House} from "./support/House.sol";
import {VM} from "./support/Vm.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

/// @notice An agreement opened in one transaction, by an ERC-2612 permit and no approval before it.
contract PermitTest is House {
    bytes32 private constant PERMIT_TYPE = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function setUp() public override {
        super.setUp();
        VM.prank(CUSTOMER);
        token.approve(address(pactum), 0);
    }

    function permitted(uint256 value, uint256 deadline) private view returns (Signature memory signature) {
        bytes32 content = keccak256(abi.encode(PERMIT_TYPE, CUSTOMER, address(pactum), value, token.nonces(CUSTOMER), deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), content));
        (signature.v, signature.r, signature.s) = VM.sign(CUSTOMER_KEY, digest);
    }

    function permitCall(uint256 value, uint256 deadline, Signature memory given) private view returns (bytes memory) {
        return abi.encodeCall(INotary.permit, (address(token), value, deadline, given.v, given.r, given.s));
    }

    function openCall(INotary.Offer memory offer, uint32 periods) private view returns (bytes memory) {
        return abi.encodeCall(INotary.open, (offer, signed(offer), uint64(NOW + 1 hours), periods, 1, 2));
    }

    /// @dev Permit and opening in one call, as the customer.
    function both(bytes memory permit, bytes memory open) private returns (bytes[] memory) {
        bytes[] memory calls = new bytes[](2);
        (calls[0], calls[1]) = (permit, open);
        VM.prank(CUSTOMER);
        return Multicall(address(notary)).multicall(calls);
    }

    function test_permitAndOpeningAreOneTransaction() public {
        bytes memory permit = permitCall(3 * FEE, NOW, permitted(3 * FEE, NOW));
        uint96 agreement = abi.decode(both(permit, openCall(anOffer(), 3))[1], (uint96));
        VM.assertEq(pactum.agreementOf(agreement).customer, CUSTOMER);
        VM.assertEq(balance(address(pactum)), 3 * FEE);
        VM.assertEq(token.allowance(CUSTOMER, address(pactum)), 0);
    }

    /// @dev Whoever saw the permit may use it first: the allowance is there, and the opening goes through.
    function test_aPermitThatSomebodyUsedFirstDoesNoHarm() public {
        Signature memory given = permitted(3 * FEE, NOW);
        bytes memory open = openCall(anOffer(), 3);
        VM.prank(STRANGER);
        token.permit(CUSTOMER, address(pactum), 3 * FEE, NOW, given.v, given.r, given.s);
        both(permitCall(3 * FEE, NOW, given), open);
        VM.assertEq(balance(address(pactum)), 3 * FEE);
    }

    /// @dev What was seen cannot be turned against its owner: the permit is for Pactum, which pulls from whoever opens.
    function test_nobodyOpensWithAnothersPermit() public {
        Signature memory given = permitted(3 * FEE, NOW);
        bytes[] memory calls = new bytes[](2);
        (calls[0], calls[1]) = (permitCall(3 * FEE, NOW, given), openCall(anOffer(), 3));
        bytes4 refusal = IERC20Errors.ERC20InsufficientAllowance.selector;
        VM.expectRevert(abi.encodeWithSelector(refusal, address(pactum), 0, 3 * FEE));
        VM.prank(STRANGER);
        Multicall(address(notary)).multicall(calls);
        VM.assertEq(token.allowance(CUSTOMER, address(pactum)), 0);
    }

    function test_aPermitThatIsNoneLeavesTheOpeningToTheAllowance() public {
        Signature memory given = permitted(3 * FEE, NOW - 1); // expired
        bytes memory permit = permitCall(3 * FEE, NOW - 1, given);
        bytes memory open = openCall(anOffer(), 3);
        uint256 snapshot = VM.snapshotState();
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(pactum), 0, 3 * FEE));
        both(permit, open);
        VM.revertToState(snapshot);
        VM.prank(CUSTOMER);
        token.approve(address(pactum), 3 * FEE);
        both(permit, open);
        VM.assertEq(balance(address(pactum)), 3 * FEE);
    }

    function test_aPermitOfLessThanTheFeesOpensNothing() public {
        bytes memory permit = permitCall(3 * FEE - 1, NOW, permitted(3 * FEE - 1, NOW));
        bytes memory open = openCall(anOffer(), 3);
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(pactum), 3 * FEE - 1, 3 * FEE));
        both(permit, open);
        VM.assertEq(token.allowance(CUSTOMER, address(pactum)), 0, "nothing of it stands");
    }

    function test_aTokenWithoutPermitsIsUsedByItsAllowance() public {
        token = MockToken(address(new SilentToken()));
        _furnish(address(token));
        uint256 listing = pactum.currentListing(address(token));
        INotary.Offer memory offer = anOffer();
        bytes memory open = abi.encodeCall(INotary.open, (offer, signed(offer), uint64(NOW + 1 hours), 1, 1, uint32(listing)));
        both(permitCall(FEE, NOW, Signature(27, bytes32(0), bytes32(0))), open);
        VM.assertEq(balance(address(pactum)), FEE);
    }

    function test_permitsAreOfListedTokens() public {
        VM.expectRevert(abi.encodeWithSelector(INotary.TokenNotListed.selector, STRANGER));
        notary.permit(STRANGER, 1, NOW, 27, bytes32(0), bytes32(0));
    }
}
