"""What the contracts cost: receipts' gas of whole transactions on Anvil, calldata and the intrinsic 21,000 included.

Contracts as they ship: optimizer on, 200 runs, by the intermediate representation, for the Cancun machine. A hundred
providers run one agreement each with one customer. Unless a line says "first", it is of the steady state, in which every
slot that a transaction writes was written before. Four oracles and three signatures unless a line says otherwise. The floor
is a transfer of the same ERC-20 in the same run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench import report
from bench.gas.house import BREACH, House, furnish, next_start_s, open_agreement, row_word, send_report
from chain.blocks import Receipt
from chain.contracts import PactumClient, TokenClient, TribunalClient
from chain.devnet import start_anvil
from chain.sender import Sender
from chain.values import Crew
from governance.values import Outcome

PROVIDERS = 100
SIZES = (100, 50, 10, 1)  # descending: who is left out of a round falls behind, and is not asked again
COMMITTEES = {4: 85_000, 7: 95_000, 31: 175_000}  # members: target of a report of one row
THAWS = 100


class Life:
    """One start in common, and the period that each round is of."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.start_s = next_start_s(house)
        self.period = 0
        self.agreements: list[int] = []

    def open(self, count: int, nonce: int = 0) -> list[int]:
        """Opens an agreement with each of the first providers; the gas of each."""
        opened = [open_agreement(self.house, provider, nonce, self.start_s) for provider in self.house.providers[:count]]
        self.agreements += [agreement for agreement, _ in opened]
        return [receipt.gas_used for _, receipt in opened]

    def report(self, count: int, verdict: tuple[Outcome, int, int] | None = None) -> int:
        """Gas of a report of the next period of the first agreements."""
        arguments = () if verdict is None else (verdict,)
        receipt = send_report(self.house, self.agreements[:count], self.start_s, self.period, *arguments)
        self.period += 1
        return receipt.gas_used


def transfer_floor(house: House) -> int:
    """Gas of an ERC-20 transfer to somebody who has some."""
    token = TokenClient(house.anvil.node, house.token)
    token.mint(house.anyone, house.anyone.address, 3)
    token.transfer(house.anyone, house.customer.address, 1)
    return token.transfer(house.anyone, house.customer.address, 1).gas_used


def rows(house: House, floor: tuple[str, float]) -> Iterator[report.Measure]:
    """Reports of many rows and of one, and what a breach adds."""
    life = Life(house)
    first_opening = life.open(PROVIDERS)[1]
    opening = open_agreement(house, house.providers[1], 100, life.start_s)[1].gas_used
    yield report.measure("opening", opening, "gas", against=floor, target=report.at_most(220_000))
    yield report.measure("opening, a provider's first", first_opening, "gas", against=floor)
    first = life.report(PROVIDERS)
    yield report.measure("first report of 100 rows, each", first / PROVIDERS, "gas", against=floor)
    life.report(PROVIDERS)
    sizes = {size: life.report(size) for size in SIZES}
    points = [(size, float(sizes[size])) for size in sorted(sizes)]
    each = sizes[100] / 100
    yield report.measure("report of 100 rows, each", each, "gas", against=floor, target=report.at_most(15_000))
    yield report.measure("report of 100 rows", sizes[100], "gas", points=points, target=report.at_most(1.1, "exponent"))
    yield report.measure("one more row", (sizes[100] - sizes[1]) / 99, "gas", against=floor)
    yield from breaches(house, floor)
    yield from claims(life, floor)


def breaches(house: House, floor: tuple[str, float]) -> Iterator[report.Measure]:
    """What credit and slash cost inside a row: the row that settles them against the row that settles a met one."""
    life = Life(house)
    life.open(20, nonce=1)
    life.report(20)
    life.report(20)
    met = life.report(20)
    life.report(20, BREACH)
    breach = life.report(20, BREACH)
    yield report.measure(
        "credit and slash, on top of a row", (breach - met) / 20, "gas", against=floor, target=report.at_most(8_000)
    )
    yield from disputes(life, floor)


def disputes(life: Life, floor: tuple[str, float]) -> Iterator[report.Measure]:
    """A dispute, a ruling, an early end; for information."""
    house, node = life.house, life.house.anvil.node
    tribunal = TribunalClient(node, house.book.tribunal)
    TokenClient(node, house.token).approve(house.customer, tribunal.address, 2**256 - 1)
    arbiter = Sender(node, house.anvil.signer(0))
    for agreement in life.agreements[:2]:
        word = row_word(agreement, life.period - 1, BREACH)
        gas = tribunal.dispute(house.customer, word, bytes(32), 2**255).gas_used
    yield report.measure("dispute", gas, "gas", against=floor)
    gas = tribunal.confirm(arbiter, life.agreements[0], life.period - 1).gas_used
    yield report.measure("ruling: confirmed", gas, "gas", against=floor)
    gas = tribunal.replace(arbiter, life.agreements[1], life.period - 1, Outcome.MET, 0, 0).gas_used
    yield report.measure("ruling: replaced", gas, "gas", against=floor)
    gas = house.pactum.terminate(house.customer, life.agreements[2]).gas_used
    yield report.measure("early end", gas, "gas", against=floor)


def claim_settled(sender: Sender, pactum: PactumClient, agreements: list[int], token: str, to: str) -> Receipt:
    """A provider's claim of what is settled, without settling more on the way."""
    return sender.send(pactum.call("claimProvider(uint96[],address,address)", agreements, token, to))


def claims(life: Life, floor: tuple[str, float]) -> Iterator[report.Measure]:
    """Each kind of claim, by who is paid; whoever is paid has been paid before."""
    house, one = life.house, life.agreements[0]
    pactum, configuration = house.pactum, house.configuration()
    crew = [Crew(house.observers, house.payee)]
    several = Life(house)
    several.agreements = [open_agreement(house, house.providers[0], nonce, several.start_s)[0] for nonce in (2, 3, 4, 5)]
    own = Sender(house.anvil.node, house.providers[0])
    to = house.anyone.address
    for _ in range(2):
        several.report(4)
    claim_settled(own, pactum, several.agreements[:4], house.token, to)
    pactum.claim_member(house.anyone, configuration, house.token, 0, crew)
    pactum.claim_relay(house.anyone, configuration, house.token, house.payee, [house.observers])
    several.report(4)
    single = claim_settled(own, pactum, several.agreements[:1], house.token, to).gas_used
    several.report(4)
    all_four = claim_settled(own, pactum, several.agreements[:4], house.token, to).gas_used
    member = pactum.claim_member(house.anyone, configuration, house.token, 0, crew).gas_used
    relay = pactum.claim_relay(house.anyone, configuration, house.token, house.payee, [house.observers]).gas_used
    yield report.measure("claim: provider", single, "gas", against=floor, target=report.at_most(50_000))
    further = (all_four - single) / 3
    yield report.measure("claim: provider, each further agreement", further, "gas", against=floor, target=report.at_most(8_000))
    yield report.measure("claim: member, of one crew", member, "gas", against=floor)
    yield report.measure("claim: relay's payee", relay, "gas", against=floor)
    silent = pactum.expire(house.anyone, one).gas_used
    yield report.measure("expiry of silent periods, any number", silent, "gas", against=floor)


def growth(house: House) -> Iterator[report.Measure]:
    """What a row costs after ten times the agreements, periods and thaw requests: the same."""
    life = Life(house)
    life.open(10, nonce=6)
    life.report(10)
    life.report(10)
    before = life.report(10) / 10
    for provider in house.providers[:10]:
        sender = Sender(house.anvil.node, provider)
        for _ in range(THAWS // 10):
            house.zone.thaw(sender, house.token, 1_000)
    other = Life(house)
    other.open(100, nonce=7)
    for _ in range(8):
        life.report(10)
    after = life.report(10) / 10
    yield report.measure(
        "a row after 100 more agreements, 100 thaw requests, 8 periods",
        after,
        "gas",
        against=("before", before),
        target=report.at_most(1.001, "ratio"),
    )


def committee(members: int, target: float) -> Iterator[report.Measure]:
    """A report of one row, by the size of the committee."""
    with start_anvil() as anvil:
        life = Life(furnish(anvil, members, 1))
        life.open(1)
        life.report(1)
        life.report(1)
        gas = life.report(1)
        name = f"report of 1 row, {members} oracles, {len(life.house.signers)} signatures"
        yield report.measure(name, gas, "gas", target=report.at_most(target))


def main() -> int:
    """Run on Anvils of its own; the exit code. With ``--no-page`` the page of benchmarks stays as it is."""
    measures: list[report.Measure] = []
    with start_anvil() as anvil:
        house = furnish(anvil, 4, PROVIDERS)
        measures += rows(house, ("ERC-20 transfer", float(transfer_floor(house))))
        measures += growth(house)
    for members, target in COMMITTEES.items():
        measures += committee(members, target)
    return report.finish("gas", measures, page=None if "--no-page" in sys.argv[1:] else report.PAGE)


if __name__ == "__main__":
    sys.exit(main())
