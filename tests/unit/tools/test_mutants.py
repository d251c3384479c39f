"""Mutants are made of code alone, one small change each, with names that hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate import money, mutants
from tools.mutate.money import MoneyPath
from tools.mutate.mutants import Mutant
from tools.mutate.syntax import DoesNotCompile


@pytest.fixture
def made(till: Path) -> list[Mutant]:
    """The mutants of the small project."""
    return mutants.of_project(till)


def changes(made: list[Mutant], function: str, operator: str) -> set[tuple[str, str]]:
    """What becomes what."""
    return {(mutant.old, mutant.new) for mutant in made if (mutant.function, mutant.operator) == (function, operator)}


def test_every_kind_of_change_is_made_where_it_can_be(made: list[Mutant]) -> None:
    assert changes(made, "take", "relational") == {(">", ">=")}
    assert changes(made, "take", "condition") == {("amount > left", "false"), ("amount > left", "!(amount > left)")}
    assert changes(made, "take", "arithmetic") == {("+", "-"), ("-=", "+="), ("-=", "=")}
    assert changes(made, "take", "swap") == {("amount, left", "left, amount")}
    assert changes(made, "take", "modifier") == {("once", "")}
    assert changes(made, "take", "return") == {("Kept.half(left)", "0")}
    assert changes(made, "take", "statement") == {
        ("left -= amount + FEE;", "{}"),
        ("emit Taken(msg.sender, amount);", "{}"),
    }
    assert changes(made, "half", "rounding") == {("amount / 2", "(amount + (2) - 1) / 2")}
    assert changes(made, "FEE", "constant") == {("2", "3"), ("2", "1")}
    assert changes(made, "once", "relational") == {("==", "!=")}
    assert changes(made, "code", "assembly") == {("add", "sub"), ("1", "2"), ("1", "0"), ("2", "3"), ("2", "1")}
    assert changes(made, "code", "statement") == {("word := add(1, 2)", "{}")}


def test_comments_strings_and_declarations_are_left_alone(made: list[Mutant], till: Path) -> None:
    text = (till / "contracts" / "Till.sol").read_bytes()
    kept = [b"/* a + b in a comment", b'// "a < b"', b"error TooMuch(uint256 asked, uint256 left);", b"uint256 public left"]
    for mutant in made:
        if mutant.file == "contracts/Till.sol":
            changed = mutant.applied(text)
            assert [part for part in kept if part not in changed] == []
            assert b'"a == b"' in changed or mutant.operator == "statement"


def test_a_mutant_is_named_the_same_when_lines_above_it_move(made: list[Mutant], till: Path) -> None:
    file = till / "contracts" / "Till.sol"
    file.write_text(file.read_text().replace("contract Till {", "\n\n// three more lines\ncontract Till {"))
    moved = mutants.of_project(till)
    assert [mutant.key for mutant in moved] == [mutant.key for mutant in made]
    assert [mutant.at for mutant in moved] != [mutant.at for mutant in made]


def test_no_two_mutants_have_one_name(made: list[Mutant]) -> None:
    assert len({mutant.key for mutant in made}) == len(made)


def test_equal_changes_of_one_line_are_numbered(till: Path) -> None:
    file = till / "contracts" / "libraries" / "Kept.sol"
    file.write_text(file.read_text().replace("amount / 2", "amount / 2 + amount / 2"))
    keys = [mutant.key for mutant in mutants.of_project(till) if (mutant.old, mutant.new) == ("/", "*")]
    assert [key.endswith(" #2") for key in keys] == [False, True]


def test_a_sample_is_the_same_for_the_same_seed_and_has_every_file(made: list[Mutant]) -> None:
    drawn = mutants.sample(made, 6, 1)
    assert drawn == mutants.sample(made, 6, 1)
    assert len(drawn) == 6
    assert {mutant.file for mutant in drawn} == {mutant.file for mutant in made}
    assert drawn != mutants.sample(made, 6, 2)
    assert mutants.sample(made, 10_000, 1) == made


def test_sources_that_do_not_compile_have_no_mutants(till: Path) -> None:
    (till / "contracts" / "Till.sol").write_text("contract {")
    with pytest.raises(DoesNotCompile, match="Till"):
        mutants.of_project(till)


def test_the_table_of_money_follows_the_contracts(made: list[Mutant]) -> None:
    whole = MoneyPath("contracts/libraries/Kept.sol", frozenset(), "a half is paid")
    part = MoneyPath("contracts/Till.sol", frozenset({"take", "give"}), "what is taken")
    gone = MoneyPath("contracts/Gone.sol", frozenset(), "is not there")
    assert {mutant.function for mutant in made if money.is_money(mutant, [whole, part])} == {"half", "take"}
    assert money.stale(made, [whole, part, gone]) == ["contracts/Gone.sol", "contracts/Till.sol give"]
