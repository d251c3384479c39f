// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "../interfaces/IPactum.sol";
import {Dues} from "../libraries/Dues.sol";
import {Pact, Pacts} from "../libraries/Pacts.sol";
import {Periods} from "../libraries/Periods.sol";
import {Tokens} from "../libraries/Tokens.sol";
import {Windows} from "../libraries/Windows.sol";
import {Ledger} from "./Ledger.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title An agreement's beginning, and its early end
abstract contract Entering is Ledger, ReentrancyGuardTransient {
    using Tokens for IERC20;

    /// @inheritdoc IPactum
    function enter(uint96 agreement, Entry calldata entry) external nonReentrant {
        if (msg.sender != NOTARY) revert NotNotary(msg.sender);
        if (isOpeningPaused) revert OpeningIsPaused();
        Record storage record = _records[agreement];
        if (record.pact.exists()) revert AgreementExists(agreement);

        record.pact = Pacts.make(entry);
        record.due = Dues.make(entry.deposit);
        record.claimant = _claimantOf(entry.provider, entry.token);
        (record.customer, record.noticePeriods) = (entry.customer, SafeCast.toUint32(entry.noticePeriods));
        if (entry.deposit != 0) ZONE.lock(entry.provider, entry.token, entry.deposit);
        IERC20(entry.token).pull(entry.customer, entry.fee * entry.periods);
    }

    /// @inheritdoc IPactum
    function terminate(uint96 agreement) external nonReentrant returns (uint32 periods) {
        Record storage record = _existing(agreement);
        bool isParty = msg.sender == record.customer || msg.sender == _providerOf(record);
        if (!isParty) revert NotAParty(agreement, msg.sender);
        Pact pact = record.pact;
        uint256 remaining = _begun(pact) + record.noticePeriods;
        if (remaining >= pact.periods()) revert NothingToTerminate(agreement, SafeCast.toUint32(pact.periods()));
        uint256 refund = (pact.periods() - remaining) * pact.fee();

        periods = SafeCast.toUint32(remaining);
        pact = pact.shortened(remaining);
        record.pact = pact;
        record.due = record.due.credited(refund);
        emit Terminated(agreement, msg.sender, periods, refund);
        _keepOrClose(agreement, record, pact, record.state);
    }

    /// @dev How many periods have begun: as many as have ended a period later.
    function _begun(Pact pact) private view returns (uint256) {
        if (!Windows.ended(pact.start(), block.timestamp)) return 0;
        return Periods.ended(pact.kind(), pact.start(), pact.periodLength(), block.timestamp) + 1;
    }
}
