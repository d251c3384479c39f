// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPactum} from "./IPactum.sol";

/// @title From signed offers to agreements
/// @notice Checks what both sides consented to, and has Pactum begin the agreement. Holds no money; the allowance for the fees is Pactum's.
interface INotary {
    /// @notice What a provider offers, signed by it as EIP-712 typed data under Pactum's domain. Money in the token's smallest unit.
    struct Offer {
        address provider;
        address customer; // zero: open to every customer
        address token;
        bytes32 terms; // keccak-256 of the published terms text
        bytes32 law; // id of an enacted law
        uint128 fee; // per period
        uint128 deposit; // locked once, for the whole agreement
        uint16 maxCreditBps; // of the fee, per period
        uint16 maxSlashBps; // of the deposit, per period
        uint16 minProviderBps; // least share of the fee left to the provider by the split in force at opening
        IPactum.PeriodKind periodKind;
        uint32 periodLength; // seconds; 0 for calendar months
        uint32 maxPeriods;
        uint16 noticePeriods; // whole periods that still run after either side ends the agreement early
        uint32 lead; // seconds between opening and start, at least
        uint64 expiry; // exclusive
        uint256 nonce; // one nonce of a provider opens once
    }

    event TermsPublished(bytes32 indexed terms, bytes text);
    event OfferCancelled(address indexed provider, uint256 nonce);
    event Opened(
        uint96 indexed agreement,
        address indexed customer,
        address indexed provider,
        Offer offer,
        uint64 start,
        uint32 periods,
        uint32 parameters,
        uint32 listing
    );

    error TokenNotListed(address token);
    error EmptyTerms();
    error TermsAlreadyPublished(bytes32 terms);
    error TermsNotPublished(bytes32 terms);
    error LawNotEnacted(bytes32 law);
    error ProviderNotRegistered(address provider);
    error OfferExpired(uint64 expiry, uint64 now_);
    error OfferForAnother(address customer, address caller);
    error OfferSpent(address provider, uint256 nonce);
    error BadOfferSignature(address provider, bytes32 digest);
    error CapsTooHigh(uint16 maxCreditBps, uint16 maxSlashBps);
    error ProviderShareTooSmall(uint256 have, uint256 need);
    error FeeTooSmall(uint128 fee, uint128 minFee);
    error AmountTooLarge(uint256 amount, uint256 most);
    error RelayFeeTooLarge(uint256 relayFee, uint256 most);
    error ParametersNotSet();
    error ConditionsChanged(uint32 parameters, uint32 listing); // those in force; the caller named others
    error UnusablePeriods(uint32 periods, uint32 maxPeriods);
    error UnusableLength(uint32 periodLength);
    error PeriodTooShort(uint256 length, uint256 least);
    error PeriodTooLong(uint256 length, uint256 most);
    error StartTooEarly(uint64 start, uint64 earliest);
    error StartTooLate(uint64 start, uint64 latest);
    error StartOffMonth(uint64 start, uint64 monthStart);
    error NoCommitteeAt(uint64 start);

    /// @notice Publishes a terms text, once for all agreements that use it. Open to everyone.
    function publishTerms(bytes calldata text) external returns (bytes32 terms);

    /// @notice Takes back an offer that has not been used. The caller is the provider.
    function cancelOffer(uint256 nonce) external;

    /// @notice Opens an agreement: checks the offer and its signature, has Pactum pull all fees from the caller and lock the provider's
    /// deposit. The listing's relay fee must fit in the validators' share of its minFee, by the parameters now in force.
    /// @param start first second of period 0; at least `lead` from now and less than one period more, by which a calendar month counts as
    /// 31 days and a shorter period as a day. The first of a UTC month where periods are calendar months. A committee must be known for it
    /// @param periods at least one, at most the offer's maxPeriods and 2^24 - 1
    /// @param parameters number of those that the caller consents to; must be the ones in force
    /// @param listing number of the token's listing that the caller consents to; must be the one in force
    /// @return agreement the low 96 bits of keccak256(abi.encode(chain, Pactum, caller, offer digest, start, periods))
    function open(Offer calldata offer, bytes calldata signature, uint64 start, uint32 periods, uint32 parameters, uint32 listing)
        external
        returns (uint96 agreement);

    /// @notice Uses an ERC-2612 permit of the caller for Pactum, to be followed by `open` in one `multicall`. A permit that was used
    /// before, by whoever saw it, is no error: its allowance stands.
    function permit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    function isPublished(bytes32 terms) external view returns (bool);

    function isSpent(address provider, uint256 nonce) external view returns (bool);

    function offerDigest(Offer calldata offer) external view returns (bytes32);
}
