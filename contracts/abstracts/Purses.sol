// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bits} from "../libraries/Bits.sol";
import {Rulebook} from "./Rulebook.sol";

/// @title What is owed to those who serve many agreements: committee members, the relay's payee, the DAO
/// @notice Rows that are settled together mostly came in one report and are paid in one token. They are summed in memory, and the sums
/// are written once.
abstract contract Purses is Rulebook {
    /// @dev What the rows of one report have in common.
    struct Batch {
        bytes32 configuration;
        address payee;
        uint32 observers;
        uint64 acceptedAt;
    }

    /// @dev What one set of observers earned together in one token. Both sums only grow, so that nobody's share depends on who claimed when.
    struct Purse {
        uint256 earned;
        mapping(uint256 member => uint256) taken;
    }

    /// @dev The records that one call has at hand, by their numbers, and what the rows it settled under them come to.
    struct Run {
        uint256 parametersNumber;
        Parameters parameters;
        uint256 listingNumber;
        Listing listing;
        uint256 batchNumber;
        Batch batch;
        uint256 validators;
        uint256 relay;
        uint256 dao;
    }

    mapping(uint256 batch => Batch) internal _batches; // counted from 1
    uint40 internal _lastBatch;
    mapping(bytes32 configuration => mapping(address token => mapping(uint256 observers => Purse))) internal _purses;
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
        run.validators += division.validators;
        run.relay += division.relay;
        run.dao += division.dao;
    }

    /// @dev Writes the sums. Whoever settles calls this when it is done.
    function _credit(Run memory run) internal {
        address token = run.listing.token;

        if (run.validators != 0) _purses[run.batch.configuration][token][run.batch.observers].earned += run.validators;
        if (run.relay != 0) _relayDue[run.batch.payee][token] += run.relay;
        if (run.dao != 0) _daoDue[token] += run.dao;
        (run.validators, run.relay, run.dao) = (0, 0, 0);
    }

    /// @dev What a member has to come from each of these sets: its share of all that the set ever earned, less what it took. Shares are
    /// equal and round down; what the members of a set cannot share stays, less than a unit for each of them.
    function _duesOf(bytes32 configuration, address token, uint256 member, uint32[] calldata observerSets)
        internal
        view
        returns (uint256[] memory dues)
    {
        dues = new uint256[](observerSets.length);
        uint256 previous = 0;
        for (uint256 i = 0; i < dues.length; ++i) {
            uint256 observers = observerSets[i];
            if (observers <= previous) revert SetsOutOfOrder(observerSets[i]);
            previous = observers;
            if (!Bits.has(observers, member)) continue;
            Purse storage purse = _purses[configuration][token][observers];
            dues[i] = purse.earned / Bits.count(observers) - purse.taken[member];
        }
    }
}
