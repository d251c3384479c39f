// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../../contracts/interfaces/ICommittee.sol";
import {ILawStone} from "../../contracts/interfaces/ILawStone.sol";
import {INotary} from "../../contracts/interfaces/INotary.sol";
import {IPactum} from "../../contracts/interfaces/IPactum.sol";
import {IZone} from "../../contracts/interfaces/IZone.sol";
import {Rows} from "../../contracts/libraries/Rows.sol";
import {Split} from "../../contracts/libraries/Split.sol";
import {MockToken} from "../../contracts/mocks/MockToken.sol";
import {Deploy} from "./support/Deploy.sol";
import {VM} from "./support/Vm.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @notice Holds the contracts against tests/vectors/digests.json, which Python is held against too. The contracts are put at the
/// addresses, and on the chain, that the vectors were made for.
contract VectorsTest {
    string private json;
    IPactum private pactum;
    INotary private notary;
    MockToken private bonds;
    ICommittee private committee;
    MockToken private token;
    IZone private zone;
    ILawStone private lawStone;

    function setUp() public {
        json = VM.readFile("tests/vectors/digests.json");
        VM.chainId(number(".domains.chain_id"));
        VM.warp(1_799_000_000);
        pactum = IPactum(account(".domains.pactum.contract"));
        committee = ICommittee(account(".domains.committee.contract"));
        token = MockToken(account(".offers[0].offer.token"));
        zone = Deploy.zone(address(pactum));
        lawStone = Deploy.lawStone(address(this), address(committee));
        bonds = new MockToken();
        Deploy.Bonding memory bonding = Deploy.Bonding(1 hours, address(bonds), 1, 1);
        move(address(Deploy.committee(address(this), address(pactum), bonding)), address(committee));
        move(address(new MockToken()), address(token));
        notary = Deploy.notary(address(pactum), address(zone), address(committee), address(lawStone));
        address tribunal = address(Deploy.tribunal(address(pactum)));
        Deploy.Parts memory parts = Deploy.Parts(address(this), address(zone), address(committee), tribunal, address(notary), address(this));
        move(address(Deploy.pactum(parts)), address(pactum));
    }

    /// @dev Code moves with its immutables, storage does not: whoever governed the original, nobody's account governs the copy.
    function move(address from, address to) private {
        VM.etch(to, from.code);
    }

    function bonded(address[] memory members) private returns (address[] memory) {
        for (uint256 i = 0; i < members.length; ++i) {
            bonds.mint(address(this), 1);
            bonds.approve(address(committee), 1);
            committee.post(members[i], 1);
        }
        return members;
    }

    function govern() private {
        VM.prank(address(0));
    }

    // reading ---------------------------------------------------------------------------------------------------------------------

    function entry(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(list, "[", VM.toString(i), "]", field);
    }

    function has(string memory list, uint256 i) private view returns (bool) {
        return VM.keyExistsJson(json, entry(list, i, ""));
    }

    function number(string memory key) private view returns (uint256) {
        return VM.parseJsonUint(json, key);
    }

    function account(string memory key) private view returns (address) {
        return VM.parseJsonAddress(json, key);
    }

    function word(string memory key) private view returns (bytes32) {
        return VM.parseJsonBytes32(json, key);
    }

    function offerAt(uint256 i) private view returns (INotary.Offer memory offer) {
        offer.provider = account(entry(".offers", i, ".offer.provider"));
        offer.customer = account(entry(".offers", i, ".offer.customer"));
        offer.token = account(entry(".offers", i, ".offer.token"));
        offer.terms = word(entry(".offers", i, ".offer.terms"));
        offer.law = word(entry(".offers", i, ".offer.law"));
        offer.fee = uint128(number(entry(".offers", i, ".offer.fee")));
        offer.deposit = uint128(number(entry(".offers", i, ".offer.deposit")));
        offer.maxCreditBps = uint16(number(entry(".offers", i, ".offer.maxCreditBps")));
        offer.maxSlashBps = uint16(number(entry(".offers", i, ".offer.maxSlashBps")));
        offer.minProviderBps = uint16(number(entry(".offers", i, ".offer.minProviderBps")));
        offer.periodKind = IPactum.PeriodKind(number(entry(".offers", i, ".offer.periodKind")));
        offer.periodLength = uint32(number(entry(".offers", i, ".offer.periodLength")));
        offer.maxPeriods = uint32(number(entry(".offers", i, ".offer.maxPeriods")));
        offer.noticePeriods = uint16(number(entry(".offers", i, ".offer.noticePeriods")));
        offer.lead = uint32(number(entry(".offers", i, ".offer.lead")));
        offer.expiry = uint64(number(entry(".offers", i, ".offer.expiry")));
        offer.nonce = number(entry(".offers", i, ".offer.nonce"));
    }

    function headerAt(uint256 i) private view returns (IPactum.Header memory header) {
        header.configuration = word(entry(".reports", i, ".header.configuration"));
        header.epoch = uint64(number(entry(".reports", i, ".header.epoch")));
        header.observationSet = word(entry(".reports", i, ".header.observationSet"));
        header.observers = uint32(number(entry(".reports", i, ".header.observers")));
        header.payee = account(entry(".reports", i, ".header.payee"));
    }

    function rowsAt(uint256 i) private view returns (uint256[] memory rows) {
        bytes32[] memory words = VM.parseJsonBytes32Array(json, entry(".reports", i, ".rows"));
        rows = new uint256[](words.length);
        for (uint256 j = 0; j < words.length; ++j) {
            rows[j] = uint256(words[j]);
        }
    }

    // tests -----------------------------------------------------------------------------------------------------------------------

    function test_domainSeparators() public view {
        VM.assertEq(pactum.domainSeparator(), word(".domains.pactum.separator"));
        VM.assertEq(committee.domainSeparator(), word(".domains.committee.separator"));
    }

    function test_rows() public view {
        uint256 i = 0;
        for (; has(".rows", i); ++i) {
            uint256 row = uint256(word(entry(".rows", i, ".word")));
            VM.assertEq(Rows.agreement(row), number(entry(".rows", i, ".agreement")));
            VM.assertEq(Rows.period(row), number(entry(".rows", i, ".period")));
            VM.assertEq(Rows.outcome(row), number(entry(".rows", i, ".outcome")));
            VM.assertEq(Rows.creditBps(row), number(entry(".rows", i, ".credit_bps")));
            VM.assertEq(Rows.slashBps(row), number(entry(".rows", i, ".slash_bps")));
        }
        VM.assertGe(i, 4, "vectors read");
    }

    function test_offerDigestsAndTheProvidersSignatures() public view {
        uint256 i = 0;
        for (; has(".offers", i); ++i) {
            INotary.Offer memory offer = offerAt(i);
            bytes32 digest = notary.offerDigest(offer);
            VM.assertEq(digest, word(entry(".offers", i, ".digest")));
            bytes memory signature = VM.parseJsonBytes(json, entry(".offers", i, ".signature"));
            VM.assertTrue(SignatureChecker.isValidSignatureNow(offer.provider, digest, signature));
        }
        VM.assertGe(i, 3, "vectors read");
    }

    function test_reportDigests() public view {
        uint256 i = 0;
        for (; has(".reports", i); ++i) {
            uint256[] memory rows = rowsAt(i);
            VM.assertEq(keccak256(abi.encodePacked(rows)), word(entry(".reports", i, ".rows_hash")));
            VM.assertEq(pactum.reportDigest(headerAt(i), rows), word(entry(".reports", i, ".digest")));
        }
        VM.assertGe(i, 3, "vectors read");
    }

    /// @dev The digest holds any time; Committee keeps those before 2^40.
    function test_configurationDigests() public {
        uint256 i = 0;
        for (; has(".configurations", i); ++i) {
            address[] memory members = VM.parseJsonAddressArray(json, entry(".configurations", i, ".members"));
            uint64 since = uint64(number(entry(".configurations", i, ".since")));
            uint32 index = uint32(number(entry(".configurations", i, ".index")));
            bytes32 expected = word(entry(".configurations", i, ".digest"));
            VM.assertEq(keccak256(abi.encode(block.chainid, address(committee), index, since, members)), expected);
            if (since < 2 ** 40) _configures(i, members, since, expected);
        }
        VM.assertGe(i, 2, "vectors read");
    }

    function _configures(uint256 i, address[] memory members, uint64 since, bytes32 expected) private {
        VM.warp(since - 366 days);
        bonded(members);
        govern();
        bytes32 configuration = committee.configure(members, since);
        VM.assertEq(configuration, expected);
        VM.assertEq(committee.configurationOf(configuration).index, number(entry(".configurations", i, ".index")));
        VM.assertEq(committee.configurationOf(configuration).quorum, number(entry(".configurations", i, ".quorum")));
    }

    function test_signaturesOfReportsVerify() public {
        address[] memory members = bonded(VM.parseJsonAddressArray(json, ".configurations[0].members"));
        govern();
        bytes32 configuration = committee.configure(members, uint64(block.timestamp));
        for (uint256 i = 0; has(".reports", i); ++i) {
            bytes32 digest = word(entry(".reports", i, ".digest"));
            bytes memory signatures = VM.parseJsonBytes(json, entry(".reports", i, ".signatures"));
            uint256 signers = number(entry(".reports", i, ".signers"));
            committee.verify(configuration, digest, signers, signers, signatures);
        }
    }

    function test_observationRootDigests() public view {
        uint256 i = 0;
        for (; has(".observation_roots", i); ++i) {
            uint64 epoch = uint64(number(entry(".observation_roots", i, ".epoch")));
            bytes32 digest = committee.observationRootDigest(epoch, word(entry(".observation_roots", i, ".root")));
            VM.assertEq(digest, word(entry(".observation_roots", i, ".digest")));
            bytes memory signature = VM.parseJsonBytes(json, entry(".observation_roots", i, ".signature"));
            (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
            address signer = account(entry(".signers", number(entry(".observation_roots", i, ".signer")), ".address"));
            VM.assertEq(ECDSA.recover(digest, r, vs), signer);
        }
        VM.assertGe(i, 2, "vectors read");
    }

    /// @dev Later proofs against a root will be checked with this library.
    function test_merkleProofs() public view {
        uint256 i = 0;
        for (; has(".trees", i); ++i) {
            bytes32[] memory leaves = VM.parseJsonBytes32Array(json, entry(".trees", i, ".leaves"));
            bytes32 root = word(entry(".trees", i, ".root"));
            for (uint256 j = 0; j < leaves.length; ++j) {
                string memory key = string.concat(entry(".trees", i, ".proofs"), "[", VM.toString(j), "]");
                VM.assertTrue(MerkleProof.verify(VM.parseJsonBytes32Array(json, key), root, leaves[j]));
            }
        }
        VM.assertGe(i, 8, "vectors read");
    }

    function test_assents() public {
        ILawStone stone = ILawStone(account(".domains.law_stone.contract"));
        move(address(lawStone), address(stone));
        bytes32 kind = keccak256("Assent(uint8 seat,bool takesSeat,bytes32 running,bytes32 proposed,uint64 revision,uint32 notice)");
        uint256 i = 0;
        for (; has(".assents", i); ++i) {
            bytes32 running = word(entry(".assents", i, ".amendment.running"));
            bytes32 proposed = word(entry(".assents", i, ".amendment.proposed"));
            bytes memory place = abi.encode(kind, named(i, "seat"), named(i, "takesSeat"), running, proposed);
            bytes32 amendment = keccak256(bytes.concat(place, abi.encode(named(i, "revision"), named(i, "notice"))));
            VM.assertEq(stone.assentDigestOf(amendment), word(entry(".assents", i, ".digest")));
        }
        VM.assertEq(i, 2, "vectors read");
    }

    function named(uint256 i, string memory field) private view returns (uint256) {
        return number(entry(".assents", i, string.concat(".amendment.", field)));
    }

    function test_textIds() public {
        VM.assertEq(lawStone.publish(bytes(VM.parseJsonString(json, ".texts[1].text"))), word(".texts[1].id"));
        VM.assertEq(lawStone.publish(bytes(VM.parseJsonString(json, ".texts[2].text"))), word(".texts[2].id"));
        VM.assertEq(notary.publishTerms(bytes(VM.parseJsonString(json, ".texts[2].text"))), word(".texts[2].id"));
    }

    /// @dev Opens the agreement that the first vector names, with the offer and signature that the vectors hold.
    function test_agreementIdOfAnOpening() public {
        INotary.Offer memory offer = offerAt(0);
        bytes32 law = lawStone.publish("law");
        VM.assertEq(law, offer.law);
        lawStone.found(ILawStone.Seat.Settlement, law, true);
        VM.assertEq(notary.publishTerms("terms"), offer.terms);
        govern();
        pactum.setParameters(IPactum.Parameters(6 hours, 6 hours, 6 hours, 18 hours, 31 days, 2000, 1000, 1000, address(this)));
        govern();
        pactum.list(IPactum.Listing(address(token), 0, 1));
        stake(offer);
        address customer = account(".agreements[0].customer");
        token.mint(customer, 3 * uint256(offer.fee));
        address[] memory members = bonded(VM.parseJsonAddressArray(json, ".configurations[0].members"));
        govern();
        committee.configure(members, uint64(block.timestamp));
        VM.warp(1_800_000_000 - offer.lead);
        VM.startPrank(customer);
        token.approve(address(pactum), type(uint256).max);
        uint96 agreement = notary.open(offer, VM.parseJsonBytes(json, ".offers[0].signature"), 1_800_000_000, 3, 1, 1);
        VM.assertEq(agreement, number(".agreements[0].id"));
    }

    function stake(INotary.Offer memory offer) private {
        token.mint(offer.provider, offer.deposit);
        VM.startPrank(offer.provider);
        zone.register(offer.provider, "");
        token.approve(address(zone), offer.deposit);
        zone.stake(address(token), offer.deposit);
        VM.stopPrank();
    }

    /// @dev tests/vectors/splits.json, made purse by purse in Python.
    function test_splits() public {
        json = VM.readFile("tests/vectors/splits.json");
        uint256 i = 0;
        for (; has("", i); ++i) {
            Split.Division memory got = _division(i);
            VM.assertEq(got.provider, number(entry("", i, ".division.provider")));
            VM.assertEq(got.validators, number(entry("", i, ".division.validators")));
            VM.assertEq(got.relay, number(entry("", i, ".division.relay")));
            VM.assertEq(got.dao, number(entry("", i, ".division.dao")));
            VM.assertEq(got.customerFromFee, number(entry("", i, ".division.customer_from_fee")));
            VM.assertEq(got.customerFromDeposit, number(entry("", i, ".division.customer_from_deposit")));
            VM.assertEq(got.slash, number(entry("", i, ".division.slash")));
        }
        VM.assertGe(i, 100, "vectors read");
    }

    function _division(uint256 i) private view returns (Split.Division memory) {
        Split.Pinned memory pinned = Split.Pinned({
            fee: number(entry("", i, ".case.fee")),
            relayFee: number(entry("", i, ".case.relay_fee")),
            validatorBps: number(entry("", i, ".case.validator_bps")),
            daoBps: number(entry("", i, ".case.dao_bps"))
        });
        uint256 outcome = number(entry("", i, ".case.outcome"));
        if (outcome == uint256(IPactum.Outcome.Met)) return Split.ofMet(pinned);
        if (outcome == uint256(IPactum.Outcome.NoData)) return Split.ofNoData(pinned);
        Split.Award memory award = Split.Award({
            creditBps: number(entry("", i, ".case.credit_bps")),
            slashBps: number(entry("", i, ".case.slash_bps")),
            deposit: number(entry("", i, ".case.deposit")),
            depositLeft: number(entry("", i, ".case.deposit_left"))
        });
        return Split.ofBreach(pinned, award);
    }
}
