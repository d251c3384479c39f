// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Split} from "../../contracts/libraries/Split.sol";
import {assume} from "./Prove.sol";

/// @notice Arithmetic that solvers of bit vectors do not see through, proved over integers; the proofs below assume it where they need it.
library Facts {
    /// @dev Shares that sum to at most the whole take at most the whole.
    function productsFit(uint256 fee, uint256 validatorBps, uint256 daoBps) internal pure returns (bool) {
        unchecked {
            return fee * validatorBps + fee * daoBps <= fee * Split.BPS;
        }
    }

    /// @dev Rounding down each of two parts does not make them more than the whole, nor one of them.
    function floorsFit(uint256 fee, uint256 one, uint256 other) internal pure returns (bool) {
        unchecked {
            return one / Split.BPS <= fee && other / Split.BPS <= fee - one / Split.BPS;
        }
    }

    /// @dev A share of an amount, rounded up, is no more than the amount.
    function ceilingFits(uint256 amount, uint256 bps) internal pure returns (bool) {
        unchecked {
            return (amount * bps + Split.BPS - 1) / Split.BPS <= amount;
        }
    }
}

/// @notice The facts, over every input that the contracts can meet. A solver that counts in integers proves them.
contract SplitFacts {
    function check_sharesOfAtMostTheWholeTakeAtMostTheWhole(uint128 fee, uint16 validatorBps, uint16 daoBps) external pure {
        assume(uint256(validatorBps) + daoBps <= Split.BPS);
        assert(Facts.productsFit(fee, validatorBps, daoBps));
    }

    function check_partsRoundedDownAreAtMostTheWhole(uint128 fee, uint144 one, uint144 other) external pure {
        unchecked {
            assume(uint256(one) + other <= uint256(fee) * Split.BPS);
        }
        assert(Facts.floorsFit(fee, one, other));
    }

    function check_aShareRoundedUpIsAtMostTheWhole(uint128 amount, uint16 bps) external pure {
        assume(bps <= Split.BPS);
        assert(Facts.ceilingFits(amount, bps));
    }

    /// @dev Refuted, or the prover proves nothing: rounding loses up to a unit of each share.
    function check_control_sharesRoundedDownAreExact(uint128 fee, uint16 bps) external pure {
        assume(bps <= Split.BPS);
        unchecked {
            assert(Split.floorShare(fee, bps) * Split.BPS == uint256(fee) * bps);
        }
    }
}

/// @notice How a fee is divided, for every fee, relay's fee and deposit of 128 bits and all shares that are at most the whole. Shares are
/// stated in the contract's own formula; that no part wraps round, although the compiler's checks are left out, is proved with them.
contract SplitProofs {
    struct Case {
        uint128 fee;
        uint128 relayFee;
        uint16 validatorBps;
        uint16 daoBps;
        uint16 creditBps;
        uint16 slashBps;
        uint128 deposit;
        uint128 depositLeft;
    }

    function check_aMetPeriodIsDividedExactly(Case calldata given) external pure {
        Split.Division memory division = Split.ofMet(pinned(given));
        wholeFee(division, given.fee);
        assert(division.validators + division.relay == share(given.fee, given.validatorBps));
        assert(division.relay == least(given.relayFee, share(given.fee, given.validatorBps)));
        assert(division.dao == share(given.fee, given.daoBps));
        assert(division.customerFromFee == 0 && division.customerFromDeposit == 0 && division.slash == 0);
    }

    function check_aPeriodWithoutDataIsDividedExactly(Case calldata given) external pure {
        Split.Division memory division = Split.ofNoData(pinned(given));
        wholeFee(division, given.fee);
        assert(division.customerFromFee == share(given.fee, given.validatorBps));
        assert(division.dao == share(given.fee, given.daoBps));
        assert(division.validators == 0 && division.relay == 0 && division.customerFromDeposit == 0 && division.slash == 0);
    }

    function check_aBreachDividesTheWholeFee(Case calldata given) external pure {
        wholeFee(breach(given), given.fee);
    }

    function check_aBreachTakesAtMostWhatIsLeftOfTheDeposit(Case calldata given) external pure {
        Split.Division memory division = breach(given);
        assert(division.customerFromDeposit <= given.depositLeft);
        assert(division.slash <= given.depositLeft - division.customerFromDeposit);
        assert(division.slash <= share(given.deposit, given.slashBps));
    }

    function check_aBreachLeavesTheWitnessesWhole(Case calldata given) external pure {
        Split.Division memory division = breach(given);
        assert(division.validators + division.relay == share(given.fee, given.validatorBps));
        assert(division.relay == least(given.relayFee, share(given.fee, given.validatorBps)));
    }

    function check_aBreachCreditsWhatItSaysOrAllThatThereIs(Case calldata given) external pure {
        Split.Division memory division = breach(given);
        uint256 credit = share(given.fee, given.creditBps);
        uint256 others = given.fee - share(given.fee, given.validatorBps);
        assert(division.customerFromFee + division.customerFromDeposit == least(credit, others + given.depositLeft));
    }

    function check_aBreachTakesFromTheProviderThenTheDepositThenTheDao(Case calldata given) external pure {
        Split.Division memory division = breach(given);
        if (division.customerFromDeposit != 0) assert(division.provider == 0);
        if (division.dao != share(given.fee, given.daoBps)) assert(division.customerFromDeposit == given.depositLeft);
        assert(division.dao <= share(given.fee, given.daoBps));
    }

    /// @dev Refuted, or the prover proves nothing: a credit above the provider's share takes from the deposit.
    function check_control_aBreachNeverTakesFromTheDeposit(Case calldata given) external pure {
        assert(breach(given).customerFromDeposit == 0);
    }

    function breach(Case calldata given) private pure returns (Split.Division memory) {
        assume(given.creditBps <= Split.BPS && given.slashBps <= Split.BPS && given.depositLeft <= given.deposit);
        return Split.ofBreach(pinned(given), Split.Award(given.creditBps, given.slashBps, given.deposit, given.depositLeft));
    }

    /// @dev With the facts about its shares that are proved above.
    function pinned(Case calldata given) private pure returns (Split.Pinned memory) {
        assume(uint256(given.validatorBps) + given.daoBps <= Split.BPS);
        unchecked {
            assume(Facts.floorsFit(given.fee, uint256(given.fee) * given.validatorBps, uint256(given.fee) * given.daoBps));
        }
        return Split.Pinned(given.fee, given.relayFee, given.validatorBps, given.daoBps);
    }

    /// @dev The parts sum to the fee, and none is more than it: nothing wrapped round.
    function wholeFee(Split.Division memory division, uint256 fee) private pure {
        assert(division.provider <= fee && division.validators <= fee && division.relay <= fee);
        assert(division.dao <= fee && division.customerFromFee <= fee);
        assert(division.provider + division.validators + division.relay + division.dao + division.customerFromFee == fee);
    }

    function share(uint256 amount, uint256 bps) private pure returns (uint256) {
        unchecked {
            return amount * bps / Split.BPS;
        }
    }

    function least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
