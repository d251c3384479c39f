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

    /// @notice What governance may change for later agreements; numbered, and pinned by each agreement at opening. Times in seconds.
    struct Parameters {
        uint32 reportDeadline; // after a period's end, in which a report is accepted
        uint32 disputeWindow; // after acceptance, until a row matures; in which it can be disputed
        uint32 resolutionDeadline; // after a dispute, in which the arbiter may rule
        uint32 thaw; // from asking for stake to taking it, at least; no shorter than the three windows together
        uint32 longestPeriod; // that an agreement may have
        uint16 validatorBps;
        uint16 daoBps;
        uint16 disputeBondBps; // of the amount that a dispute holds up
        address arbiter; // who rules on disputes
    }

    /// @notice A token that agreements may use; numbered like parameters.
    struct Listing {
        address token;
        uint96 relayFee; // per paid row, out of the validators' share, to the relay's payee
        uint128 minFee;
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

    /// @notice What the Notary has checked and Pactum keeps of an agreement.
    struct Entry {
        address customer;
        address provider;
        address token;
        uint256 fee;
        uint256 deposit;
        uint256 maxCreditBps;
        uint256 maxSlashBps;
        PeriodKind periodKind;
        uint256 periodLength;
        uint256 start;
        uint256 periods;
        uint256 noticePeriods;
        uint256 parameters;
        uint256 listing;
    }

    /// @notice An agreement as it stands. Terms and law are in its offer, which the Notary's log carries and the id binds.
    struct Agreement {
        address customer;
        address provider;
        uint256 fee;
        uint256 deposit; // locked at opening
        uint256 depositLeft; // not awarded to the customer, nor held by a dispute
        uint256 maxCreditBps;
        uint256 maxSlashBps;
        PeriodKind periodKind;
        uint256 periodLength;
        uint256 start;
        uint256 periods;
        uint256 noticePeriods;
        uint256 next; // first period that is neither reported nor expired
        uint256 parameters;
        uint256 listing;
        uint256 disputes; // open ones
        bool closed; // every period settled, no dispute open, the deposit released
    }

    /// @notice An accepted row that has not been settled, nor disputed.
    struct Pending {
        uint256 period;
        Outcome outcome;
        uint256 creditBps;
        uint256 slashBps;
        uint256 acceptedAt;
        uint256 crew;
    }

    /// @notice Whom the validators' share of a row goes to, besides the configuration: who observed, and who relayed.
    struct Crew {
        uint32 observers;
        address payee;
    }

    /// @notice A row that a dispute took out of its agreement, as the Tribunal needs to know it.
    struct Held {
        address customer;
        address provider;
        address token;
        uint32 parameters;
        Outcome outcome;
        uint16 creditBps;
        uint16 slashBps;
        uint256 amount; // what the dispute holds up: the fee, and what the row would take from the deposit
    }

    // Every balance follows from these and from nothing else. A row is accepted, and later settled by one of: the acceptance of a later
    // row of its agreement, `Settled`, `Expired` or, if it was disputed, `Decided`; how a settled row's fee is divided is arithmetic over
    // the agreement's offer (in the Notary's `Opened`), parameters and listing (see Split).
    event ParametersSet(uint32 indexed parameters, Parameters values);
    event Listed(uint32 indexed listing, Listing values);
    event TreasurySet(address treasury);
    event GuardianSet(address guardian);
    event OpeningPaused(bool paused, address by);
    /// @notice The agreement ends after `periods` periods; the customer is credited `refund`, the fees of those that will not run.
    event Terminated(uint96 indexed agreement, address indexed by, uint32 periods, uint256 refund);
    event Reported(
        bytes32 indexed configuration,
        uint64 indexed epoch,
        bytes32 observationSet,
        uint32 observers,
        address payee,
        uint256 signers,
        bytes32 rowsHash
    );
    /// @notice The row of the agreement that waited, if one did, is settled with this; its period's window is over.
    event Accepted(uint96 indexed agreement, uint256 row);
    event Skipped(uint96 indexed agreement, uint256 row, Skip reason);
    /// @notice The row that waited is settled without a later one.
    event Settled(uint96 indexed agreement, uint32 period);
    /// @notice No report came for these periods: each is settled as NoData. A row that waited was settled before.
    event Expired(uint96 indexed agreement, uint32 first, uint32 count);
    /// @notice A dispute took the waiting row out; `reserve` of the deposit is kept for it.
    event RowHeld(uint96 indexed agreement, uint32 indexed period, uint256 reserve);
    /// @notice A disputed row is settled like this, its reserve having been released. `winner` gets the validators' part if not zero.
    event Decided(uint96 indexed agreement, uint32 indexed period, Outcome outcome, uint16 creditBps, uint16 slashBps, address winner);
    event Closed(uint96 indexed agreement, uint256 depositReleased);
    /// @notice Whom the money went to is in the token's own log.
    /// @param parts one word of 32 bytes for each agreement: agreement (96) | amount (160)
    event ProviderPaid(address indexed provider, bytes parts);
    event CustomerPaid(uint96 indexed agreement, address indexed customer, uint256 fromFees, uint256 fromDeposit);
    event MemberPaid(
        bytes32 indexed configuration, address indexed token, address indexed member, uint32 observers, address payee, uint256 amount
    );
    event RelayPaid(address indexed payee, address indexed token, bytes32 configuration, uint32 observers, uint256 amount);
    event WinnerPaid(address indexed winner, address indexed token, uint256 amount);
    event DaoPaid(address indexed treasury, address indexed token, uint256 amount);

    error UnusableTreasury(address treasury);
    error UnusableParameters(Parameters values);
    error UnusableListing(Listing values);
    error NotGuardian(address caller);
    error OpeningIsPaused();
    error NotNotary(address caller);
    error AgreementExists(uint96 agreement);
    error UnknownAgreement(uint96 agreement);
    error NotAParty(uint96 agreement, address caller);
    error NothingToTerminate(uint96 agreement, uint32 periods);
    error NoRows();
    error UnusablePayee(address payee);
    error NothingExpired(uint96 agreement, uint32 next);
    error NotTribunal(address caller);
    error NotDisputable(uint256 row); // it does not wait in its agreement, or differs from the one that does, or has matured
    error TooManyDisputes(uint96 agreement);
    error NotHeld(uint96 agreement, uint32 period);
    error OverConsent(Outcome outcome, uint16 creditBps, uint16 slashBps);
    error NothingToClaim();
    error MixedClaim(uint256 agreement);
    error NotPayable(address caller, address to); // only the provider itself may name another address than its payout

    // governance -----------------------------------------------------------------------------------------------------

    /// @notice Parameters for later agreements. The report deadline is longer than an epoch, no window is empty, the thaw covers the three
    /// windows, the longest period covers the first two, neither is over 366 days; shares sum to at most 10,000 bps; somebody is arbiter.
    function setParameters(Parameters calldata values) external returns (uint32 parameters);

    /// @notice Lists a token, or replaces its listing for later agreements. The relay fee must fit in the validators' share of minFee,
    /// by the parameters now in force. No two listed tokens have addresses that end in the same 96 bits.
    function list(Listing calldata values) external returns (uint32 listing);

    /// @notice Where the DAO's share is paid from now on; neither nobody nor one of these contracts.
    function setTreasury(address treasury) external;

    /// @notice Who, besides governance, may pause opening; zero: nobody.
    function setGuardian(address guardian) external;

    /// @notice Pauses `open`, and nothing else. The guardian may pause; governance may do both.
    function pauseOpening(bool paused) external;

    // beginning and ending -------------------------------------------------------------------------------------------

    /// @notice Begins an agreement: pulls all fees from the customer, locks the provider's deposit. Notary only.
    function enter(uint96 agreement, Entry calldata entry) external;

    /// @notice Ends an agreement early. The caller is its customer or its provider. The periods that have begun and the offer's notice still
    /// run; the fees of the others go back to the customer.
    /// @return periods how many the agreement has now
    function terminate(uint96 agreement) external returns (uint32 periods);

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

    /// @notice Takes a waiting row out of its agreement until it is decided. Tribunal only.
    /// @param row as it was accepted
    function hold(uint256 row) external returns (Held memory);

    /// @notice Settles a held row, by what was decided. Tribunal only.
    /// @param winner who gets the validators' part instead of those who signed; zero: they keep it
    function decide(uint96 agreement, uint32 period, Outcome outcome, uint16 creditBps, uint16 slashBps, address winner) external;

    // claiming: the money goes to whom it belongs --------------------------------------------------------------------

    /// @notice Pays a provider's matured shares, all of one provider and one token. Everyone may have them paid to the provider's payout
    /// address; the provider itself names any. Rows that have matured and were not settled are not part of it: `settle` them first, by
    /// `multicall` in one transaction.
    function claimProvider(uint96[] calldata agreements, address token, address to) external returns (uint256 amount);

    /// @notice Pays a customer's matured refunds, credits and slashes, all of one customer and one token; like a provider's, of what
    /// is settled.
    function claimCustomer(uint96[] calldata agreements) external returns (uint256 amount);

    /// @notice Pays a member its share of what the given crews earned under a configuration. The validators' part of a settled row goes to
    /// the observers that the row's report names, in equal shares, rounded down.
    /// @param crews as reports named them; those without the member count for nothing, nor do those named again
    function claimMember(bytes32 configuration, address token, uint256 member, Crew[] calldata crews) external returns (uint256 amount);

    /// @notice Pays a relay's payee the fees of the rows that it brought under a configuration with these sets of observers.
    function claimRelay(bytes32 configuration, address token, address payee, uint32[] calldata observerSets)
        external
        returns (uint256 amount);

    /// @notice Pays whoever won disputes the validators' part of the rows that it disputed.
    function claimWinner(address winner, address token) external returns (uint256 amount);

    function claimDao(address token) external returns (uint256 amount);

    // views ----------------------------------------------------------------------------------------------------------

    function agreementOf(uint96 agreement) external view returns (Agreement memory);

    /// @notice The accepted row that waits to mature; outcome None when there is none.
    function pendingOf(uint96 agreement) external view returns (Pending memory);

    /// @notice First second of a period, and first second after it.
    function periodOf(uint96 agreement, uint32 period) external view returns (uint256 start, uint256 end);

    function parametersOf(uint32 parameters) external view returns (Parameters memory);

    function listingOf(uint32 listing) external view returns (Listing memory);

    /// @notice Number of the newest parameters.
    function currentParameters() external view returns (uint32);

    /// @notice Number of the newest listing of a token; zero when it is not listed.
    function currentListing(address token) external view returns (uint32);

    /// @notice What an agreement in this token would be opened under now. Numbers are zero where nothing is set.
    function conditionsOf(address token)
        external
        view
        returns (uint32 parameters, uint32 listing, Parameters memory rules, Listing memory price);

    /// @notice The longest thaw of all parameters ever set; what stake waits for.
    function longestThaw() external view returns (uint32);

    /// @notice The longest that a period can take from its beginning to its end, its report, a dispute and its ruling, by all parameters
    /// ever set; what a committee's bonds wait for.
    function horizon() external view returns (uint64);

    /// @return provider what the provider may claim, customerFromFees and customerFromDeposit what the customer may claim; settled only
    function claimableOf(uint96 agreement) external view returns (uint256 provider, uint256 customerFromFees, uint256 customerFromDeposit);

    /// @notice Number of a crew under a configuration, counted from 1; zero where no row was ever accepted from it.
    function crewOf(bytes32 configuration, uint32 observers, address payee) external view returns (uint256);

    /// @notice All that a crew ever earned in a token.
    function earnedBy(uint256 crew, address token) external view returns (uint256 validators, uint256 relay);

    /// @notice What a member took of it; as member 31, which no configuration has, the relay's payee.
    function takenFrom(uint256 crew, address token, uint256 member) external view returns (uint256);

    function claimableOfWinner(address winner, address token) external view returns (uint256);

    function claimableOfDao(address token) external view returns (uint256);

    function treasury() external view returns (address);

    function isOpeningPaused() external view returns (bool);

    function reportDigest(Header calldata header, uint256[] calldata rows) external view returns (bytes32);

    function domainSeparator() external view returns (bytes32);
}
