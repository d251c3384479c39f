// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "./IPactum.sol";

/// @title Where rows are disputed
/// @notice Anyone may dispute an accepted row before it matures, with a bond. The arbiter that the agreement pinned confirms the row or
/// replaces it, before its deadline; if it is silent, the committee's row stands and the bond goes back. A row is disputed at most once.
/// Bonds are kept here, the row's money stays in Pactum and the Zone.
interface ITribunal {
    struct Dispute {
        address disputer;
        uint96 bond;
        address token;
        uint64 deadline; // exclusive
        address arbiter;
        IPactum.Outcome outcome; // as the committee reported it
        uint16 creditBps;
        uint16 slashBps;
        bool open;
        address heldUp; // who would have been paid: the customer of a breach, else the provider
    }

    event Disputed(
        uint96 indexed agreement,
        uint32 indexed period,
        address indexed disputer,
        uint256 row,
        address token,
        uint256 bond,
        uint64 deadline,
        bytes32 grounds
    );
    /// @notice The arbiter let the row stand. The bond falls to the DAO and to whom the dispute held up.
    event Confirmed(uint96 indexed agreement, uint32 indexed period, address heldUp, uint256 toHeldUp, uint256 toDao);
    /// @notice The arbiter put another verdict in the row's place. The bond goes back to the disputer.
    event Replaced(uint96 indexed agreement, uint32 indexed period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps);
    /// @notice The arbiter was silent. The row stands, and the bond goes back to the disputer.
    event Lapsed(uint96 indexed agreement, uint32 indexed period);
    event Paid(address indexed account, address indexed token, uint256 amount);
    event DaoPaid(address indexed treasury, address indexed token, uint256 amount);

    error BondTooLarge(uint256 bond, uint256 most);
    error NoDispute(uint96 agreement, uint32 period);
    error NotArbiter(address caller, address arbiter);
    error DeadlinePassed(uint64 deadline);
    error DeadlineAhead(uint64 deadline);
    error NoChange(); // what would replace the row is the row
    error NothingToClaim();

    /// @notice Disputes a row that waits. Pulls the bond, a share of what the dispute holds up, from the caller.
    /// @param row as it was accepted
    /// @param grounds keccak-256 of whatever the disputer argues from; for the arbiter to find
    /// @param mostBond the most that the caller would put up
    /// @return bond what it put up
    function dispute(uint256 row, bytes32 grounds, uint256 mostBond) external returns (uint256 bond);

    /// @notice Lets the row stand. The agreement's arbiter only, before the deadline.
    function confirm(uint96 agreement, uint32 period) external;

    /// @notice Puts another verdict in the row's place, inside what the provider consented to. The agreement's arbiter only, before the
    /// deadline.
    function replace(uint96 agreement, uint32 period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps) external;

    /// @notice Lets the row stand after the deadline. Open to everyone.
    function lapse(uint96 agreement, uint32 period) external;

    /// @notice Pays an account the bonds and halves of bonds that are its. Open to everyone.
    function claim(address account, address token) external returns (uint256 amount);

    /// @notice Pays the treasury that Pactum names its halves of lost bonds. Open to everyone.
    function claimDao(address token) external returns (uint256 amount);

    function disputeOf(uint96 agreement, uint32 period) external view returns (Dispute memory);

    function claimableOf(address account, address token) external view returns (uint256);

    function claimableOfDao(address token) external view returns (uint256);

    /// @notice All that is owed in a token, and in open disputes.
    function owed(address token) external view returns (uint256);
}
