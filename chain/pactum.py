"""The typed client of Pactum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chain.blocks import Receipt
from chain.calls import Contract, abi_of
from chain.hashing import ZERO_ADDRESS
from chain.sender import Call, CallSender
from chain.values import (
    RELAY_SEAT,
    Agreement,
    Claimable,
    Conditions,
    Crew,
    Earned,
    Header,
    Listing,
    Parameters,
    Pending,
    member_bit,
)

_HEADER = abi_of(Header)
_CREWS = f"{abi_of(Crew)}[]"


class PactumClient(Contract):
    """The escrow. What governance alone may do is given as a call, for ``chain.governor``."""

    def set_parameters_call(self, values: Parameters) -> Call:
        """Sets the parameters of later agreements."""
        return self.call(f"setParameters({abi_of(Parameters)})", values)

    def list_token_call(self, values: Listing) -> Call:
        """Lists a token, or replaces its listing for later agreements."""
        return self.call(f"list({abi_of(Listing)})", values)

    def set_treasury_call(self, treasury: str) -> Call:
        """Says where the DAO's share is paid."""
        return self.call("setTreasury(address)", treasury)

    def set_guardian_call(self, guardian: str) -> Call:
        """Says who besides governance may pause opening; the zero address: nobody."""
        return self.call("setGuardian(address)", guardian)

    def pause_opening_call(self, paused: bool) -> Call:
        """Pauses opening, or lets it go on: governance may do both."""
        return self.call("pauseOpening(bool)", paused)

    def pause_opening(self, sender: CallSender) -> Receipt:
        """Pauses opening, and nothing else, as its guardian."""
        return sender.send(self.pause_opening_call(paused=True))

    def terminate(self, sender: CallSender, agreement: int) -> Receipt:
        """Ends an agreement early, after the periods that have begun and its notice. Its customer or its provider only."""
        return sender.send(self.call("terminate(uint96)", agreement))

    def report(self, sender: CallSender, header: Header, rows: Sequence[int], signers: int, signatures: bytes) -> Receipt:
        """Hands in a signed report; its row words are those of ``chain.row``."""
        call = self.call(f"report({_HEADER},uint256[],uint256,bytes)", header, list(rows), signers, signatures)
        return sender.send(call)

    def expire(self, sender: CallSender, agreement: int) -> Receipt:
        """Settles the periods whose report deadline has passed without one; anyone may."""
        return sender.send(self.call("expire(uint96)", agreement))

    def settle(self, sender: CallSender, agreements: Sequence[int]) -> Receipt:
        """Turns matured rows into claims; anyone may."""
        return sender.send(self._settle_call(agreements))

    def claim_provider(self, sender: CallSender, agreements: Sequence[int], token: str, to: str) -> Receipt:
        """Settles what has matured and pays a provider's shares, all of one provider and one token, in one transaction.

        The provider itself names any address; anyone may have them paid to its payout address.
        """
        claim = self.call("claimProvider(uint96[],address,address)", list(agreements), token, to)
        return sender.send(self.together(self._settle_call(agreements), claim))

    def claim_customer(self, sender: CallSender, agreements: Sequence[int]) -> Receipt:
        """Settles what has matured and pays a customer's refunds, credits and slashes, all of one customer and one token.

        Anyone may.
        """
        claim = self.call("claimCustomer(uint96[])", list(agreements))
        return sender.send(self.together(self._settle_call(agreements), claim))

    def claim_member(self, sender: CallSender, configuration: bytes, token: str, member: int, crews: Iterable[Crew]) -> Receipt:
        """Pays a member its shares of what these crews earned, named as reports name them; anyone may."""
        signature = f"claimMember(bytes32,address,uint256,{_CREWS})"
        return sender.send(self.call(signature, configuration, token, member, _ordered(crews)))

    def claim_relay(
        self, sender: CallSender, configuration: bytes, token: str, payee: str, observer_sets: Iterable[int]
    ) -> Receipt:
        """Pays a relay's payee the fees of the rows that it brought with these sets of observers; anyone may."""
        sets = sorted(set(observer_sets))
        return sender.send(self.call("claimRelay(bytes32,address,address,uint32[])", configuration, token, payee, sets))

    def claim_winner(self, sender: CallSender, winner: str, token: str) -> Receipt:
        """Pays whoever won disputes the validators' parts of those rows; anyone may."""
        return sender.send(self.call("claimWinner(address,address)", winner, token))

    def claim_dao(self, sender: CallSender, token: str) -> Receipt:
        """Pays the treasury the DAO's shares; anyone may."""
        return sender.send(self.call("claimDao(address)", token))

    def agreement_of(self, agreement: int) -> Agreement:
        """The state of an agreement. Raises TransactionReverted(UnknownAgreement)."""
        return self.read_struct(Agreement, "agreementOf(uint96)", agreement)

    def pending_of(self, agreement: int) -> Pending:
        """The accepted row that waits to mature; its outcome is NONE where none does."""
        return self.read_struct(Pending, "pendingOf(uint96)", agreement)

    def period_of(self, agreement: int, period: int) -> tuple[int, int]:
        """First second of a period, and first second after it."""
        start, end = self.read_values(("uint256", "uint256"), "periodOf(uint96,uint32)", agreement, period)
        return start, end

    def parameters_of(self, number: int) -> Parameters:
        """Parameters by number."""
        return self.read_struct(Parameters, "parametersOf(uint32)", number)

    def listing_of(self, number: int) -> Listing:
        """A listing by number."""
        return self.read_struct(Listing, "listingOf(uint32)", number)

    def current_parameters(self) -> int:
        """Number of the newest parameters."""
        return int(self.read_value("uint32", "currentParameters()"))

    def current_listing(self, token: str) -> int | None:
        """Number of a token's newest listing; None where it is not listed."""
        return int(self.read_value("uint32", "currentListing(address)", token)) or None

    def conditions_of(self, token: str) -> Conditions:
        """What an agreement in a token would be opened under now; numbers are 0 where nothing is set."""
        return self.read_struct(Conditions, "conditionsOf(address)", token)

    def longest_thaw_s(self) -> int:
        """What stake waits for between the asking and the taking: the longest thaw of all parameters ever set."""
        return int(self.read_value("uint32", "longestThaw()"))

    def horizon_s(self) -> int:
        """What a committee's bonds wait for: the longest that a period can take from its beginning to its ruling."""
        return int(self.read_value("uint64", "horizon()"))

    def claimable_of(self, agreement: int) -> Claimable:
        """What an agreement's parties may claim now; settled rows only."""
        return self.read_struct(Claimable, "claimableOf(uint96)", agreement)

    def crew_of(self, configuration: bytes, observers: int, payee: str) -> int | None:
        """Number of a crew; None where no row was ever accepted from it."""
        return int(self.read_value("uint256", "crewOf(bytes32,uint32,address)", configuration, observers, payee)) or None

    def earned_by(self, crew: int, token: str) -> Earned:
        """All that a crew, by its number, ever earned in a token."""
        return self.read_struct(Earned, "earnedBy(uint256,address)", crew, token)

    def taken_from(self, crew: int, token: str, member: int) -> int:
        """What a member took of it; with RELAY_SEAT for a member, what the relay's payee took."""
        return int(self.read_value("uint256", "takenFrom(uint256,address,uint256)", crew, token, member))

    def claimable_of_member(self, configuration: bytes, token: str, member: int, crews: Iterable[Crew]) -> int:
        """What a member could claim now from these crews."""
        owed = 0
        for crew in _ordered(crews):
            if crew.observers & member_bit(member) and (number := self.crew_of(configuration, crew.observers, crew.payee)):
                share = self.earned_by(number, token).validators // crew.observers.bit_count()
                owed += share - self.taken_from(number, token, member)
        return owed

    def claimable_of_relay(self, configuration: bytes, token: str, payee: str, observer_sets: Iterable[int]) -> int:
        """What a relay's payee could claim now for the rows that it brought with these sets of observers."""
        owed = 0
        for observers in sorted(set(observer_sets)):
            if number := self.crew_of(configuration, observers, payee):
                owed += self.earned_by(number, token).relay - self.taken_from(number, token, RELAY_SEAT)
        return owed

    def claimable_of_winner(self, winner: str, token: str) -> int:
        """What a winner of disputes could claim now."""
        return int(self.read_value("uint256", "claimableOfWinner(address,address)", winner, token))

    def claimable_of_dao(self, token: str) -> int:
        """What the treasury could claim now."""
        return int(self.read_value("uint256", "claimableOfDao(address)", token))

    def treasury(self) -> str:
        """Where the DAO's share is paid."""
        return str(self.read_value("address", "treasury()"))

    def guardian(self) -> str | None:
        """Who besides governance may pause opening; None: nobody."""
        found = str(self.read_value("address", "guardian()"))
        return None if found == ZERO_ADDRESS else found

    def is_opening_paused(self) -> bool:
        """Whether agreements can be opened now."""
        return bool(self.read_value("bool", "isOpeningPaused()"))

    def report_digest(self, header: Header, rows: Sequence[int]) -> bytes:
        """The contract's own digest of a report."""
        return bytes(self.read_value("bytes32", f"reportDigest({_HEADER},uint256[])", header, list(rows)))

    def domain_separator(self) -> bytes:
        """The contract's own EIP-712 domain separator."""
        return bytes(self.read_value("bytes32", "domainSeparator()"))

    def _settle_call(self, agreements: Sequence[int]) -> Call:
        return self.call("settle(uint96[])", list(agreements))


def _ordered(crews: Iterable[Crew]) -> list[Crew]:
    return sorted(set(crews), key=lambda crew: (crew.observers, crew.payee))
