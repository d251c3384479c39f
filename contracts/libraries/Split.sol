// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title How one period's fee is divided
/// @notice The fee always falls into its parts exactly: shares round down, and the provider's share is what the other two leave.
/// settlement/split.py is the same in Python; both are held to the same vectors.
library Split {
    uint256 internal constant BPS = 10_000;

    /// @notice What the split pinned at opening makes of one fee.
    struct Pinned {
        uint128 fee;
        uint128 relayFee;
        uint16 validatorBps;
        uint16 daoBps;
    }

    /// @notice What a verdict asks for, and the deposit it may take it from.
    struct Award {
        uint16 creditBps; // of the fee
        uint16 slashBps; // of the deposit at opening
        uint128 deposit; // at opening
        uint128 depositLeft;
    }

    function ofMet(Pinned memory pinned) internal pure returns (IPactum.Division memory division) {
        uint128 validators = floorShare(pinned.fee, pinned.validatorBps);
        division.dao = floorShare(pinned.fee, pinned.daoBps);
        division.provider = pinned.fee - validators - division.dao;
        division.relay = min(pinned.relayFee, validators);
        division.validators = validators - division.relay;
    }

    /// @notice Who did not observe is not paid: the validators' share goes back to the customer.
    function ofNoData(Pinned memory pinned) internal pure returns (IPactum.Division memory division) {
        division.customerFromFee = floorShare(pinned.fee, pinned.validatorBps);
        division.dao = floorShare(pinned.fee, pinned.daoBps);
        division.provider = pinned.fee - division.customerFromFee - division.dao;
    }

    /// @notice The validators' share stays whole, so that no witness loses by telling the truth. The credit comes from the provider's
    /// share, then from the deposit, then from the DAO's share; the slash comes on top, from what is left of the deposit.
    function ofBreach(Pinned memory pinned, Award memory award) internal pure returns (IPactum.Division memory division) {
        division = ofMet(pinned);
        uint128 credit = floorShare(pinned.fee, award.creditBps);
        uint128 fromProvider = min(credit, division.provider);
        uint128 fromDeposit = min(credit - fromProvider, award.depositLeft);
        uint128 fromDao = min(credit - fromProvider - fromDeposit, division.dao);
        division.provider -= fromProvider;
        division.dao -= fromDao;
        division.customerFromFee = fromProvider + fromDao;
        division.customerFromDeposit = fromDeposit;
        division.slash = min(floorShare(award.deposit, award.slashBps), award.depositLeft - fromDeposit);
    }

    /// @notice A share of an amount, rounded down.
    function floorShare(uint128 amount, uint256 bps) internal pure returns (uint128) {
        return SafeCast.toUint128(uint256(amount) * bps / BPS);
    }

    function min(uint128 a, uint128 b) internal pure returns (uint128) {
        return SafeCast.toUint128(Math.min(a, b));
    }
}
