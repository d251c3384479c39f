// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICommittee} from "./interfaces/ICommittee.sol";
import {ILawStone} from "./interfaces/ILawStone.sol";
import {INotary} from "./interfaces/INotary.sol";
import {IPactum} from "./interfaces/IPactum.sol";
import {IZone} from "./interfaces/IZone.sol";
import {Dues} from "./libraries/Dues.sol";
import {Periods} from "./libraries/Periods.sol";
import {Split} from "./libraries/Split.sol";
import {Windows} from "./libraries/Windows.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title From signed offers to agreements
contract Notary is INotary, Multicall {
    bytes32 private constant DOMAIN_TYPE = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant DOMAIN_NAME = keccak256("Surety Pactum");
    bytes32 private constant DOMAIN_VERSION = keccak256("1");
    bytes32 private constant OFFER_TYPE = keccak256(
        "Offer(address provider,address customer,address token,bytes32 terms,bytes32 law,uint128 fee,uint128 deposit,"
        "uint16 maxCreditBps,uint16 maxSlashBps,uint16 minProviderBps,uint8 periodKind,uint32 periodLength,uint32 maxPeriods,"
        "uint16 noticePeriods,uint32 lead,uint64 expiry,uint256 nonce)"
    );

    IPactum public immutable PACTUM;
    IZone public immutable ZONE;
    ICommittee public immutable COMMITTEE;
    ILawStone public immutable LAW_STONE;

    /// @inheritdoc INotary
    mapping(bytes32 terms => bool) public override isPublished;
    mapping(address provider => mapping(uint256 word => uint256)) private _spent; // one bit per nonce

    /// @param pactum address at which Pactum will be created; the two name each other
    constructor(address pactum, address zone, address committee, address lawStone) {
        PACTUM = IPactum(pactum);
        ZONE = IZone(zone);
        COMMITTEE = ICommittee(committee);
        LAW_STONE = ILawStone(lawStone);
    }

    /// @inheritdoc INotary
    function publishTerms(bytes calldata text) external returns (bytes32 terms) {
        if (text.length == 0) revert EmptyTerms();
        terms = keccak256(text);
        if (isPublished[terms]) revert TermsAlreadyPublished(terms);

        isPublished[terms] = true;
        emit TermsPublished(terms, text);
    }

    /// @inheritdoc INotary
    function cancelOffer(uint256 nonce) external {
        _requireUnspent(msg.sender, nonce);

        _spend(msg.sender, nonce);
        emit OfferCancelled(msg.sender, nonce);
    }

    /// @inheritdoc INotary
    function open(Offer calldata offer, bytes calldata signature, uint64 start, uint32 periods, uint32 parameters, uint32 listing)
        external
        returns (uint96 agreement)
    {
        bytes32 digest = offerDigest(offer);
        _requireConsent(offer, digest, signature);
        _requireReferences(offer);
        (IPactum.Parameters memory rules, IPactum.Listing memory price) = _requireConditions(offer.token, parameters, listing);
        _requirePrice(offer, periods, rules, price);
        _requireSchedule(offer, rules, start, periods);
        agreement = _idOf(digest, start, periods);

        _spend(offer.provider, offer.nonce);
        emit Opened(agreement, msg.sender, offer.provider, offer, start, periods, parameters, listing);
        PACTUM.enter(agreement, _entryOf(offer, start, periods, parameters, listing));
    }

    /// @inheritdoc INotary
    function permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        if (PACTUM.currentListing(token) == 0) revert TokenNotListed(token);
        try IERC20Permit(token).permit(msg.sender, address(PACTUM), value, deadline, v, r, s) {} catch {}
    }

    /// @inheritdoc INotary
    function isSpent(address provider, uint256 nonce) public view returns (bool) {
        return (_spent[provider][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }

    /// @inheritdoc INotary
    function offerDigest(Offer calldata offer) public view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_domainSeparator(), keccak256(abi.encode(OFFER_TYPE, offer)));
    }

    /// @dev Pactum's: what is signed is an agreement with it. To ask it would cost more.
    function _domainSeparator() private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(PACTUM)));
    }

    /// @dev The 96 bits bind chain, contract, customer, offer and term, so that a re-org cannot give the id to another agreement.
    function _idOf(bytes32 digest, uint64 start, uint32 periods) private view returns (uint96) {
        bytes32 opening = keccak256(abi.encode(block.chainid, address(PACTUM), msg.sender, digest, start, periods));
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint96(uint256(opening));
    }

    function _entryOf(Offer calldata offer, uint64 start, uint32 periods, uint32 parameters, uint32 listing)
        private
        view
        returns (IPactum.Entry memory entry)
    {
        entry.customer = msg.sender;
        entry.provider = offer.provider;
        entry.token = offer.token;
        entry.fee = offer.fee;
        entry.deposit = offer.deposit;
        entry.maxCreditBps = offer.maxCreditBps;
        entry.maxSlashBps = offer.maxSlashBps;
        entry.periodKind = offer.periodKind;
        entry.periodLength = offer.periodLength;
        entry.start = start;
        entry.periods = periods;
        entry.noticePeriods = offer.noticePeriods;
        entry.parameters = parameters;
        entry.listing = listing;
    }

    /// @dev The provider stands behind exactly this offer, for this customer, now.
    function _requireConsent(Offer calldata offer, bytes32 digest, bytes calldata signature) private view {
        bool expired = Windows.ended(offer.expiry, block.timestamp);
        if (expired) revert OfferExpired(offer.expiry, SafeCast.toUint64(block.timestamp));
        if (offer.customer != address(0) && offer.customer != msg.sender) revert OfferForAnother(offer.customer, msg.sender);
        // Stake to lock is a registered provider's.
        bool registered = offer.deposit != 0 || ZONE.payoutOf(offer.provider) != address(0);
        if (!registered) revert ProviderNotRegistered(offer.provider);
        _requireUnspent(offer.provider, offer.nonce);
        bool signed = SignatureChecker.isValidSignatureNowCalldata(offer.provider, digest, signature);
        if (!signed) revert BadOfferSignature(offer.provider, digest);
    }

    function _requireReferences(Offer calldata offer) private view {
        if (!isPublished[offer.terms]) revert TermsNotPublished(offer.terms);
        bool enacted = LAW_STONE.statusIn(offer.law, ILawStone.Seat.Settlement) == ILawStone.Status.Enacted;
        if (!enacted) revert LawNotEnacted(offer.law);
    }

    /// @dev Both sides know the rules: the provider by its least share, the customer by the numbers that it names.
    function _requireConditions(address token, uint32 parameters, uint32 listing)
        private
        view
        returns (IPactum.Parameters memory rules, IPactum.Listing memory price)
    {
        uint32 currentParameters;
        uint32 currentListing;
        (currentParameters, currentListing, rules, price) = PACTUM.conditionsOf(token);
        if (currentParameters == 0) revert ParametersNotSet();
        if (currentListing == 0) revert TokenNotListed(token);
        bool known = parameters == currentParameters && listing == currentListing;
        if (!known) revert ConditionsChanged(currentParameters, currentListing);
    }

    /// @dev A listing was held against the parameters of its day; these may be others.
    function _requirePrice(Offer calldata offer, uint32 periods, IPactum.Parameters memory split, IPactum.Listing memory listing)
        private
        pure
    {
        if (offer.fee < listing.minFee) revert FeeTooSmall(offer.fee, listing.minFee);
        uint256 most = Split.floorShare(listing.minFee, split.validatorBps);
        if (listing.relayFee > most) revert RelayFeeTooLarge(listing.relayFee, most);
        bool caps = offer.maxCreditBps <= Split.BPS && offer.maxSlashBps <= Split.BPS;
        if (!caps) revert CapsTooHigh(offer.maxCreditBps, offer.maxSlashBps);
        uint256 providerBps = Split.BPS - split.validatorBps - split.daoBps;
        if (providerBps < offer.minProviderBps) revert ProviderShareTooSmall(providerBps, offer.minProviderBps);
        _requireAmount(uint256(offer.fee) * periods);
        _requireAmount(offer.deposit);
    }

    function _requireAmount(uint256 amount) private pure {
        if (amount > Dues.MOST) revert AmountTooLarge(amount, Dues.MOST);
    }

    function _requireSchedule(Offer calldata offer, IPactum.Parameters memory parameters, uint64 start, uint32 periods) private view {
        uint256 most = Math.min(offer.maxPeriods, type(uint24).max);
        if (periods == 0 || periods > most) revert UnusablePeriods(periods, SafeCast.toUint32(most));
        _requireStart(offer, start);
        if (offer.periodKind == IPactum.PeriodKind.CalendarMonth) _requireMonth(offer.periodLength, start);
        uint256 least = uint256(parameters.reportDeadline) + parameters.disputeWindow;
        uint256 shortest = Periods.shortest(offer.periodKind, offer.periodLength);
        if (shortest < least) revert PeriodTooShort(shortest, least);
        uint256 longest = Periods.longest(offer.periodKind, offer.periodLength);
        if (longest > parameters.longestPeriod) revert PeriodTooLong(longest, parameters.longestPeriod);
        // Times are kept in 40 bits: no ruling on the last period may be later.
        uint256 end = Periods.boundary(offer.periodKind, start, offer.periodLength, periods);
        SafeCast.toUint40(end + least + parameters.resolutionDeadline);
        if (COMMITTEE.configurationAt(start) == 0) revert NoCommitteeAt(start);
    }

    /// @dev The lead is the provider's word, and the customer chooses within one period after it, or a day where periods are shorter: just
    /// enough to begin with a month or an hour. Who could choose freely could lock a deposit for ever, for the price of one fee.
    function _requireStart(Offer calldata offer, uint64 start) private view {
        uint256 earliest = block.timestamp + offer.lead;
        if (start < earliest) revert StartTooEarly(start, SafeCast.toUint64(earliest));
        uint256 choice = offer.periodKind == IPactum.PeriodKind.Fixed ? Math.max(offer.periodLength, 1 days) : Periods.LONGEST_MONTH;
        if (Windows.over(earliest, choice, start)) revert StartTooLate(start, SafeCast.toUint64(earliest + choice - 1));
    }

    function _requireMonth(uint32 periodLength, uint64 start) private pure {
        if (periodLength != 0) revert UnusableLength(periodLength);
        uint256 monthStart = Periods.monthStart(Periods.monthOf(start));
        if (start != monthStart) revert StartOffMonth(start, SafeCast.toUint64(monthStart));
    }

    function _requireUnspent(address provider, uint256 nonce) private view {
        if (isSpent(provider, nonce)) revert OfferSpent(provider, nonce);
    }

    function _spend(address provider, uint256 nonce) private {
        _spent[provider][nonce >> 8] |= uint256(1) << (nonce & 0xff);
    }
}
