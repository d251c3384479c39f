// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Bits} from "../libraries/Bits.sol";
import {Pact} from "../libraries/Pacts.sol";
import {Split} from "../libraries/Split.sol";
import {Rulebook} from "./Rulebook.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What is owed to those who serve many agreements: committee members, the relay's payee, winners of disputes, the DAO
/// @notice Rows that are settled together mostly came from one crew and are paid in one token. They are summed in memory, and the sums are
/// written once.
abstract contract Purses is Rulebook {
    uint256 internal constant RELAY = Bits.MEMBERS; // no member has this index: members count from 0

    /// @dev What a crew earned in one token. All sums only grow, so that nobody's share depends on who claimed when.
    struct Purse {
        uint128 validators;
        uint128 relay;
        mapping(uint256 member => uint256) taken;
    }

    /// @dev The rules that one call has at hand, by their numbers, and what the rows it settled under them come to.
    struct Run {
        uint256 parameters;
        uint256 reportDeadline;
        uint256 validatorBps;
        uint256 daoBps;
        uint256 listing;
        address token;
        uint256 relayFee;
        uint256 crew;
        uint256 validators;
        uint256 relay;
        uint256 dao;
    }

    mapping(bytes32 crew => uint256) private _crews; // numbers, from 1
    uint256 private _lastCrew;
    mapping(uint256 crew => mapping(address token => Purse)) internal _purses;
    mapping(address winner => mapping(address token => uint256)) internal _winnerDue;
    mapping(address token => uint256) internal _daoDue;

    /// @inheritdoc IPactum
    function crewOf(bytes32 configuration, uint32 observers, address payee) external view returns (uint256) {
        return _crews[_crewKey(configuration, observers, payee)];
    }

    /// @inheritdoc IPactum
    function earnedBy(uint256 crew, address token) external view returns (uint256 validators, uint256 relay) {
        Purse storage purse = _purses[crew][token];
        return (purse.validators, purse.relay);
    }

    /// @inheritdoc IPactum
    function takenFrom(uint256 crew, address token, uint256 member) external view returns (uint256) {
        return _purses[crew][token].taken[member];
    }

    /// @inheritdoc IPactum
    function claimableOfWinner(address winner, address token) external view returns (uint256) {
        return _winnerDue[winner][token];
    }

    /// @inheritdoc IPactum
    function claimableOfDao(address token) external view returns (uint256) {
        return _daoDue[token];
    }

    /// @dev Number of a crew; a new one gets the next. Agreements keep it in 32 bits.
    function _internCrew(bytes32 configuration, uint256 observers, address payee) internal returns (uint256 crew) {
        bytes32 key = _crewKey(configuration, observers, payee);
        crew = _crews[key];
        if (crew != 0) return crew;

        crew = SafeCast.toUint32(_lastCrew + 1);
        _lastCrew = crew;
        _crews[key] = crew;
    }

    /// @dev The purse of a crew; empty where the crew is not known.
    function _purseOf(bytes32 configuration, address token, uint256 observers, address payee) internal view returns (Purse storage) {
        return _purses[_crews[_crewKey(configuration, observers, payee)]][token];
    }

    /// @dev Takes the rules of an agreement at hand.
    function _take(Run memory run, Pact pact) internal {
        uint256 number = pact.parameters();
        if (run.parameters != number) {
            run.parameters = number;
            Parameters storage parameters = _parametersAt(number);
            (run.reportDeadline, run.validatorBps, run.daoBps) = (parameters.reportDeadline, parameters.validatorBps, parameters.daoBps);
        }
        number = pact.listing();
        if (run.listing != number) {
            _credit(run);
            run.listing = number;
            Listing storage listing = _listingAt(number);
            (run.token, run.relayFee) = (listing.token, listing.relayFee);
        }
    }

    /// @dev Takes the purse of a crew at hand.
    function _takeCrew(Run memory run, uint256 crew) internal {
        if (run.crew == crew) return;
        _credit(run);
        run.crew = crew;
    }

    /// @dev Sums what a settled row gives to others than its parties. Parts of fees fit 85 bits: no block has the gas to overflow their sum.
    function _sum(Run memory run, uint256 validators, uint256 relay, uint256 dao) internal pure {
        unchecked {
            run.validators += validators;
            run.relay += relay;
            run.dao += dao;
        }
    }

    /// @dev Writes the sums. Whoever settles calls this when it is done.
    function _credit(Run memory run) internal {
        if (run.validators != 0 || run.relay != 0) {
            Purse storage purse = _purses[run.crew][run.token];
            purse.validators += SafeCast.toUint128(run.validators);
            purse.relay += SafeCast.toUint128(run.relay);
        }
        if (run.dao != 0) _daoDue[run.token] += run.dao;
        (run.validators, run.relay, run.dao) = (0, 0, 0);
    }

    function _pinned(Run memory run, Pact pact) internal pure returns (Split.Pinned memory) {
        return Split.Pinned(pact.fee(), run.relayFee, run.validatorBps, run.daoBps);
    }

    function _crewKey(bytes32 configuration, uint256 observers, address payee) private pure returns (bytes32) {
        return keccak256(abi.encode(configuration, observers, payee));
    }
}
