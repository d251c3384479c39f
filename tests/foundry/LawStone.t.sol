// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {Deploy} from "./support/Deploy.sol";
import {VM} from "./support/Vm.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @notice Texts, and the steps that governance alone takes. Amendments are in LawStoneAmendments.t.sol.
contract LawStoneTest {
    ILawStone.Seat private constant SETTLEMENT = ILawStone.Seat.Settlement;
    ILawStone.Seat private constant ROUTING = ILawStone.Seat.Routing;
    address private constant STRANGER = address(0xbad);
    ILawStone private stone;

    function setUp() public {
        stone = Deploy.lawStone(address(this), address(0));
    }

    function test_publishNamesTheTextByItsHashAndKeepsIt() public {
        bytes memory text = "decide(_, _, _).";
        VM.expectEmit(address(stone));
        emit ILawStone.Published(keccak256(text), STRANGER, text.length);
        VM.prank(STRANGER);
        bytes32 law = stone.publish(text);
        VM.assertEq(law, keccak256(text));
        VM.assertEq(stone.textOf(law), text);
        VM.assertEq(uint8(stone.statusOf(law)), uint8(ILawStone.Status.Published));
    }

    function testFuzz_aTextOfAnyLengthComesBackWhole(uint256 length, bytes32 seed) public {
        bytes memory text = _text(length % 3000 + 1, seed);
        VM.assertEq(stone.textOf(stone.publish(text)), text);
    }

    function test_textsAtTheEdgesOfAChunkComeBackWhole() public {
        uint256[6] memory lengths = [uint256(1), 24_574, 24_575, 24_576, 49_150, 49_151];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory text = _text(lengths[i], bytes32(i));
            bytes memory stored = stone.textOf(stone.publish(text));
            VM.assertEq(stored.length, lengths[i]);
            VM.assertEq(keccak256(stored), keccak256(text));
        }
    }

    function test_publishRefusesAnEmptyText() public {
        VM.expectRevert(ILawStone.EmptyLaw.selector);
        stone.publish("");
    }

    function test_publishRefusesATextThatStands() public {
        bytes32 law = stone.publish("law");
        VM.expectRevert(abi.encodeWithSelector(ILawStone.AlreadyPublished.selector, law));
        stone.publish("law");
    }

    function test_aLawIsPublishedThenEnactedThenBrokenAndNeverBack() public {
        bytes32 law = stone.publish("law");
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotBreakable.selector, law, ILawStone.Status.Published));
        stone.breakLaw(law);
        VM.expectEmit(address(stone));
        emit ILawStone.Enacted(law, SETTLEMENT, false, 0, 0);
        stone.found(SETTLEMENT, law, false);
        VM.assertEq(uint8(stone.statusOf(law)), uint8(ILawStone.Status.Enacted));
        VM.expectRevert(abi.encodeWithSelector(ILawStone.NotEnactable.selector, law, ILawStone.Status.Enacted));
        stone.found(SETTLEMENT, law, false);
        VM.expectEmit(address(stone));
        emit ILawStone.Broken(law);
        stone.breakLaw(law);
        VM.assertEq(uint8(stone.statusOf(law)), uint8(ILawStone.Status.Broken));
        bytes memory refusal = abi.encodeWithSelector(ILawStone.NotEnactable.selector, law, ILawStone.Status.Broken);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, law, false);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, law, true);
        VM.assertEq(stone.textOf(law), "law");
    }

    function test_theFirstLawTakesItsSeatAndNoOther() public {
        bytes32 law = stone.publish("law");
        (bytes32 running, uint64 revision) = stone.lawIn(SETTLEMENT);
        VM.assertEq(running, 0);
        VM.assertEq(revision, 0);
        VM.expectEmit(address(stone));
        emit ILawStone.Enacted(law, SETTLEMENT, true, 1, 0);
        stone.found(SETTLEMENT, law, true);
        (running, revision) = stone.lawIn(SETTLEMENT);
        VM.assertEq(running, law);
        VM.assertEq(revision, 1);
        (running, revision) = stone.lawIn(ROUTING);
        VM.assertEq(running, 0);
        VM.assertEq(revision, 0);
    }

    function test_aSeatIsFoundedWithSeveralLawsAndTheOneThatRunsComesLast() public {
        bytes32 beside = stone.publish("beside");
        bytes32 law = stone.publish("law");
        stone.found(SETTLEMENT, beside, false);
        stone.found(SETTLEMENT, law, true);
        VM.assertEq(uint8(stone.statusOf(beside)), uint8(ILawStone.Status.Enacted));
        bytes32 late = stone.publish("late");
        bytes memory refusal = abi.encodeWithSelector(ILawStone.Taken.selector, SETTLEMENT, law);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, late, false);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, late, true);
        stone.found(ROUTING, late, true); // the other seat is vacant still
    }

    function test_governanceAloneEnactsAndBreaks() public {
        bytes32 law = stone.publish("law");
        VM.startPrank(STRANGER);
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, STRANGER);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, law, true);
        VM.expectRevert(refusal);
        stone.enact(law, SETTLEMENT, true, 0);
        VM.expectRevert(refusal);
        stone.breakLaw(law);
    }

    function test_anUnknownLawHasNoTextAndCannotBeEnactedOrBroken() public {
        bytes32 law = keccak256("nowhere");
        VM.assertEq(uint8(stone.statusOf(law)), uint8(ILawStone.Status.None));
        bytes memory refusal = abi.encodeWithSelector(ILawStone.NotPublished.selector, law);
        VM.expectRevert(refusal);
        stone.textOf(law);
        VM.expectRevert(refusal);
        stone.found(SETTLEMENT, law, true);
        VM.expectRevert(refusal);
        stone.breakLaw(law);
    }

    function _text(uint256 length, bytes32 seed) private pure returns (bytes memory text) {
        text = new bytes(length);
        for (uint256 at_ = 0; at_ < length; at_ += 32) {
            bytes32 word = keccak256(abi.encode(seed, at_));
            for (uint256 i = 0; i < 32 && at_ + i < length; ++i) {
                text[at_ + i] = word[i];
            }
        }
    }
}
