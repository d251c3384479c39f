"""What the contracts cost: receipts' gas of whole transactions on Anvil, calldata and the intrinsic 21,000 included.

A hundred providers run one agreement each with one customer. The figures are of the steady state, in which every slot that a
transaction writes was written before: two rounds of reports go first. Reports carry Met rows, each of which settles the row of
the period before; four oracles, three signatures. The floor is a transfer of the same ERC-20 in the same run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from bench import report
from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, LawStoneClient, PactumClient, TokenClient, ZoneClient
from chain.deployment import DeployParameters
from chain.devnet import Anvil, deploy, start_anvil
from chain.hashing import keccak, text_id
from chain.keys import Signer
from chain.offers import Offer
from chain.quorum import join_signatures
from chain.row import pack
from chain.sender import Sender
from chain.typed_data import Domain, report_digest
from chain.values import Header, Parameters
from governance.values import Outcome, PeriodKind, Row

PROVIDERS = 100
PERIODS = 8
DAY_S = 86_400
EPOCH_S = 3_600
WINDOW_S = 6 * 3_600
FEE = 1_000_000_000
DEPOSIT = 5_000_000_000
LAW, TERMS = "decide(_, verdict(met, 0, 0, 0), []).", "apiVersion: openslo/v1"
NOBODY = "0x" + "00" * 20
SIZES = (100, 50, 10, 1)  # descending: who is left out of a round falls behind, and is not asked again
SIGNERS = (0, 1, 3)
OBSERVERS = 0b1111


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
    start_s: int

    @property
    def token(self) -> str:
        """Address of the token that everything is paid in."""
        return str(self.book.token)

    @property
    def pactum(self) -> PactumClient:
        """The escrow."""
        return PactumClient(self.anvil.node, self.book.pactum)


def key(name: str) -> Signer:
    """A signer that the run knows by name."""
    return Signer(keccak(name.encode()))


def furnish(anvil: Anvil) -> House:
    """Everything deployed; a customer with money, providers with stake."""
    node = anvil.node
    governor, customer, anyone = (Sender(node, anvil.signer(account)) for account in range(3))
    oracles = tuple(key(f"oracle {number}") for number in range(4))
    since_s = node.block("latest").timestamp_s + 60
    book = deploy(
        node,
        governor,
        DeployParameters(
            members=tuple(oracle.address for oracle in oracles),
            since_s=since_s,
            epoch_length_s=EPOCH_S,
            parameters=Parameters(WINDOW_S, WINDOW_S, 2_000, 1_000),
            treasury=key("treasury").address,
            min_fee=1_000_000,
            relay_fee=10_000,
        ),
    )
    stone = LawStoneClient(node, book.law_stone)
    stone.publish(anyone, LAW)
    stone.enact(governor, text_id(LAW))
    PactumClient(node, book.pactum).publish_terms(anyone, TERMS)
    token = TokenClient(node, str(book.token))
    token.mint(anyone, customer.address, FEE * PERIODS * (PROVIDERS + 3))
    token.approve(customer, book.pactum, 2**256 - 1)
    anvil.move_to(since_s)
    start_s = since_s + 3 * DAY_S // 2  # within a day after the lead, however long the preparations take
    providers = tuple(key(f"provider {number}") for number in range(PROVIDERS))
    house = House(anvil, book, customer, anyone, key("payee").address, providers, oracles, start_s)
    for provider in providers:
        enter(house, provider)
    return house


def enter(house: House, provider: Signer) -> None:
    """Registers a provider with stake for a few agreements, and pays its gas."""
    node, sender = house.anvil.node, Sender(house.anvil.node, provider)
    house.anvil.fund(provider.address)
    token, zone = TokenClient(node, house.token), ZoneClient(node, house.book.zone)
    token.mint(house.anyone, provider.address, 4 * DEPOSIT)
    token.approve(sender, zone.address, 4 * DEPOSIT)
    zone.register(sender, key(f"payout of {provider.address}").address, "{}")
    zone.stake(sender, token.address, 4 * DEPOSIT)


def open_agreement(house: House, provider: Signer, nonce: int) -> tuple[int, Receipt]:
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
        lead=DAY_S,
        expiry=house.start_s,
        nonce=nonce,
    )
    signature = provider.sign_digest(house.pactum.offer_digest(offer))
    receipt = house.pactum.open(house.customer, offer, signature, house.start_s, PERIODS)
    return house.pactum.opened(receipt).agreement, receipt


def send_report(house: House, agreements: list[int], period: int) -> int:
    """Reports a period of these agreements as met, as soon as it has ended; the gas of it."""
    end_s = house.start_s + (period + 1) * DAY_S
    house.anvil.move_to(end_s)
    configuration = CommitteeClient(house.anvil.node, house.book.committee).configuration_at(end_s - DAY_S)
    if configuration is None:
        raise RuntimeError("the first configuration began after the first period")
    header = Header(configuration, (end_s - 1) // EPOCH_S, keccak(b"set"), OBSERVERS, house.payee)
    rows = [pack(Row(agreement, period, Outcome.MET, 0, 0, 0, 999_999, 1_000_000, 1_234)) for agreement in agreements]
    digest = report_digest(Domain(house.anvil.node.chain_id(), house.book.pactum), header, rows)
    signatures = join_signatures({member: house.oracles[member].sign_compact(digest) for member in SIGNERS})
    return house.pactum.report(house.anyone, header, rows, *signatures).gas_used


def transfer_floor(house: House) -> int:
    """Gas of an ERC-20 transfer to somebody who has some."""
    token = TokenClient(house.anvil.node, house.token)
    token.mint(house.anyone, house.anyone.address, 3)
    token.transfer(house.anyone, house.customer.address, 1)
    return token.transfer(house.anyone, house.customer.address, 1).gas_used


def run(house: House) -> list[report.Measure]:
    """All measures."""
    floor = ("ERC-20 transfer", float(transfer_floor(house)))
    first = [open_agreement(house, provider, 0)[0] for provider in house.providers]
    opening = open_agreement(house, house.providers[0], 1)[1].gas_used
    first_rows = send_report(house, first, 0)
    send_report(house, first, 1)
    house.pactum.claim_provider(house.anyone, [first[0]])
    reports = {size: send_report(house, first[:size], 2 + at) for at, size in enumerate(SIZES)}
    points = [(size, float(reports[size])) for size in sorted(reports)]
    per_row = (reports[100] - reports[1]) / 99
    claims = claim_all(house, first)
    silent = house.pactum.expire(house.anyone, first[99]).gas_used
    return [
        report.measure("report of 1 row", reports[1], "gas", against=floor),
        report.measure(
            "report of 100 rows", reports[100], "gas", against=floor, points=points, target=report.at_most(1.1, "exponent")
        ),
        report.measure("report of 100 rows, each", reports[100] / 100, "gas", against=floor, target=report.at_most(28_000)),
        report.measure("one more row", per_row, "gas", against=floor, target=report.at_most(26_000)),
        report.measure("first report of 100 rows, each", first_rows / 100, "gas", against=floor),
        report.measure("opening", opening, "gas", against=floor, target=report.at_most(260_000)),
        *(report.measure(f"claim: {who}", gas, "gas", against=floor) for who, gas in claims.items()),
        report.measure("expiry of 3 silent periods", silent, "gas", against=floor),
    ]


def claim_all(house: House, agreements: list[int]) -> dict[str, int]:
    """Gas of each kind of claim, by who is paid; the payout address and the member have been paid before."""
    pactum, one = house.pactum, agreements[0]
    configuration = CommitteeClient(house.anvil.node, house.book.committee).configuration_at(house.start_s)
    if configuration is None:
        raise RuntimeError("the first configuration began after the first period")
    pactum.claim_member(house.anyone, configuration, house.token, 0, [OBSERVERS])
    send_report(house, agreements[:1], 6)
    return {
        "provider": pactum.claim_provider(house.anyone, [one]).gas_used,
        "member, of one set of observers": pactum.claim_member(house.anyone, configuration, house.token, 0, [OBSERVERS]).gas_used,
        "relay's payee, first": pactum.claim_relay(house.anyone, house.payee, house.token).gas_used,
    }


def main() -> int:
    """Run on an Anvil of its own; the exit code."""
    with start_anvil() as anvil:
        return report.finish("gas", run(furnish(anvil)))


if __name__ == "__main__":
    sys.exit(main())
