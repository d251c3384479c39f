"""What a run amounts to: survivors need entries, entries need survivors, money has none, and most mutants are noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate import money, survivors
from tools.mutate.judgement import Judgement
from tools.mutate.mutants import Mutant
from tools.mutate.operators import Change
from tools.mutate.results import KILLED, SURVIVED, UNCOMPILABLE, Result, Results
from tools.mutate.survivors import Survivor, UnreadableList

MONEY_FILE = "contracts/libraries/Split.sol"


def mutant(number: int, file: str = "contracts/Zone.sol") -> Mutant:
    return Mutant(file, "free", "constant", "return 1;", "1", str(number), 1, 10, Change("constant", 0, 1, str(number)))


def judged(outcomes: dict[Mutant, str], listed: dict[Mutant, str] | None = None) -> Judgement:
    results = {each.key: Result(each.key, outcome, None, 1.0, "", "", "") for each, outcome in outcomes.items()}
    entries = {each.key: Survivor(each.key, kind, "because") for each, kind in (listed or {}).items()}
    return Judgement(list(outcomes), list(outcomes), results, entries)


@pytest.fixture(autouse=True)
def _no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of money is held against the real contracts elsewhere."""
    monkeypatch.setattr(money, "stale", lambda _: [])


def many(killed: int) -> dict[Mutant, str]:
    return dict.fromkeys((mutant(number) for number in range(100, 100 + killed)), KILLED)


def test_when_all_are_killed_nothing_is_wrong() -> None:
    assert judged(many(3)).findings() == []


def test_a_survivor_without_an_entry_is_wrong() -> None:
    survivor = mutant(1)
    assert judged(many(50) | {survivor: SURVIVED}).findings() == [f"survives and is not listed: {survivor.key}"]


@pytest.mark.parametrize("kind", ["accepted", "equivalent"])
def test_a_survivor_with_an_entry_is_known(kind: str) -> None:
    assert judged(many(50) | {mutant(1): SURVIVED}, {mutant(1): kind}).findings() == []


def test_an_entry_whose_mutant_is_killed_is_wrong() -> None:
    assert judged(many(3) | {mutant(1): KILLED}, {mutant(1): "accepted"}).findings() == [
        f"listed, and does not survive: {mutant(1).key}"
    ]


def test_an_entry_whose_mutant_is_gone_is_wrong() -> None:
    assert judged(many(3), {mutant(1): "accepted"}).findings() == [f"listed and not made any more: {mutant(1).key}"]


def test_too_few_killed_is_wrong_also_where_each_has_its_entry() -> None:
    outcomes = many(94) | {mutant(number): SURVIVED for number in range(6)}
    listed = {mutant(number): "accepted" for number in range(6)}
    assert judged(outcomes, listed).findings() == ["94.0 % of the mutants are killed; at least 95 % have to be"]


def test_equivalent_and_uncompilable_mutants_are_counted_nowhere() -> None:
    outcomes = many(19) | {mutant(1): SURVIVED, mutant(2): SURVIVED, mutant(3): UNCOMPILABLE}
    found = judged(outcomes, {mutant(1): "accepted", mutant(2): "equivalent"})
    assert (found.total.killed, found.total.survived, found.total.equivalent, found.total.uncompilable) == (19, 1, 1, 1)
    assert found.total.percent == 95
    assert found.findings() == []


def test_no_survivor_is_accepted_where_money_is_decided() -> None:
    paid = mutant(1, MONEY_FILE)
    outcomes = many(50) | {paid: SURVIVED}
    assert judged(outcomes, {paid: "accepted"}).findings() == [f"accepted in a money path: {paid.key}"]
    assert judged(outcomes, {paid: "equivalent"}).findings() == []
    assert judged(outcomes).money.percent == 0


def test_the_list_is_read_with_reasons_over_several_lines() -> None:
    key = mutant(1).key
    entries = f"- {key}: equivalent: it is\n  the same.\n- {key} #2: accepted: so be it.\n"
    page = f"# Survivors\n\n- `equivalent`: a word of the text.\n\n{entries}"
    assert survivors.read(page) == {
        key: Survivor(key, "equivalent", "it is the same."),
        f"{key} #2": Survivor(f"{key} #2", "accepted", "so be it."),
    }


@pytest.mark.parametrize("entry", ["{}", "{}: equivalent:", "{}: because it is", "{}: equivalent: a\n- {}: accepted: b"])
def test_an_entry_without_its_parts_is_refused(entry: str) -> None:
    with pytest.raises(UnreadableList):
        survivors.read("- " + entry.replace("{}", mutant(1).key))


def test_results_hold_for_the_files_they_were_found_with(till: Path) -> None:
    file = till / ".build" / "results.jsonl"
    key = "contracts/Till.sol `take`: `x`: `1` -> `2`"
    survivor = "contracts/Till.sol `take`: `x`: `1` -> `3`"
    Results(till, file).add(key, KILLED, "test_x", 1.0)
    Results(till, file).add(survivor, SURVIVED, None, 1.0)
    file.write_text(file.read_text() + '{"key": "cut o')
    assert Results(till, file).known.keys() == {key, survivor}

    test = till / "tests" / "foundry" / "Till.t.sol"
    test.write_text(test.read_text() + "\n")
    assert Results(till, file).known.keys() == set()
    assert Results(till, file, trust_kills=True).known.keys() == {key}

    source = till / "contracts" / "Till.sol"
    source.write_text(source.read_text() + "\n")
    assert Results(till, file, trust_kills=True).known.keys() == set()
