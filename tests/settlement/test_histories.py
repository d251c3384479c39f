"""A deployment's history, exported from a real chain: what its own law settles again is what was settled, to the unit."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chain.events import Accepted, decode_known
from chain.row import unpack
from chain.values import Claimable
from cli.connection import Connection
from cli.histories import export_history
from cli.law_diff import read_history
from cli.main import app
from governance import laws
from governance.law import load_law
from governance.values import Outcome, Ratio, Row
from oracle.relay_client import RelayUnavailable
from oracle.wire import Proposal, proposal_json
from settlement.audit import SetArchive
from settlement.hindsight.changes import Because, compare
from settlement.hindsight.past import DecidedBy, PastAgreement
from settlement.hindsight.sums import parts_of, total

STANDARD = load_law(laws.read("standard"), "standard")


class Sets:
    """A relay's observation sets, changed on the way where a test wants it."""

    def __init__(self, relay: Any, change: Callable[[Proposal], Proposal] = lambda proposal: proposal) -> None:
        self._relay, self._change = relay, change

    def observation_set(self, root: bytes) -> Proposal:
        return self._change(self._relay.observation_set(root))


def keeping(folder: Path) -> Callable[[Proposal], Proposal]:
    """Has every set that is asked for kept as an archive keeps it."""

    def keep(proposal: Proposal) -> Proposal:
        (folder / f"{proposal.header.observation_set.hex()}.json").write_text(json.dumps(proposal_json(proposal)))
        return proposal

    return keep


def accepted_row(troupe: Any, agreement: int) -> Row:
    logs = troupe.stage.node.logs(0, troupe.stage.node.block("latest").number, [troupe.stage.book.pactum])
    found = [log for log in decode_known(logs, [troupe.stage.book.pactum]) if isinstance(log, Accepted)]
    return unpack([log for log in found if log.agreement == agreement][-1].row)


def export(troupe: Any, folder: Path, sets: Any = None) -> tuple[list[PastAgreement], dict[str, object], list[dict[str, object]]]:
    path = folder / "history.jsonl"
    connection = Connection(troupe.stage.node, troupe.stage.book)
    told, lost = export_history(connection, sets or troupe.relay, path, quiet=True)
    return read_history(path, quiet=True), told, lost


def settle_all(troupe: Any, agreement: int) -> None:
    troupe.stage.mature()
    troupe.stage.settle(agreement)
    troupe.look()


@pytest.fixture
def varied(sqlite_troupe: Any) -> tuple[Any, int]:
    """An agreement with a breach, a failed dispute, a silent period, a row that an arbiter replaces, and a period that is met."""
    troupe, stage = sqlite_troupe, sqlite_troupe.stage
    agreement = troupe.open(5)
    troupe.report(agreement, 0, good=97)
    troupe.report(agreement, 1, good=50)
    stage.dispute(accepted_row(troupe, agreement))
    stage.tribunal.confirm(stage.governor, agreement, 1)
    stage.move_to(stage.end_of(agreement, 2) + 60)
    stage.pactum.expire(stage.relay, agreement)
    troupe.report(agreement, 3, good=100)
    stage.dispute(accepted_row(troupe, agreement))
    stage.tribunal.replace(stage.governor, agreement, 3, Outcome.BREACH, 3_000, 100)
    troupe.report(agreement, 4, good=100)
    settle_all(troupe, agreement)
    return troupe, agreement


def test_a_history_has_every_settled_period_with_its_counts_and_its_decision(varied: Any, tmp_path: Path) -> None:
    troupe, agreement = varied
    (one,), told, lost = export(troupe, tmp_path)
    assert one.name == f"0x{agreement:024x}"
    assert (one.provider, one.customer) == (troupe.stage.provider.address, troupe.stage.customer.address)
    assert one.law == "0x" + troupe.law.hex()
    assert [(each.settled.by, each.settled.outcome, each.settled.credit_bps) for each in one.periods if each.settled] == [
        (DecidedBy.LAW, Outcome.BREACH, 2_500),
        (DecidedBy.LAW, Outcome.BREACH, 10_000),
        (DecidedBy.DEADLINE, Outcome.NO_DATA, 0),
        (DecidedBy.ARBITER, Outcome.BREACH, 3_000),
        (DecidedBy.LAW, Outcome.MET, 0),
    ]
    assert [each.case.uptime if each.case else None for each in one.periods] == [
        Ratio(97, 100), Ratio(50, 100), None, Ratio(100, 100), Ratio(100, 100)
    ]  # fmt: skip
    assert [(each.start_s, each.end_s) for each in one.periods] == [
        troupe.stage.pactum.period_of(agreement, period) for period in range(5)
    ]
    assert told == {"agreements": 1, "periods": 5, "by_law": 3, "by_deadline": 1, "by_arbiter": 1, "without_counts": 0}
    assert lost == []


def test_its_own_law_settles_a_history_as_the_contracts_did(varied: Any, tmp_path: Path) -> None:
    troupe, agreement = varied
    history, _, _ = export(troupe, tmp_path)
    found = compare(STANDARD, STANDARD, history)
    assert (found.changes, found.unlike, found.faults, found.kept) == ([], 0, 0, 2)
    sums = total(parts_of(each.settled, history[0].stakes.fee) for each in history[0].periods if each.settled)
    claimable: Claimable = troupe.stage.pactum.claimable_of(agreement)
    assert claimable.provider == sums.provider
    assert claimable.customer_from_fees + claimable.customer_from_deposit == sums.customer + sums.slash
    assert claimable.customer_from_deposit == sums.deposit


def test_another_law_changes_what_it_judges_and_nothing_that_others_decided(varied: Any, tmp_path: Path) -> None:
    troupe, _ = varied
    history, _, _ = export(troupe, tmp_path)
    lenient = load_law("decide(_, met, [always]).", "lenient")
    found = compare(STANDARD, lenient, history)
    assert [(one.old.past.period, one.because) for one in found.changes] == [(0, Because.VERDICT), (1, Because.VERDICT)]
    assert sum(after - before for _, before, after in found.gains()) == 0


def test_an_agreement_of_which_nothing_is_settled_is_not_in_a_history(sqlite_troupe: Any, tmp_path: Path) -> None:
    agreement = sqlite_troupe.open(2)
    sqlite_troupe.report(agreement)
    assert export(sqlite_troupe, tmp_path)[0] == []
    settle_all(sqlite_troupe, agreement)
    (one,), _, _ = export(sqlite_troupe, tmp_path)
    assert [each.period for each in one.periods] == [0]


BENT: list[tuple[str, Callable[[Proposal], Proposal], str]] = [
    ("a member is missing", lambda proposal: replace(proposal, members=proposal.members[:3]), "not the set"),
    (
        "a member's counts are better",
        lambda proposal: replace(
            proposal,
            members=tuple(
                replace(signed, observations=tuple(replace(seen, uptime=Ratio(100, 100)) for seen in signed.observations))
                for signed in proposal.members
            ),
        ),
        "not the set",
    ),
]


@pytest.mark.parametrize(("change", "why"), [each[1:] for each in BENT], ids=[each[0] for each in BENT])
def test_a_set_that_was_changed_gives_no_counts_and_the_settlement_stays(sqlite_troupe, tmp_path, change, why) -> None:
    agreement = sqlite_troupe.open()
    sqlite_troupe.report(agreement, good=97)
    settle_all(sqlite_troupe, agreement)
    (one,), told, lost = export(sqlite_troupe, tmp_path, Sets(sqlite_troupe.relay, change))
    assert (one.periods[0].case, told["without_counts"]) == (None, 1)
    assert why in str(lost[0]["why"])
    found = compare(STANDARD, load_law("decide(_, met, [always]).", "lenient"), [one])
    assert (found.changes, found.kept, found.unlike) == ([], 1, 0)


def test_a_row_that_a_quorum_forged_gets_no_counts_from_the_set_that_contradicts_it(sqlite_troupe: Any, tmp_path: Path) -> None:
    troupe = sqlite_troupe
    agreement = troupe.open()
    troupe.end(agreement)
    troupe.stage.report([troupe.stage.row(agreement, 0, Outcome.MET)])
    settle_all(troupe, agreement)
    (one,), _, lost = export(troupe, tmp_path)
    assert one.periods[0].case is None
    assert [(each["agreement"], each["period"]) for each in lost] == [(one.name, 0)]


def test_a_relay_that_does_not_answer_now_ends_the_export_instead_of_losing_counts(sqlite_troupe: Any, tmp_path: Path) -> None:
    agreement = sqlite_troupe.open()
    sqlite_troupe.report(agreement)
    settle_all(sqlite_troupe, agreement)

    def silent(_: Proposal) -> Proposal:
        raise RelayUnavailable("relay does not answer")

    with pytest.raises(RelayUnavailable):
        export(sqlite_troupe, tmp_path, Sets(sqlite_troupe.relay, silent))
    assert not (tmp_path / "history.jsonl").exists()


def test_an_agreement_whose_terms_nobody_can_read_is_left_out_and_named(sqlite_troupe: Any, tmp_path: Path) -> None:
    troupe = sqlite_troupe
    agreement = troupe.stage.open(1, law=troupe.law)  # its terms are none
    troupe.stage.move_to(troupe.stage.end_of(agreement, 0) + 60)
    troupe.stage.pactum.expire(troupe.stage.relay, agreement)
    troupe.look()
    history, _, lost = export(troupe, tmp_path)
    assert history == []
    assert [(each["agreement"], each["period"]) for each in lost] == [(f"0x{agreement:024x}", None)]


def test_an_archive_of_sets_serves_as_well_as_a_relay(sqlite_troupe: Any, tmp_path: Path) -> None:
    agreement = sqlite_troupe.open()
    sqlite_troupe.report(agreement, good=97)
    settle_all(sqlite_troupe, agreement)
    from_relay, _, _ = export(sqlite_troupe, tmp_path, Sets(sqlite_troupe.relay, keeping(tmp_path)))
    assert export(sqlite_troupe, tmp_path, SetArchive(tmp_path))[0] == from_relay


def test_the_documented_command_writes_a_history(sqlite_troupe: Any, tmp_path: Path, repository: Path, monkeypatch) -> None:
    agreement = sqlite_troupe.open()
    sqlite_troupe.report(agreement, good=97)
    settle_all(sqlite_troupe, agreement)
    export(sqlite_troupe, tmp_path, Sets(sqlite_troupe.relay, keeping(tmp_path)))
    page = (repository / "docs" / "laws-simulating.md").read_text("utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith("surety audit export ")]
    words = shlex.split(command)[1:]
    at = words.index("--relay")
    words[at : at + 2] = ["--archive", str(tmp_path)]
    sqlite_troupe.stage.book.save(tmp_path / "addresses.json")
    monkeypatch.chdir(tmp_path)
    where = ["--rpc-url", sqlite_troupe.stage.anvil.rpc_url, "--book", "addresses.json"]
    ran = CliRunner().invoke(app, [*words, *where, "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["periods"], told["by_law"], told["without_counts"], told["lost"]) == (1, 1, 0, [])
    (one,) = read_history(tmp_path / "history.jsonl", quiet=True)
    assert one.periods[0].case is not None
