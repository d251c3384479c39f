// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../../../contracts/interfaces/IPactum.sol";
import {Rows} from "../../../contracts/libraries/Rows.sol";

/// @notice As much of Pactum as the Tribunal talks to: rows wait until they are held, and what is decided is written down.
contract StandInPactum {
    using Rows for uint256;

    struct Decision {
        IPactum.Outcome outcome;
        uint16 creditBps;
        uint16 slashBps;
        address winner;
    }

    uint32 public constant PARAMETERS = 3;
    uint32 public constant LISTING = 5;

    address public treasury;
    uint256 public decisions;

    IPactum.Parameters private _parameters;
    mapping(uint96 agreement => IPactum.Held) private _terms;
    mapping(uint256 row => bool) private _waits;
    mapping(uint96 agreement => mapping(uint32 period => bool)) private _held;
    mapping(uint96 agreement => mapping(uint32 period => Decision)) private _decided;

    constructor(address treasury_, IPactum.Parameters memory parameters) {
        treasury = treasury_;
        _parameters = parameters;
    }

    function setTreasury(address treasury_) external {
        treasury = treasury_;
    }

    function setParameters(IPactum.Parameters calldata parameters) external {
        _parameters = parameters;
    }

    function open(uint96 agreement, address customer, address provider, address token, uint256 amount) external {
        _terms[agreement] = IPactum.Held(customer, provider, token, PARAMETERS, IPactum.Outcome.None, 0, 0, amount);
    }

    function wait(uint256 row) external {
        _waits[row] = true;
    }

    function hold(uint256 row) external returns (IPactum.Held memory held) {
        if (!_waits[row]) revert IPactum.NotDisputable(row);
        _waits[row] = false;
        _held[row.agreement()][row.period()] = true;
        held = _terms[row.agreement()];
        (held.outcome, held.creditBps, held.slashBps) = (IPactum.Outcome(row.outcome()), row.creditBps(), row.slashBps());
    }

    function decide(uint96 agreement, uint32 period, IPactum.Outcome outcome, uint16 creditBps, uint16 slashBps, address winner) external {
        if (!_held[agreement][period]) revert IPactum.NotHeld(agreement, period);
        if (creditBps > 5000) revert IPactum.OverConsent(outcome, creditBps, slashBps);
        _held[agreement][period] = false;
        _decided[agreement][period] = Decision(outcome, creditBps, slashBps, winner);
        ++decisions;
    }

    function decisionOf(uint96 agreement, uint32 period) external view returns (Decision memory) {
        return _decided[agreement][period];
    }

    function agreementOf(uint96 agreement) external view returns (IPactum.Agreement memory view_) {
        if (_terms[agreement].token == address(0)) revert IPactum.UnknownAgreement(agreement);
        (view_.customer, view_.provider, view_.listing) = (_terms[agreement].customer, _terms[agreement].provider, LISTING + agreement);
    }

    function listingOf(uint32 listing) external view returns (IPactum.Listing memory) {
        return IPactum.Listing(_terms[listing - LISTING].token, 0, 0);
    }

    function parametersOf(uint32 parameters) external view returns (IPactum.Parameters memory none) {
        return parameters == PARAMETERS ? _parameters : none;
    }
}
