// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILawStone} from "../interfaces/ILawStone.sol";
import {IPactum} from "../interfaces/IPactum.sol";
import {Periods} from "../libraries/Periods.sol";
import {Split} from "../libraries/Split.sol";
import {Tokens} from "../libraries/Tokens.sol";
import {Windows} from "../libraries/Windows.sol";
import {Ledger} from "./Ledger.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title From a signed offer to an agreement
abstract contract Opening is Ledger, EIP712, ReentrancyGuardTransient {
    using Tokens for IERC20;

    uint256 private constant LONGEST_MONTH = 31 days;

    bytes32 private constant OFFER_TYPE = keccak256(
        "Offer(address provider,address customer,address token,bytes32 terms,bytes32 law,uint128 fee,uint128 deposit,"
        "uint16 maxCreditBps,uint16 maxSlashBps,uint16 minProviderBps,uint8 periodKind,uint32 periodLength,uint32 maxPeriods,"
        "uint32 lead,uint64 expiry,uint256 nonce)"
    );

    ILawStone public immutable LAW_STONE;

    /// @inheritdoc IPactum
    mapping(bytes32 terms => bool) public override isPublished;
    mapping(address provider => mapping(uint256 word => uint256)) private _spent; // one bit per nonce

    constructor(address lawStone) {
        LAW_STONE = ILawStone(lawStone);
    }

    /// @inheritdoc IPactum
    function publishTerms(bytes calldata text) external returns (bytes32 terms) {
        if (text.length == 0) revert EmptyTerms();
        terms = keccak256(text);
        if (isPublished[terms]) revert TermsAlreadyPublished(terms);

        isPublished[terms] = true;
        emit TermsPublished(terms, text);
    }

    /// @inheritdoc IPactum
    function cancelOffer(uint256 nonce) external {
        _requireUnspent(msg.sender, nonce);

        _spend(msg.sender, nonce);
        emit OfferCancelled(msg.sender, nonce);
    }

    /// @inheritdoc IPactum
    function open(Offer calldata offer, bytes calldata signature, uint64 start, uint32 periods)
        external
        nonReentrant
        returns (uint96 agreement)
    {
        bytes32 digest = offerDigest(offer);
        _requireConsent(offer, digest, signature);
        _requireReferences(offer);
        (uint32 parameters, uint32 listing) = _requirePrice(offer);
        _requireSchedule(offer, _parametersAt(parameters), start, periods);
        agreement = _idOf(digest, start, periods);
        if (_records[agreement].customer != address(0)) revert AgreementExists(agreement);
        uint128 escrow = SafeCast.toUint128(uint256(offer.fee) * periods);

        _spend(offer.provider, offer.nonce);
        _record(agreement, offer, start, periods);
        _pin(_records[agreement], parameters, listing);
        emit Opened(agreement, msg.sender, offer.provider, offer, start, periods, parameters, listing);
        if (offer.deposit != 0) ZONE.lock(offer.provider, offer.token, offer.deposit);
        IERC20(offer.token).pull(msg.sender, escrow);
    }

    /// @inheritdoc IPactum
    function isSpent(address provider, uint256 nonce) public view returns (bool) {
        return (_spent[provider][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }

    /// @inheritdoc IPactum
    function offerDigest(Offer calldata offer) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(OFFER_TYPE, offer)));
    }

    /// @dev The 96 bits bind chain, contract, customer, offer and term, so that a re-org cannot give the id to another agreement.
    function _idOf(bytes32 digest, uint64 start, uint32 periods) private view returns (uint96) {
        bytes32 opening = keccak256(abi.encode(block.chainid, address(this), msg.sender, digest, start, periods));
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint96(uint256(opening));
    }

    /// @dev The provider stands behind exactly this offer, for this customer, now.
    function _requireConsent(Offer calldata offer, bytes32 digest, bytes calldata signature) private view {
        bool expired = Windows.ended(offer.expiry, block.timestamp);
        if (expired) revert OfferExpired(offer.expiry, SafeCast.toUint64(block.timestamp));
        if (offer.customer != address(0) && offer.customer != msg.sender) revert OfferForAnother(offer.customer, msg.sender);
        if (ZONE.payoutOf(offer.provider) == address(0)) revert ProviderNotRegistered(offer.provider);
        _requireUnspent(offer.provider, offer.nonce);
        bool signed = SignatureChecker.isValidSignatureNowCalldata(offer.provider, digest, signature);
        if (!signed) revert BadOfferSignature(offer.provider, digest);
    }

    function _requireReferences(Offer calldata offer) private view {
        if (!isPublished[offer.terms]) revert TermsNotPublished(offer.terms);
        if (LAW_STONE.statusOf(offer.law) != ILawStone.Status.Enacted) revert LawNotEnacted(offer.law);
    }

    /// @return parameters number of those in force
    /// @return listing number of the token's newest one
    function _requirePrice(Offer calldata offer) private view returns (uint32 parameters, uint32 listing) {
        parameters = currentParameters;
        if (parameters == 0) revert ParametersNotSet();
        listing = currentListing[offer.token];
        if (listing == 0) revert TokenNotListed(offer.token);
        Parameters storage split = _parametersAt(parameters);
        _requireListing(offer, _listingAt(listing), split);
        bool caps = offer.maxCreditBps <= Split.BPS && offer.maxSlashBps <= Split.BPS;
        if (!caps) revert CapsTooHigh(offer.maxCreditBps, offer.maxSlashBps);
        uint256 providerBps = Split.BPS - split.validatorBps - split.daoBps;
        if (providerBps < offer.minProviderBps) revert ProviderShareTooSmall(providerBps, offer.minProviderBps);
    }

    /// @dev A listing was held against the parameters of its day; these may be others.
    function _requireListing(Offer calldata offer, Listing memory listing, Parameters storage split) private view {
        if (offer.fee < listing.minFee) revert FeeTooSmall(offer.fee, listing.minFee);
        uint128 most = _mostRelayFee(listing, split);
        if (listing.relayFee > most) revert RelayFeeTooLarge(listing.relayFee, most);
    }

    function _requireSchedule(Offer calldata offer, Parameters storage parameters, uint64 start, uint32 periods) private view {
        uint256 most = Math.min(offer.maxPeriods, type(uint24).max);
        if (periods == 0 || periods > most) revert UnusablePeriods(periods, SafeCast.toUint32(most));
        _requireStart(offer, start);
        if (offer.periodKind == PeriodKind.CalendarMonth) _requireMonth(offer.periodLength, start);
        uint256 least = uint256(parameters.reportDeadline) + parameters.disputeWindow;
        uint256 shortest = Periods.shortest(offer.periodKind, offer.periodLength);
        if (shortest < least) revert PeriodTooShort(shortest, least);
        // The record keeps times in 40 bits: no period may end beyond them.
        SafeCast.toUint40(Periods.boundary(offer.periodKind, start, offer.periodLength, periods));
        if (COMMITTEE.configurationAt(start) == 0) revert NoCommitteeAt(start);
    }

    /// @dev The lead is the provider's word, and the customer chooses within one period after it, or a day where periods are shorter: just
    /// enough to begin with a month or an hour. Who could choose freely could lock a deposit for ever, for the price of one fee.
    function _requireStart(Offer calldata offer, uint64 start) private view {
        uint256 earliest = block.timestamp + offer.lead;
        if (start < earliest) revert StartTooEarly(start, SafeCast.toUint64(earliest));
        uint256 choice = offer.periodKind == PeriodKind.Fixed ? Math.max(offer.periodLength, 1 days) : LONGEST_MONTH;
        if (Windows.over(earliest, choice, start)) revert StartTooLate(start, SafeCast.toUint64(earliest + choice - 1));
    }

    function _requireMonth(uint32 periodLength, uint64 start) private pure {
        if (periodLength != 0) revert UnusableLength(periodLength);
        uint256 monthStart = Periods.monthStart(Periods.monthOf(start));
        if (start != monthStart) revert StartOffMonth(start, SafeCast.toUint64(monthStart));
    }

    function _record(uint96 agreement, Offer calldata offer, uint64 start, uint32 periods) private {
        Record storage record = _records[agreement];
        record.customer = msg.sender;
        record.start = SafeCast.toUint40(start);
        record.periods = SafeCast.toUint24(periods);
        record.kind = offer.periodKind;
        record.provider = offer.provider;
        record.periodLength = offer.periodLength;
        record.maxCreditBps = offer.maxCreditBps;
        record.maxSlashBps = offer.maxSlashBps;
        record.terms = offer.terms;
        record.law = offer.law;
        record.fee = offer.fee;
        record.deposit = offer.deposit;
        record.state.depositLeft = offer.deposit;
    }

    function _pin(Record storage record, uint32 parameters, uint32 listing) private {
        record.parameters = SafeCast.toUint16(parameters);
        record.listing = SafeCast.toUint16(listing);
    }

    function _requireUnspent(address provider, uint256 nonce) private view {
        if (isSpent(provider, nonce)) revert OfferSpent(provider, nonce);
    }

    function _spend(address provider, uint256 nonce) private {
        _spent[provider][nonce >> 8] |= uint256(1) << (nonce & 0xff);
    }
}
