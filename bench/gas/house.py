"""A deployment to measure: contracts as they ship, a committee of any size, providers with stake, and what they do."""

from __future__ import annotations

from dataclasses import dataclass

from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, NotaryClient, PactumClient, TokenClient, ZoneClient
from chain.deployment import DeployParameters
from chain.devnet import Anvil, deploy
from chain.hashing import keccak, text_id
from chain.keys import Signer
from chain.offers import Offer
from chain.quorum import join_signatures
from chain.row import pack
from chain.sender import Sender
from chain.typed_data import Domain, report_digest
from chain.values import Header, Parameters
from governance.values import Outcome, PeriodKind, Row

PERIODS = 40
DAY_S = 86_400
EPOCH_S = 3_600
WINDOW_S = 6 * 3_600
FEE = 1_000_000_000
DEPOSIT = 5_000_000_000
LAW, TERMS = "decide(_, verdict(met, 0, 0, 0), []).", "apiVersion: openslo/v1"
NOBODY = "0x" + "00" * 20
LEAD_S = 3_600
MET = (Outcome.MET, 0, 0)
BREACH = (Outcome.BREACH, 1_000, 100)


@dataclass(frozen=True, slots=True)
class House:
    """The contracts, and who speaks to them."""

    anvil: Anvil
    book: AddressBook
    customer: Sender
    anyone: Sender
    payee: str
    providers: tuple[Signer, ...]
    oracles: tuple[Signer, ...]

    @property
    def token(self) -> str:
        """Address of the token that everything is paid in."""
        return str(self.book.token)

    @property
    def pactum(self) -> PactumClient:
        """The escrow."""
        return PactumClient(self.anvil.node, self.book.pactum)

    @property
    def zone(self) -> ZoneClient:
        """The stakes."""
        return ZoneClient(self.anvil.node, self.book.zone)

    @property
    def observers(self) -> int:
        """All members."""
        return (1 << len(self.oracles)) - 1

    @property
    def signers(self) -> range:
        """A quorum of them."""
        return range((len(self.oracles) - 1) // 3 * 2 + 1)

    def now_s(self) -> int:
        """Time of the newest block."""
        return self.anvil.node.block("latest").timestamp_s

    def configuration(self) -> bytes:
        """The committee in force."""
        found = CommitteeClient(self.anvil.node, self.book.committee).configuration_at(self.now_s())
        if found is None:
            raise RuntimeError("the first configuration has not begun")
        return found


def key(name: str) -> Signer:
    """A signer that the run knows by name."""
    return Signer(keccak(name.encode()))


def furnish(anvil: Anvil, members: int, providers: int) -> House:
    """Everything deployed; a customer with money, providers with stake."""
    node = anvil.node
    deployer, customer, anyone = (Sender(node, anvil.signer(account)) for account in range(3))
    oracles = tuple(key(f"oracle {number}") for number in range(members))
    since_s = node.block("latest").timestamp_s + 60
    book = deploy(
        node,
        deployer,
        DeployParameters(
            members=tuple(oracle.address for oracle in oracles),
            since_s=since_s,
            epoch_length_s=EPOCH_S,
            parameters=Parameters(WINDOW_S, WINDOW_S, WINDOW_S, 3 * WINDOW_S, 31 * DAY_S, 2_000, 1_000, 100, NOBODY),
            treasury=key("treasury").address,
            laws=(LAW,),
            min_fee=1_000_000,
            relay_fee=10_000,
        ),
    )
    NotaryClient(node, book.notary).publish_terms(anyone, TERMS)
    token = TokenClient(node, str(book.token))
    token.mint(anyone, customer.address, 10**24)
    token.approve(customer, book.pactum, 2**256 - 1)
    anvil.move_to(since_s)
    entered = tuple(key(f"provider {number}") for number in range(providers))
    house = House(anvil, book, customer, anyone, key("payee").address, entered, oracles)
    for provider in entered:
        enter(house, provider)
    return house


def enter(house: House, provider: Signer) -> None:
    """Registers a provider with stake for many agreements, and pays its gas."""
    node, sender = house.anvil.node, Sender(house.anvil.node, provider)
    house.anvil.fund(provider.address)
    token = TokenClient(node, house.token)
    token.mint(house.anyone, provider.address, 100 * DEPOSIT)
    token.approve(sender, house.zone.address, 2**256 - 1)
    house.zone.register(sender, key(f"payout of {provider.address}").address, "{}")
    house.zone.stake(sender, token.address, 100 * DEPOSIT)


def next_start_s(house: House) -> int:
    """An hour that begins late enough for an offer's lead, however long preparations take."""
    return (house.now_s() + LEAD_S + DAY_S // 2) // EPOCH_S * EPOCH_S


def open_agreement(house: House, provider: Signer, nonce: int, start_s: int) -> tuple[int, Receipt]:
    """Opens an agreement with a provider; its id, and the receipt."""
    offer = Offer(
        provider=provider.address,
        customer=NOBODY,
        token=house.token,
        terms=text_id(TERMS),
        law=text_id(LAW),
        fee=FEE,
        deposit=DEPOSIT,
        max_credit_bps=10_000,
        max_slash_bps=1_000,
        min_provider_bps=7_000,
        period_kind=PeriodKind.FIXED,
        period_length=DAY_S,
        max_periods=PERIODS,
        notice_periods=1,
        lead=LEAD_S,
        expiry=start_s,
        nonce=nonce,
    )
    notary = NotaryClient(house.anvil.node, house.book.notary)
    signature = provider.sign_digest(notary.offer_digest(offer))
    receipt = notary.open(house.customer, offer, signature, start_s, PERIODS, 1, 1)
    return notary.opened(receipt).agreement, receipt


def row_word(agreement: int, period: int, verdict: tuple[Outcome, int, int]) -> int:
    """A row as reports carry it."""
    outcome, credit_bps, slash_bps = verdict
    tier = int(outcome is Outcome.BREACH)
    return pack(Row(agreement, period, outcome, tier, credit_bps, slash_bps, 999_999, 1_000_000, 1_234))


def send_report(
    house: House, agreements: list[int], start_s: int, period: int, verdict: tuple[Outcome, int, int] = MET
) -> Receipt:
    """Reports a period of these agreements, as soon as it has ended."""
    end_s = start_s + (period + 1) * DAY_S
    house.anvil.move_to(end_s)
    header = Header(house.configuration(), (end_s - 1) // EPOCH_S, keccak(b"set"), house.observers, house.payee)
    rows = [row_word(agreement, period, verdict) for agreement in agreements]
    digest = report_digest(Domain(house.anvil.node.chain_id(), house.book.pactum), header, rows)
    signatures = join_signatures({member: house.oracles[member].sign_compact(digest) for member in house.signers})
    return house.pactum.report(house.anyone, header, rows, *signatures)
