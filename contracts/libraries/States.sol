// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What changes while an agreement runs, in one word.
/// providerDue (96) | next (24) | disputes (16) | outcome (2) | creditBps (14) | slashBps (14) | acceptedAt (40) | crew (32)
/// The last five are of the row that waits, that of period `next - 1`; none waits where the outcome is zero.
type State is uint256;

using States for State global;

/// @title Reading and changing a State
library States {
    uint256 internal constant MOST_DISPUTES = (1 << 16) - 1;

    uint256 private constant CREW = 0;
    uint256 private constant ACCEPTED_AT = 32;
    uint256 private constant SLASH = 72;
    uint256 private constant CREDIT = 86;
    uint256 private constant OUTCOME = 100;
    uint256 private constant DISPUTES = 102;
    uint256 private constant NEXT = 118;
    uint256 private constant PROVIDER_DUE = 142;

    uint256 private constant BITS_2 = 3;
    uint256 private constant BITS_14 = (1 << 14) - 1;
    uint256 private constant BITS_16 = (1 << 16) - 1;
    uint256 private constant BITS_24 = (1 << 24) - 1;
    uint256 private constant BITS_32 = (1 << 32) - 1;
    uint256 private constant BITS_40 = (1 << 40) - 1;

    function crew(State state) internal pure returns (uint256) {
        return State.unwrap(state) & BITS_32;
    }

    function acceptedAt(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> ACCEPTED_AT & BITS_40;
    }

    function slashBps(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> SLASH & BITS_14;
    }

    function creditBps(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> CREDIT & BITS_14;
    }

    function outcome(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> OUTCOME & BITS_2;
    }

    function disputes(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> DISPUTES & BITS_16;
    }

    function next(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> NEXT & BITS_24;
    }

    function providerDue(State state) internal pure returns (uint256) {
        return State.unwrap(state) >> PROVIDER_DUE;
    }

    /// @notice The row of period `next` waits from now on. None waited.
    function awaiting(State state, uint256 outcome_, uint256 creditBps_, uint256 slashBps_, uint256 acceptedAt_, uint256 crew_)
        internal
        pure
        returns (State)
    {
        uint256 row = outcome_ << OUTCOME | creditBps_ << CREDIT | slashBps_ << SLASH | acceptedAt_ << ACCEPTED_AT | crew_ << CREW;
        return State.wrap((State.unwrap(state) >> DISPUTES << DISPUTES | row) + (uint256(1) << NEXT));
    }

    /// @notice No row waits any more.
    function cleared(State state) internal pure returns (State) {
        return State.wrap(State.unwrap(state) >> DISPUTES << DISPUTES);
    }

    /// @notice `count` more periods are decided. The caller has checked that the agreement has them.
    function past(State state, uint256 count) internal pure returns (State) {
        return State.wrap(State.unwrap(state) + (count << NEXT));
    }

    /// @notice One more dispute is open; there were fewer than MOST_DISPUTES.
    function disputed(State state) internal pure returns (State) {
        return State.wrap(State.unwrap(state) + (uint256(1) << DISPUTES));
    }

    /// @notice One dispute fewer is open.
    function undisputed(State state) internal pure returns (State) {
        return State.wrap(State.unwrap(state) - (uint256(1) << DISPUTES));
    }

    /// @notice The provider is owed more. All that an agreement can owe fits 85 bits.
    function credited(State state, uint256 amount) internal pure returns (State) {
        return State.wrap(State.unwrap(state) + (amount << PROVIDER_DUE));
    }

    /// @notice The provider is owed nothing.
    function paid(State state) internal pure returns (State) {
        return State.wrap(State.unwrap(state) & ((uint256(1) << PROVIDER_DUE) - 1));
    }
}
