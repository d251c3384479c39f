// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "../interfaces/ICommittee.sol";
import {IPactum} from "../interfaces/IPactum.sol";
import {IZone} from "../interfaces/IZone.sol";
import {Split} from "../libraries/Split.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What governance may change for later agreements
/// @notice Parameters and listings are only ever added; each agreement names those it was opened under by number, so that nothing here
/// touches a running one. Numbers count from 1.
abstract contract Rulebook is IPactum, Ownable2Step {
    uint256 private constant LONGEST = 366 days;

    ICommittee public immutable COMMITTEE;
    IZone public immutable ZONE;
    address public immutable TRIBUNAL;
    address public immutable NOTARY;
    uint256 internal immutable EPOCH_LENGTH;

    /// @inheritdoc IPactum
    uint32 public override currentParameters;
    uint32 private _listings;

    /// @inheritdoc IPactum
    uint32 public override longestThaw;

    /// @inheritdoc IPactum
    uint64 public override horizon;

    /// @inheritdoc IPactum
    bool public override isOpeningPaused;

    /// @inheritdoc IPactum
    address public override treasury;

    address public guardian;

    mapping(uint256 parameters => Parameters) private _parameters;
    mapping(uint256 listing => Listing) private _listingOf;
    mapping(uint96 tail => address token) private _tokenWith; // a claim knows its token by the last 96 bits of the address

    /// @inheritdoc IPactum
    mapping(address token => uint32) public override currentListing;

    constructor(address governor, address zone, address committee, address tribunal, address notary, address treasury_) Ownable(governor) {
        ZONE = IZone(zone);
        COMMITTEE = ICommittee(committee);
        TRIBUNAL = tribunal;
        NOTARY = notary;
        EPOCH_LENGTH = COMMITTEE.epochLength();
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPactum
    function setParameters(Parameters calldata values) external onlyOwner returns (uint32 parameters) {
        if (!_fitsTogether(values)) revert UnusableParameters(values);

        parameters = SafeCast.toUint16(uint256(currentParameters) + 1); // agreements keep the number in 16 bits
        currentParameters = parameters;
        _parameters[parameters] = values;
        if (values.thaw > longestThaw) longestThaw = values.thaw;
        uint256 reach = values.longestPeriod + _windows(values);
        if (reach > horizon) horizon = SafeCast.toUint64(reach);
        emit ParametersSet(parameters, values);
    }

    /// @inheritdoc IPactum
    function list(Listing calldata values) external onlyOwner returns (uint32 listing) {
        uint256 most = _mostRelayFee(values.minFee, _parameters[currentParameters]);
        // forge-lint: disable-next-line(unsafe-typecast)
        uint96 tail = uint96(uint160(values.token));
        address alike = _tokenWith[tail];
        bool alone = values.token != address(0) && (alike == address(0) || alike == values.token);
        if (!alone || values.minFee == 0 || values.relayFee > most) revert UnusableListing(values);

        listing = SafeCast.toUint16(uint256(_listings) + 1);
        _listings = listing;
        _tokenWith[tail] = values.token;
        _listingOf[listing] = values;
        currentListing[values.token] = listing;
        emit Listed(listing, values);
    }

    /// @inheritdoc IPactum
    function setTreasury(address treasury_) external onlyOwner {
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPactum
    function setGuardian(address guardian_) external onlyOwner {
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @inheritdoc IPactum
    function pauseOpening(bool paused) external {
        bool may = msg.sender == owner() || (paused && msg.sender == guardian);
        if (!may) revert NotGuardian(msg.sender);

        isOpeningPaused = paused;
        emit OpeningPaused(paused, msg.sender);
    }

    /// @inheritdoc IPactum
    function parametersOf(uint32 parameters) external view returns (Parameters memory) {
        return _parameters[parameters];
    }

    /// @inheritdoc IPactum
    function listingOf(uint32 listing) external view returns (Listing memory) {
        return _listingOf[listing];
    }

    /// @inheritdoc IPactum
    function conditionsOf(address token) external view returns (uint32, uint32, Parameters memory, Listing memory) {
        (uint32 parameters, uint32 listing) = (currentParameters, currentListing[token]);
        return (parameters, listing, _parameters[parameters], _listingOf[listing]);
    }

    function _parametersAt(uint256 parameters) internal view returns (Parameters storage) {
        return _parameters[parameters];
    }

    function _listingAt(uint256 listing) internal view returns (Listing storage) {
        return _listingOf[listing];
    }

    /// @dev What a listing may give the relay of the least fee: all that the witnesses get of it.
    function _mostRelayFee(uint256 minFee, Parameters storage parameters) internal view returns (uint256) {
        return Split.floorShare(minFee, parameters.validatorBps);
    }

    /// @dev Nobody could use what is paid to it: nobody has it, or no claim leads out of it.
    function _isDeadEnd(address account) internal view returns (bool) {
        bool own = account == address(this) || account == address(ZONE) || account == address(COMMITTEE);
        return own || account == TRIBUNAL || account == NOTARY || account == address(0);
    }

    /// @dev All windows are held against each other here and nowhere else.
    function _fitsTogether(Parameters calldata values) private view returns (bool) {
        // An epoch is reported as a whole: the first period to end in it is that long over already when the epoch ends.
        bool windows = values.reportDeadline > EPOCH_LENGTH && values.disputeWindow != 0 && values.resolutionDeadline != 0;
        bool thaw = values.thaw >= _windows(values) && values.thaw <= LONGEST;
        uint256 shortest = uint256(values.reportDeadline) + values.disputeWindow;
        bool length = values.longestPeriod >= shortest && values.longestPeriod <= LONGEST;
        bool shares = uint256(values.validatorBps) + values.daoBps <= Split.BPS;
        bool disputes = values.disputeBondBps != 0 && values.disputeBondBps <= Split.BPS && !_isDeadEnd(values.arbiter);
        return windows && thaw && length && shares && disputes;
    }

    /// @dev From a period's end to the last ruling on it.
    function _windows(Parameters calldata values) private pure returns (uint256) {
        return uint256(values.reportDeadline) + values.disputeWindow + values.resolutionDeadline;
    }

    function _setTreasury(address treasury_) private {
        if (_isDeadEnd(treasury_)) revert UnusableTreasury(treasury_);

        treasury = treasury_;
        emit TreasurySet(treasury_);
    }
}
