// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title How one period's fee is divided
/// @notice The fee always falls into its parts exactly: shares round down, and the provider's share is what the other two leave.
/// settlement/split.py is the same in Python; both are held to the same vectors. Amounts fit 128 bits and shares sum to at most BPS: no
/// product overflows and no part exceeds what it is taken from, so that the compiler's checks are left out.
library Split {
    uint256 internal constant BPS = 10_000;

    /// @notice The first five parts sum to the fee exactly. `customerFromDeposit` is the rest of the credit, `slash` comes on top; both are
    /// taken from the locked deposit.
    struct Division {
        uint256 provider;
        uint256 validators;
        uint256 relay;
        uint256 dao;
        uint256 customerFromFee;
        uint256 customerFromDeposit;
        uint256 slash;
    }

    /// @notice What the split pinned at opening makes of one fee. The shares sum to at most BPS.
    struct Pinned {
        uint256 fee;
        uint256 relayFee;
        uint256 validatorBps;
        uint256 daoBps;
    }

    /// @notice What a verdict asks for, and the deposit it may take it from.
    struct Award {
        uint256 creditBps; // of the fee
        uint256 slashBps; // of the deposit at opening
        uint256 deposit; // at opening
        uint256 depositLeft;
    }

    function ofMet(Pinned memory pinned) internal pure returns (Division memory division) {
        uint256 validators;
        (division.provider, validators, division.dao) = shares(pinned.fee, pinned.validatorBps, pinned.daoBps);
        division.relay = floorRelay(pinned.relayFee, validators);
        division.validators = validators - division.relay;
    }

    /// @notice Who did not observe is not paid: the validators' share goes back to the customer.
    function ofNoData(Pinned memory pinned) internal pure returns (Division memory division) {
        (division.provider, division.customerFromFee, division.dao) = shares(pinned.fee, pinned.validatorBps, pinned.daoBps);
    }

    /// @notice The validators' share stays whole, so that no witness loses by telling the truth. The credit comes from the provider's
    /// share, then from the deposit, then from the DAO's share; the slash comes on top, from what is left of the deposit.
    function ofBreach(Pinned memory pinned, Award memory award) internal pure returns (Division memory division) {
        division = ofMet(pinned);
        unchecked {
            uint256 credit = floorShare(pinned.fee, award.creditBps);
            uint256 fromProvider = min(credit, division.provider);
            uint256 fromDeposit = min(credit - fromProvider, award.depositLeft);
            uint256 fromDao = min(credit - fromProvider - fromDeposit, division.dao);
            division.provider -= fromProvider;
            division.dao -= fromDao;
            division.customerFromFee = fromProvider + fromDao;
            division.customerFromDeposit = fromDeposit;
            division.slash = min(floorShare(award.deposit, award.slashBps), award.depositLeft - fromDeposit);
        }
    }

    /// @notice The three shares of a fee, before a verdict moves any of them.
    function shares(uint256 fee, uint256 validatorBps, uint256 daoBps)
        internal
        pure
        returns (uint256 provider, uint256 validators, uint256 dao)
    {
        unchecked {
            validators = fee * validatorBps / BPS;
            dao = fee * daoBps / BPS;
            provider = fee - validators - dao;
        }
    }

    /// @notice What the relay gets of the validators' share: its flat fee, or all that there is.
    function floorRelay(uint256 relayFee, uint256 validators) internal pure returns (uint256) {
        return min(relayFee, validators);
    }

    /// @notice A share of an amount, rounded down.
    function floorShare(uint256 amount, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return amount * bps / BPS;
        }
    }

    /// @notice A share of an amount, rounded up.
    function ceilShare(uint256 amount, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return (amount * bps + BPS - 1) / BPS;
        }
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
