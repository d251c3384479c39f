"""A whole instance: deployed, verified, and gone on with after an interruption at any step."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from chain.abi import artifact
from chain.addressbook import AddressBook
from chain.blocks import Receipt
from chain.contracts import CommitteeClient, PactumClient, TimelockClient, TokenClient, check_book
from chain.creating import StillPending
from chain.deployment import BondsMissing, DeploymentFailed, DeployParameters, deploy, open_journal
from chain.devnet import Anvil
from chain.governor import Governor
from chain.journal import Journal
from chain.node import Node
from chain.reverts import TransactionReverted
from chain.sender import Call, Sender
from chain.timelock import Role
from chain.typed_data import observation_root_digest
from chain.values import Listing
from chain.verification import NotAsMeant, verify
from governance.errors import BadInput

SENDS = 17  # eight contracts, a law, the token minted and allowed, four bonds, and the founding, proposed and executed
STRANGER = "0x" + "77" * 20


class Interrupted(Exception):
    """The machine went down."""


class Mortal:
    """A sender that goes down at one of its calls: before it is sent, or after it was mined and nobody heard of it."""

    def __init__(self, sender: Sender, at: int, *, before: bool) -> None:
        self.address = sender.address
        self._sender = sender
        self._left = at
        self._before = before

    def send(self, call: Call) -> Receipt:
        self._left -= 1
        if self._left < 0 and self._before:
            raise Interrupted
        receipt = self._sender.send(call)
        if self._left < 0:
            raise Interrupted
        return receipt


class Site:
    """Where a deployment takes place: its chain, its parameters and its journal's file."""

    def __init__(self, anvil: Anvil, values: DeployParameters, folder: Path) -> None:
        self.anvil, self.node, self.folder = anvil, anvil.node, folder
        self.values = dataclasses.replace(
            values, governor=anvil.signer(8).address, guardian=anvil.signer(9).address, delay_s=3_600
        )
        self.journal_path = folder / "book.json.journal"

    def sender(self) -> Sender:
        return Sender(self.node, self.anvil.signer(0))

    def journal(self) -> Journal:
        return open_journal(self.journal_path, self.node, self.sender().address, self.values)

    def run(self, sender: Any = None, pace: Any = None) -> AddressBook:
        return deploy(self.node, sender or self.sender(), self.values, self.journal(), pace)

    def verify(self, book: AddressBook, **changes: Any) -> int:
        values = dataclasses.replace(self.values, **changes)
        return verify(self.node, book, values, self.sender().address, Journal.load(self.journal_path).since_s)

    @property
    def sent(self) -> int:
        return self.node.nonce(self.sender().address)


@pytest.fixture
def site(fresh_anvil: Anvil, founding: DeployParameters, tmp_path: Path) -> Site:
    return Site(fresh_anvil, founding, tmp_path)


def test_an_instance_is_what_it_was_meant_to_be(site: Site):
    book = site.run()
    assert site.verify(book) > 50
    check_book(site.node, book)
    assert book.deployed_block == 1
    assert site.sent == SENDS


def test_an_instance_that_stands_is_found_and_not_deployed_again(site: Site):
    book = site.run()
    assert site.run() == book
    assert site.sent == SENDS


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("at", range(SENDS))
def test_an_interrupted_deployment_is_gone_on_with_at_any_step(site: Site, at: int, before: bool):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), at, before=before))
    book = site.run()
    assert site.sent == SENDS  # nothing was sent twice
    site.verify(book)
    assert site.run() == book


def test_an_interruption_at_every_step_one_after_the_other_changes_nothing(site: Site):
    book, runs = None, 0
    while book is None:
        runs += 1
        try:
            book = site.run(Mortal(site.sender(), 0 if runs % 2 else 1, before=bool(runs % 3)))
        except Interrupted:
            assert runs < 10 * SENDS
            if runs % 7 == 0:
                book = site.run()
    assert site.sent == SENDS
    site.verify(book)


class Mining:
    """Time that passes by blocks: each sleep mines what waits."""

    def __init__(self, anvil: Anvil) -> None:
        self._anvil = anvil
        self._now = 0.0

    def now_s(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds
        self._anvil.mine()
        self._anvil.node.request("evm_setAutomine", True)


class Waiting:
    """Time that passes and brings no block."""

    def __init__(self) -> None:
        self._now = 0.0

    def now_s(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += 100 * seconds


class Careless:
    """A sender that goes down with its second creation on the way."""

    def __init__(self, anvil: Anvil, sender: Sender) -> None:
        self.address = sender.address
        self._anvil = anvil
        self._sender = sender
        self._sent = 0

    def send(self, call: Call) -> Receipt:
        self._sent += 1
        if self._sent < 2:
            return self._sender.send(call)
        self._anvil.node.request("evm_setAutomine", False)
        self._sender.submit(call)
        raise Interrupted


def test_a_creation_that_is_on_its_way_is_waited_for(site: Site):
    with pytest.raises(Interrupted):
        site.run(Careless(site.anvil, site.sender()))
    with pytest.raises(StillPending, match="TimelockController is not mined"):
        site.run(pace=Waiting())
    book = site.run(pace=Mining(site.anvil))
    assert site.sent == SENDS
    site.verify(book)


@pytest.mark.parametrize("at", range(2, 8), ids=["LawStone", "Committee", "Zone", "Tribunal", "Notary", "Pactum"])
def test_contracts_that_name_each_other_are_made_anew_where_a_nonce_was_taken(site: Site, at: int):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), at, before=True))
    site.sender().send(Call(STRANGER, b"", 1))
    book = site.run()
    site.verify(book)
    assert site.sent == SENDS + 1 + (at - 2)


def test_a_creation_that_another_transaction_displaced_is_made_anew(site: Site):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), 0, before=True))
    site.sender().send(Call(None, bytes.fromhex("600060005360016000f3")))  # another contract stands where the token would
    site.verify(site.run())


def test_a_beginning_that_has_passed_is_set_anew_and_the_stale_proposal_is_taken_back(site: Site):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), SENDS - 1, before=True))
    stale = Journal.load(site.journal_path).since_s
    site.anvil.increase(1_000)
    book = site.run()
    since_s = Journal.load(site.journal_path).since_s
    assert stale is not None
    assert since_s is not None
    assert since_s > stale + 900
    site.verify(book)  # which finds whatever could still be executed


def test_a_founding_that_somebody_else_executes_is_executed(site: Site):
    other = Sender(site.node, site.anvil.signer(9))

    class Slow(Mortal):
        def send(self, call: Call) -> Receipt:
            if self._left == 0:
                other.send(call)
            self._left -= 1
            return self._sender.send(call)

    site.verify(site.run(Slow(site.sender(), SENDS - 1, before=False)))


def test_a_beginning_that_was_named_and_has_passed_is_told(site: Site):
    site.values = dataclasses.replace(site.values, since_s=5)
    with pytest.raises(TransactionReverted, match="SinceInThePast"):
        site.run()


def test_a_lead_that_is_too_short_is_told(site: Site):
    class Sluggish(Mortal):
        def send(self, call: Call) -> Receipt:
            site.anvil.increase(10)
            return self._sender.send(call)

    with pytest.raises(DeploymentFailed, match="5 s are too short"):
        site.run(Sluggish(site.sender(), 0, before=True))
    site.verify(site.run())  # it was the chain that was slow


def test_members_post_their_own_bonds_and_it_is_run_again(site: Site):
    site.values = dataclasses.replace(site.values, post_bonds=False)
    with pytest.raises(BondsMissing, match="4 members have not put up their bonds") as caught:
        site.run()
    assert caught.value.value == dict.fromkeys(site.values.members, site.values.bond)
    created = Journal.load(site.journal_path).created
    committee = CommitteeClient(site.node, created["Committee"].address)
    token = TokenClient(site.node, created["MockToken"].address)
    for account in range(1, 5):
        member = Sender(site.node, site.anvil.signer(account))
        token.mint(member, member.address, site.values.bond)
        token.approve(member, committee.address, site.values.bond)
        committee.post(member, member.address, site.values.bond)
    site.verify(site.run())


def test_a_token_that_exists_is_listed_and_bonds_are_paid_in_it(site: Site):
    sender = site.sender()
    made = sender.send(Call(None, artifact("MockToken").bytecode)).contract_address
    assert made is not None
    TokenClient(site.node, made).mint(sender, sender.address, 4 * site.values.bond)
    listing = Listing(made, relay_fee=5, min_fee=1_000)
    site.values = dataclasses.replace(site.values, test_token=False, bond_token=made, listings=(listing,))
    book = site.run()
    assert book.token is None
    site.verify(book)


def test_bonds_without_a_token_are_refused_before_anything_is_sent(site: Site):
    site.values = dataclasses.replace(site.values, test_token=False)
    with pytest.raises(BadInput, match="bonds have no token"):
        site.run()
    assert site.sent == 0


@pytest.mark.parametrize(
    "change",
    [{"bond": 5}, {"members": ()}, {"laws": ("another.",)}, {"governor": STRANGER}, {"delay_s": 5}],
    ids=lambda change: next(iter(change)),
)
def test_a_journal_is_good_for_the_parameters_that_it_was_begun_with(site: Site, change: dict[str, Any]):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), 3, before=True))
    site.values = dataclasses.replace(site.values, **change)
    with pytest.raises(BadInput, match="this journal is of another deployment"):
        site.run()


def test_a_journal_is_good_for_its_deployer(site: Site):
    site.journal()
    with pytest.raises(BadInput, match="this journal is of another deployment"):
        open_journal(site.journal_path, site.node, site.anvil.signer(1).address, site.values)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"nonce": 0', '"nonce": -1', "nonce: -1 is not a whole number"),
        ('"nonce": 0', '"nonce": 0, "more": 1', "more is not known here"),
        ('"salt"', '"salz"', "salt is missing"),
        ('"created": {', '"created": {{', "journal:"),
        ('"address": "0x', '"address": "0y', "is not an address"),
        ('"since_s": null', '"since_s": 1.5', "since_s: 1.5 is not a whole number"),
    ],
)
def test_a_damaged_journal_is_told(site: Site, old: str, new: str, message: str):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), 1, before=True))
    text = site.journal_path.read_text()
    assert old in text
    site.journal_path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput, match=message):
        site.run()


def test_a_founding_that_is_over_is_left_alone_though_a_bond_was_lost_since(site: Site):
    book = site.run()
    signer, domain = site.anvil.signer(1), book.committee_domain
    roots = (b"\1" * 32, b"\2" * 32)
    proof = [(root, signer.sign_compact(observation_root_digest(domain, 1, root))) for root in roots]
    committee = CommitteeClient(site.node, book.committee)
    committee.expose(Sender(site.node, site.anvil.signer(9)), signer.address, 1, *proof)
    assert committee.bond_of(signer.address) == 0
    assert site.run() == book
    assert site.sent == SENDS


def test_a_creation_that_is_mined_while_it_is_looked_for_is_found(site: Site, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Interrupted):
        site.run(Mortal(site.sender(), 1, before=False))
    code, asked = Node.code, []

    def late(node: Node, address: str, *tag: Any) -> bytes:
        asked.append(address)
        return b"" if asked.count(address) == 1 else code(node, address, *tag)

    monkeypatch.setattr(Node, "code", late)
    site.run()
    assert site.sent == SENDS


def test_an_account_that_another_program_sends_for_all_the_time_is_told(site: Site):
    class Restless(Mortal):
        def send(self, call: Call) -> Receipt:
            site.anvil.node.request("anvil_setNonce", self.address, hex(site.sent + 1))
            self._sender._next_nonce = None
            return self._sender.send(call)

    with pytest.raises(DeploymentFailed, match="let nothing else send for the deployer"):
        site.run(Restless(site.sender(), 0, before=True))


OTHER = Listing(STRANGER, 1, 1)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"treasury": STRANGER}, "the treasury is"),
        ({"guardian": None}, "the guardian is"),
        ({"governor": STRANGER}, "who is proposer is"),
        ({"delay_s": 3_601}, "the timelock's delay is 3600, not 3601"),
        ({"bond": 5}, "the bond is"),
        ({"bond": 2_000_000}, "has its bond up is False"),
        ({"reporter_bps": 4_999}, "the reporter's share of bonds is"),
        ({"epoch_length_s": 21}, "the epoch's length is 20, not 21"),
        ({"min_fee": 999}, "the listing of"),
        ({"listings": (OTHER,)}, f"the listing of {STRANGER} is None"),
        ({"laws": ("another.",)}, "NotPublished"),
        ({"members": (STRANGER,) * 4}, "the first members is"),
        ({"bond_token": STRANGER}, "the bonds' token is"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_differs_is_found(site: Site, change: dict[str, Any], what: str):
    book = site.run()
    with pytest.raises((NotAsMeant, TransactionReverted), match=what):
        site.verify(book, **change)


@pytest.mark.parametrize("field", ["report_deadline", "thaw", "dao_bps", "arbiter"])
def test_a_parameter_that_differs_is_found(site: Site, field: str):
    book = site.run()
    change: dict[str, Any] = {field: STRANGER if field == "arbiter" else getattr(site.values.parameters, field) + 1}
    with pytest.raises(NotAsMeant, match="the parameters is"):
        site.verify(book, parameters=dataclasses.replace(site.values.parameters, **change))


@pytest.mark.parametrize("part", ["law_stone", "zone", "committee", "tribunal", "notary", "pactum", "timelock", "token"])
def test_code_that_differs_in_one_byte_is_found(site: Site, part: str):
    book = site.run()
    code = bytearray(site.node.code(getattr(book, part)))
    code[len(code) - 60] ^= 1  # in the metadata behind the program: nothing else can see it
    site.node.request("anvil_setCode", getattr(book, part), "0x" + code.hex())
    with pytest.raises(NotAsMeant, match=r"the code of .* as compiled is False"):
        site.verify(book)


def test_immutables_are_no_part_of_the_code_and_are_read_back(site: Site):
    book = site.run()
    code = site.node.code(book.zone)
    pactum, stranger = bytes.fromhex(book.pactum[2:]), bytes.fromhex(STRANGER[2:])
    assert pactum in code
    site.node.request("anvil_setCode", book.zone, "0x" + code.replace(pactum, stranger).hex())
    with pytest.raises(NotAsMeant) as caught:
        site.verify(book)
    assert [str(each).partition(" is ")[0] for each in caught.value.value] == ["Pactum of Zone"]  # type: ignore[attr-defined]


def test_an_operation_that_the_deployer_left_behind_is_found(site: Site):
    class Sly(Mortal):
        """While the timelock's delay is nothing, it proposes something of its own."""

        def send(self, call: Call) -> Receipt:
            if self._left == 0:
                created = Journal.load(site.journal_path).created
                theft = PactumClient(site.node, created["Pactum"].address).set_treasury_call(self.address)
                Governor(site.node, created["TimelockController"].address, self._sender).propose([theft])
            self._left -= 1
            return self._sender.send(call)

    book = site.run(Sly(site.sender(), SENDS - 1, before=False))
    with pytest.raises(NotAsMeant, match="operations that can still be executed"):
        site.verify(book)


def test_a_role_that_the_deployer_gave_away_is_found(site: Site):
    book = site.run()
    governor = Governor(site.node, book.timelock, Sender(site.node, site.anvil.signer(8)))
    timelock = TimelockClient(site.node, book.timelock)
    operation = governor.propose([timelock.grant_call(Role.PROPOSER, STRANGER), timelock.grant_call(Role.ADMIN, STRANGER)])
    site.anvil.increase(3_600)
    governor.execute(operation)
    with pytest.raises(NotAsMeant) as caught:
        site.verify(book)
    assert [str(each).partition(" is [")[0] for each in caught.value.value] == ["who is admin", "who is proposer"]  # type: ignore[attr-defined]
