// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../libraries/Bits.sol";
import {Rulebook} from "./Rulebook.sol";

/// @title What is owed to those who serve many agreements: committee members, the relay's payee, the DAO
/// @notice Rows that are settled together mostly came in one report and are paid in one token. They are summed in memory, and the sums
/// are written once.
abstract contract Purses is Rulebook {
    using Bits for Bits.Counters;

    /// @dev What the rows of one report have in common.
    struct Batch {
        bytes32 configuration;
        address payee;
        uint32 observers;
        uint64 acceptedAt;
    }

    /// @dev What a configuration earned in one token. It is divided among the members whenever one of them claims.
    struct Pot {
        uint256 undivided;
        Bits.Counters observations; // since the last division
        mapping(uint256 member => uint256) due;
    }

    /// @dev The records that one call has at hand, by their numbers, and what the rows it settled under them come to.
    struct Run {
        uint256 parametersNumber;
        Parameters parameters;
        uint256 listingNumber;
        Listing listing;
        uint256 batchNumber;
        Batch batch;
        uint256 rows;
        uint256 validators;
        uint256 relay;
        uint256 dao;
    }

    mapping(uint256 batch => Batch) internal _batches; // counted from 1
    uint40 internal _lastBatch;
    mapping(bytes32 configuration => mapping(address token => Pot)) internal _pots;
    mapping(address payee => mapping(address token => uint256)) internal _relayDue;
    mapping(address token => uint256) internal _daoDue;

    /// @dev Takes parameters and a listing at hand.
    function _take(Run memory run, uint256 parametersNumber, uint256 listingNumber) internal {
        if (run.parametersNumber != parametersNumber) {
            run.parametersNumber = parametersNumber;
            run.parameters = _parametersAt(parametersNumber);
        }
        if (run.listingNumber != listingNumber) {
            _credit(run);
            run.listingNumber = listingNumber;
            run.listing = _listingAt(listingNumber);
        }
    }

    /// @dev Takes a report at hand.
    function _takeBatch(Run memory run, uint256 batchNumber) internal {
        if (run.batchNumber == batchNumber) return;
        _credit(run);
        run.batchNumber = batchNumber;
        run.batch = _batches[batchNumber];
    }

    /// @dev Sums what a settled row gives to others than its parties.
    function _sum(Run memory run, Division memory division) internal pure {
        ++run.rows;
        run.validators += division.validators;
        run.relay += division.relay;
        run.dao += division.dao;
    }

    /// @dev Writes the sums. Whoever settles calls this when it is done.
    function _credit(Run memory run) internal {
        if (run.rows == 0) return;
        address token = run.listing.token;
        Pot storage pot = _pots[run.batch.configuration][token];

        pot.undivided += run.validators;
        pot.observations.increase(run.batch.observers, run.rows);
        _relayDue[run.batch.payee][token] += run.relay;
        _daoDue[token] += run.dao;
        (run.rows, run.validators, run.relay, run.dao) = (0, 0, 0, 0);
    }

    /// @dev Gives each member its part of what the pot holds. Rounding leaves a remainder, which stays for the next division.
    function _divide(bytes32 configuration, address token, uint256 members) internal {
        Pot storage pot = _pots[configuration][token];
        (uint256[] memory parts, uint256 divided, uint256 observations) = _parts(pot, members);
        if (divided == 0) return;

        pot.undivided -= divided;
        pot.observations.clear(members);
        for (uint256 member = 0; member < members; ++member) {
            if (parts[member] != 0) pot.due[member] += parts[member];
        }
        emit PotDivided(configuration, token, divided, observations);
    }

    /// @dev What each member would get if the pot were divided now, in proportion to its observations, rounded down.
    function _parts(Pot storage pot, uint256 members)
        internal
        view
        returns (uint256[] memory parts, uint256 divided, uint256 observations)
    {
        parts = new uint256[](members);
        for (uint256 member = 0; member < members; ++member) {
            parts[member] = pot.observations.counted(member);
            observations += parts[member];
        }
        if (observations == 0) return (parts, 0, 0);
        uint256 undivided = pot.undivided;
        for (uint256 member = 0; member < members; ++member) {
            parts[member] = undivided * parts[member] / observations;
            divided += parts[member];
        }
    }
}
