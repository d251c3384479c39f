"""A town on a chain of its own, whose time is moved by hand: contracts, keystores of every role, ``surety`` in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from chain import row
from chain.contracts import CommitteeClient, PactumClient
from chain.devnet import Anvil, dev_signer, start_anvil
from chain.keys import Signer
from chain.quorum import join_signatures
from chain.sender import Sender
from chain.typed_data import observation_root_digest, report_digest
from chain.values import Header
from cli.founding import PASSWORD, Founder
from cli.plan import ACCOUNTS, FIRST_ORACLE, MEMBERS, RELAY, StackPlan
from cli.state import StateDirectory
from governance.periods import epoch_of
from governance.values import Outcome, Row

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Ran:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


class Town:
    """Provider ``acme`` has a signed offer of 30 s periods at a fee of 10 and a deposit of 100; ``customer`` opens agreements."""

    def __init__(self, anvil: Anvil, folder: Path, repository: Path) -> None:
        self.anvil, self.folder = anvil, folder
        self.plan = StackPlan(
            StateDirectory(folder), epoch_s=10, report_deadline_s=14, dispute_window_s=6, resolution_s=60, delay_s=5
        )
        self.plan.state.prepare()
        founder = Founder(anvil, self.plan)
        self.book = founder.deploy()
        self.book.save(self.plan.state.book)
        founder.write_keystores()
        self.relay: Sender = founder.sender(RELAY)
        self.pactum = PactumClient(anvil.node, self.book.pactum)
        self.committee = CommitteeClient(anvil.node, self.book.committee)
        self.terms = repository / "examples" / "quickstart.yaml"

    def surety(self, *arguments: str, by: str | None = None) -> Ran:
        """Runs a command, by a role whose keystore signs."""
        from cli.main import main

        who = ("--keystore", str(self.keystore(by))) if by else ()
        argv, out, err = pytest.MonkeyPatch(), StringIO(), StringIO()
        argv.setattr("sys.argv", ["surety", *arguments, *who])
        argv.setattr("sys.stdin", StringIO())
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
        finally:
            argv.undo()
        return Ran(code, out.getvalue(), err.getvalue())

    def keystore(self, role: str) -> Path:
        return self.plan.state.keystore(role)

    def settle_in(self) -> None:
        """The provider, with stake and a signed offer."""
        acme = str(self.keystore("acme"))
        assert self.surety("key", "new", acme, "--light").code == 0
        assert self.surety("fund", acme).code == 0
        assert self.surety("fund", str(self.keystore("customer"))).code == 0
        for arguments in (("register", "--profile", str(EXAMPLES / "profile.json")), ("stake", "500")):
            done = self.surety("provider", *arguments, by="acme")
            assert done.code == 0, done.err
        terms = ("--terms", str(self.terms), "--fee", "10", "--deposit", "100")
        done = self.surety("provider", "offer", *terms, "--out", str(self.offer), by="acme")
        assert done.code == 0, done.err

    @property
    def offer(self) -> Path:
        return self.folder / "offer.json"

    def open(self, periods: int = 5) -> str:
        """The customer opens an agreement; its id."""
        self.anvil.mine()
        done = self.surety("agreement", "open", "--offer", str(self.offer), "--periods", str(periods), "--quiet", by="customer")
        assert done.code == 0, done.err
        return done.out.strip()

    def move_into(self, agreement: str, period: int) -> None:
        """Lets time pass until a period has begun."""
        self.anvil.move_to(self.pactum.period_of(int(agreement, 16), period)[0])
        self.anvil.mine()

    def report(
        self, agreement: str, period: int, outcome: Outcome, tier: int = 0, credit_bps: int = 0, slash_bps: int = 0
    ) -> None:
        """The committee reports a period right after its end."""
        number = int(agreement, 16)
        end_s = self.pactum.period_of(number, period)[1]
        self.anvil.move_to(max(end_s, self.anvil.node.block("latest").timestamp_s))
        word = row.pack(Row(number, period, outcome, tier, credit_bps, slash_bps, 990_000, 1_000_000, 250))
        reigning = self.committee.configuration_at(end_s)
        assert reigning is not None
        header = Header(reigning, epoch_of(end_s, self.plan.epoch_s), b"\5" * 32, 0b1111, self.relay.address)
        digest = report_digest(self.book.pactum_domain, header, [word])
        signatures = {member: self.oracle(member).sign_compact(digest) for member in range(MEMBERS)}
        self.pactum.report(self.relay, header, [word], *join_signatures(signatures))

    def pass_s(self, seconds: int) -> None:
        """Lets time pass."""
        self.anvil.move_to(self.anvil.node.block("latest").timestamp_s + seconds)
        self.anvil.mine()

    def oracle(self, member: int) -> Signer:
        return dev_signer(FIRST_ORACLE + member)

    def proof_against(self, member: int, epoch: int = 7) -> dict[str, Any]:
        """Two roots of one epoch that a member signed, as relays serve them."""
        roots = (b"\1" * 32, b"\2" * 32)
        signed = [
            (root, self.oracle(member).sign_compact(observation_root_digest(self.book.committee_domain, epoch, root)))
            for root in roots
        ]
        pairs = [{"root": "0x" + root.hex(), "signature": "0x" + signature.hex()} for root, signature in signed]
        return {"member": member, "epoch": epoch, "roots": pairs}


@pytest.fixture
def town(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town in which acme offers."""
    for name in [name for name in os.environ if name.startswith("SURETY_")]:
        monkeypatch.delenv(name)
    with start_anvil(accounts=ACCOUNTS) as anvil:
        found = Town(anvil, tmp_path / "town", repository)
        monkeypatch.setenv("SURETY_RPC_URL", anvil.rpc_url)
        monkeypatch.setenv("SURETY_BOOK", str(found.plan.state.book))
        monkeypatch.setenv("SURETY_PASSWORD", PASSWORD)
        found.settle_in()
        yield found


Refused = Callable[[Ran], str]


@pytest.fixture
def refused() -> Refused:
    """The one line in which a command was refused."""

    def line_of(ran: Ran) -> str:
        lines = [line for line in ran.err.splitlines() if line.strip()]
        assert ran.code == 1, (ran.code, ran.out, ran.err)
        assert len(lines) == 1, ran.err
        return lines[0]

    return line_of
