// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The escrow
/// @notice One agreement = one customer, one provider, one law, one fee per period, a fixed number of wholly escrowed periods.
/// Verdicts arrive in reports signed by a committee quorum, mature after the dispute window and are paid when somebody pulls.
///
/// Row word, most significant bits first:
/// agreement (96) | period (32) | outcome (8) | tier (8) | creditBps (16) | slashBps (16) | uptimePpm (24) | coveragePpm (24) | p95Ms (32)
interface IPactum {
    enum PeriodKind {
        Fixed,
        CalendarMonth
    }

    enum Outcome {
        None,
        Met,
        Breach,
        NoData
    }

    /// @notice Why a row of an otherwise good report was passed over.
    enum Skip {
        None,
        UnknownAgreement,
        UnknownPeriod, // past the last one
        AlreadyDecided, // reported or expired before
        TooEarly, // the period has not ended
        TooLate, // the report deadline has passed
        ForeignEpoch, // the period did not end in the report's epoch
        ForeignConfiguration, // another configuration was in force when the period began
        UnknownOutcome,
        OverCaps // credit or slash above what the provider consented to, or not zero without a breach
    }

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
        PeriodKind periodKind;
        uint32 periodLength; // seconds; 0 for calendar months
        uint32 maxPeriods;
        uint32 lead; // seconds between opening and start, at least
        uint64 expiry; // exclusive
        uint256 nonce; // one nonce of a provider opens once
    }

    /// @notice What governance may change for later agreements; numbered, and pinned by each agreement at opening.
    struct Parameters {
        uint32 reportDeadline; // seconds after a period's end in which a report is accepted
        uint32 disputeWindow; // seconds after acceptance until a row matures
        uint16 validatorBps;
        uint16 daoBps;
    }

    /// @notice A token that agreements may use; numbered like parameters.
    struct Listing {
        address token;
        uint128 minFee;
        uint128 relayFee; // per paid row, out of the validators' share, to the relay's payee
    }

    /// @notice Signed by the quorum, with the hash of the rows, as
    /// `Report(bytes32 configuration,uint64 epoch,bytes32 observationSet,uint32 observers,address payee,bytes32 rowsHash)`.
    struct Header {
        bytes32 configuration;
        uint64 epoch;
        bytes32 observationSet; // Merkle root over (member, epoch root, observation leaf)
        uint32 observers; // bit i: member i's observations are in the set; every row rests on all of them
        address payee;
    }

    struct Agreement {
        address customer;
        address provider;
        bytes32 terms;
        bytes32 law;
        uint128 fee;
        uint128 deposit;
        uint128 depositLeft;
        uint16 maxCreditBps;
        uint16 maxSlashBps;
        PeriodKind periodKind;
        uint32 periodLength;
        uint64 start;
        uint32 periods;
        uint32 next; // first period that is neither reported nor expired
        uint32 parameters;
        uint32 listing;
        bool closed; // every period settled, the deposit released
    }

    /// @notice An accepted row that has not been settled.
    struct Pending {
        uint32 period;
        Outcome outcome;
        uint16 creditBps;
        uint16 slashBps;
        uint64 acceptedAt;
        uint32 observers;
        bytes32 configuration;
        address payee;
    }

    /// @notice How one settled period's fee was divided; the first five parts sum to the fee exactly.
    /// `customerFromDeposit` is the rest of the credit, `slash` comes on top; both are taken from the locked deposit.
    struct Division {
        uint128 provider;
        uint128 validators;
        uint128 relay;
        uint128 dao;
        uint128 customerFromFee;
        uint128 customerFromDeposit;
        uint128 slash;
    }

    event ParametersSet(uint32 indexed parameters, Parameters values);
    event Listed(uint32 indexed listing, Listing values);
    event TreasurySet(address treasury);
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
    event Reported(
        bytes32 indexed configuration,
        uint64 indexed epoch,
        bytes32 observationSet,
        uint32 observers,
        address payee,
        uint256 signers,
        bytes32 rowsHash
    );
    event Accepted(uint96 indexed agreement, uint32 indexed period, uint256 row, uint64 maturesAt);
    event Skipped(uint96 indexed agreement, uint32 indexed period, uint256 row, Skip reason);
    event Expired(uint96 indexed agreement, uint32 indexed first, uint32 count, Division each);
    event Settled(uint96 indexed agreement, uint32 indexed period, Outcome outcome, Division division);
    event Closed(uint96 indexed agreement, uint128 depositReleased);
    event ProviderPaid(uint96 indexed agreement, address indexed provider, address to, uint256 amount);
    event CustomerPaid(uint96 indexed agreement, address indexed customer, uint256 fromFees, uint256 fromDeposit);
    event MemberPaid(bytes32 indexed configuration, address indexed token, address indexed member, uint256 amount);
    event RelayPaid(address indexed payee, address indexed token, uint256 amount);
    event DaoPaid(address indexed treasury, address indexed token, uint256 amount);

    error UnusableTreasury(address treasury);
    error UnusableParameters(Parameters values);
    error UnusableListing(Listing values);
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
    error RelayFeeTooLarge(uint128 relayFee, uint128 most);
    error ParametersNotSet();
    error UnusablePeriods(uint32 periods, uint32 maxPeriods);
    error UnusableLength(uint32 periodLength);
    error PeriodTooShort(uint256 length, uint256 least);
    error StartTooEarly(uint64 start, uint64 earliest);
    error StartTooLate(uint64 start, uint64 latest);
    error StartOffMonth(uint64 start, uint64 monthStart);
    error NoCommitteeAt(uint64 start);
    error AgreementExists(uint96 agreement);
    error UnknownAgreement(uint96 agreement);
    error NoRows();
    error TooFewObservers(uint256 have, uint256 need);
    error ForeignObserver(uint256 observers, uint256 members);
    error SignerWithoutObservation(uint256 signers, uint256 observers);
    error UnusablePayee(address payee);
    error NothingExpired(uint96 agreement, uint32 next);
    error NothingToClaim();
    error MixedClaim(uint96 agreement);
    error SetsOutOfOrder(uint32 observers);

    // governance -----------------------------------------------------------------------------------------------------

    /// @notice Parameters for later agreements. Shares sum to at most 10,000 bps; the report deadline is longer than
    /// an epoch, the dispute window at least a second.
    function setParameters(Parameters calldata values) external returns (uint32 parameters);

    /// @notice Lists a token, or replaces its listing for later agreements. The relay fee must fit in the validators' share of minFee,
    /// by the parameters now in force.
    function list(Listing calldata values) external returns (uint32 listing);

    /// @notice Where the DAO's share is paid from now on; neither nobody nor Pactum nor the Zone.
    function setTreasury(address treasury) external;

    // opening --------------------------------------------------------------------------------------------------------

    /// @notice Publishes a terms text, once for all agreements that use it. Open to everyone.
    function publishTerms(bytes calldata text) external returns (bytes32 terms);

    /// @notice Takes back an offer that has not been used. The caller is the provider.
    function cancelOffer(uint256 nonce) external;

    /// @notice Opens an agreement: checks the offer and its signature, pulls all fees from the caller, locks the provider's deposit.
    /// The listing's relay fee must fit in the validators' share of its minFee, by the parameters now in force.
    /// @param start first second of period 0; at least `lead` from now and less than one period more, by which a calendar month counts as
    /// 31 days and a shorter period as a day. The first of a UTC month where periods are calendar months. A committee must be known for it
    /// @param periods at least one, at most the offer's maxPeriods and 2^24 - 1
    /// @return agreement the low 96 bits of keccak256(abi.encode(chain, this contract, caller, offer digest, start, periods))
    function open(Offer calldata offer, bytes calldata signature, uint64 start, uint32 periods) external returns (uint96 agreement);

    // deciding -------------------------------------------------------------------------------------------------------

    /// @notice Accepts the rows of a signed report. A bad signature refuses it whole; an unacceptable row is skipped with an event.
    /// @return accepted how many rows stand
    function report(Header calldata header, uint256[] calldata rows, uint256 signers, bytes calldata signatures)
        external
        returns (uint256 accepted);

    /// @notice Settles every period without a report whose deadline has passed, as NoData. Open to everyone.
    /// @return count how many periods expired
    function expire(uint96 agreement) external returns (uint32 count);

    /// @notice Turns matured rows into claims. Open to everyone; agreements with nothing to settle are passed over.
    /// @return settled how many rows were settled
    function settle(uint96[] calldata agreements) external returns (uint256 settled);

    // claiming: everyone may call, the money goes to whom it belongs --------------------------------------------------

    /// @notice Pays a provider's matured shares, all of one provider and one token, to its payout address. Settles on the way.
    function claimProvider(uint96[] calldata agreements) external returns (uint256 amount);

    /// @notice Pays a customer's matured refunds, credits and slashes, all of one customer and one token. Settles on the way.
    function claimCustomer(uint96[] calldata agreements) external returns (uint256 amount);

    /// @notice Pays a member its share of what the given sets of observers earned. The validators' part of a settled row goes to the set
    /// that the row's report names, and belongs to the members of that set in equal shares, rounded down.
    /// @param observerSets as reports named them, each once and ascending; those without the member count for nothing
    function claimMember(bytes32 configuration, address token, uint256 member, uint32[] calldata observerSets)
        external
        returns (uint256 amount);

    function claimRelay(address payee, address token) external returns (uint256 amount);

    function claimDao(address token) external returns (uint256 amount);

    // views ----------------------------------------------------------------------------------------------------------

    function agreementOf(uint96 agreement) external view returns (Agreement memory);

    /// @notice The accepted row that waits to mature; outcome None when there is none.
    function pendingOf(uint96 agreement) external view returns (Pending memory);

    /// @notice First second of a period, and first second after it.
    function periodOf(uint96 agreement, uint32 period) external view returns (uint64 start, uint64 end);

    function parametersOf(uint32 parameters) external view returns (Parameters memory);

    function listingOf(uint32 listing) external view returns (Listing memory);

    /// @notice Number of the newest parameters.
    function currentParameters() external view returns (uint32);

    /// @notice Number of the newest listing of a token; zero when it is not listed.
    function currentListing(address token) external view returns (uint32);

    /// @return provider what the provider may claim, customerFromFees and customerFromDeposit what the customer may claim; settled only
    function claimableOf(uint96 agreement) external view returns (uint256 provider, uint256 customerFromFees, uint256 customerFromDeposit);

    /// @notice What a member could claim now from these sets.
    function claimableOfMember(bytes32 configuration, address token, uint256 member, uint32[] calldata observerSets)
        external
        view
        returns (uint256);

    function claimableOfRelay(address payee, address token) external view returns (uint256);

    function claimableOfDao(address token) external view returns (uint256);

    function treasury() external view returns (address);

    function isPublished(bytes32 terms) external view returns (bool);

    function isSpent(address provider, uint256 nonce) external view returns (bool);

    function offerDigest(Offer calldata offer) external view returns (bytes32);

    function reportDigest(Header calldata header, uint256[] calldata rows) external view returns (bytes32);

    function domainSeparator() external view returns (bytes32);
}
