"""Disputes with the commands alone: opened with a bond, confirmed, replaced or left to lapse, and who is paid."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chain.hashing import keccak
from governance.values import Outcome

FEE, DEPOSIT = 10_000_000, 100_000_000
BOND = FEE // 20


@pytest.fixture
def disputed(town) -> str:
    """An agreement whose first row, a good one, the customer disputes; the agreement's id."""
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.MET)
    done = town.surety("dispute", "open", agreement, "0", "--json", by="customer").json
    assert (done["bond"], done["held"], done["arbiter"]) == (str(BOND), str(FEE), town.plan.parameters.arbiter)
    return agreement


def cases(town, *more: str, by: str | None = None) -> list[dict[str, Any]]:
    return town.surety("dispute", "list", *more, "--json", by=by).json


def test_a_row_is_disputed_and_waits_for_its_ruling(town, disputed):
    (case,) = cases(town)
    assert (case["agreement"], case["period"], case["state"], case["bond"]) == (disputed, 0, "open", str(BOND))
    assert cases(town, by="arbiter") == cases(town, by="customer") == [case]
    assert cases(town, by="guardian") == []
    status = town.surety("status", disputed, "--json").json
    assert (status["disputes"], status["periods"][0]["state"]) == (1, "disputed")
    town.pass_s(town.plan.dispute_window_s)
    assert town.surety("provider", "claim", "--json", by="acme").json["earned"] == "0"


def test_the_arbiter_confirms_and_the_bond_is_halved(town, disputed, refused):
    assert "NotArbiter" in refused(town.surety("dispute", "confirm", disputed, "0", by="customer"))
    ruled = town.surety("dispute", "confirm", disputed, "0", "--json", by="arbiter").json
    assert (ruled["to_held_up"], ruled["to_dao"]) == (str(BOND // 2), str(BOND // 2))
    assert cases(town) == []
    assert cases(town, "--all")[0]["state"] == "confirmed"
    assert "the row stands; of the bond 0.25 mUSD" in town.surety("dispute", "show", disputed, "0").out

    assert town.surety("provider", "claim", "--json", by="acme").json["earned"] == str(FEE * 7 // 10)
    assert town.surety("dispute", "claim", "--json", by="acme").json["bonds"] == str(BOND // 2)
    assert town.surety("dispute", "claim", "--json", by="customer").json["bonds"] == "0"
    assert town.surety("govern", "claim", "--json", by="relay").json["disputes"] == str(BOND // 2)


def test_the_arbiter_replaces_and_the_disputer_gets_its_bond_and_the_validators_share(town, disputed, refused):
    caps = town.surety("dispute", "replace", disputed, "0", "--outcome", "breach", "--slash", "10.01", by="arbiter")
    assert "OverConsent" in refused(caps)
    verdict = ("--outcome", "breach", "--credit", "25", "--slash", "5")
    ruled = town.surety("dispute", "replace", disputed, "0", *verdict, "--json", by="arbiter").json
    assert (ruled["outcome"], ruled["credit_bps"], ruled["slash_bps"]) == ("breach", 2_500, 500)

    won = town.surety("dispute", "claim", "--json", by="customer").json
    assert (won["bonds"], won["won"]) == (str(BOND), str(FEE * 2 // 10))
    paid = town.surety("agreement", "claim", disputed, "--json", by="customer").json
    assert (paid["from_fees"], paid["from_deposit"]) == (str(FEE // 4), str(DEPOSIT // 20))
    assert town.surety("oracle", "claim", "--json", by="oracle-0").json["amount"] == "0"
    (period,) = town.surety("status", disputed, "--json").json["periods"]
    assert (period["state"], period["outcome"], period["slash"]) == ("ruled", "breach", str(DEPOSIT // 20))
    assert "breach, credit 25 % (arbiter)" in town.surety("status", disputed).out
    (case,) = cases(town, "--all")
    assert (case["state"], case["replaced_by"]["credit_bps"]) == ("replaced", 2_500)


def test_a_silent_arbiter_lets_it_lapse_and_the_bond_goes_back(town, disputed, refused):
    assert "DeadlineAhead" in refused(town.surety("dispute", "lapse", disputed, "0", by="relay"))
    town.pass_s(town.plan.resolution_s)
    assert cases(town)[0]["state"] == "overdue"
    assert "DeadlinePassed" in refused(town.surety("dispute", "confirm", disputed, "0", by="arbiter"))
    assert town.surety("dispute", "lapse", disputed, "0", by="relay").code == 0
    assert town.surety("dispute", "claim", "--json", by="customer").json["bonds"] == str(BOND)
    assert "the arbiter was silent" in town.surety("dispute", "show", disputed, "0").out


def test_a_breach_holds_up_what_it_would_take_from_the_deposit_and_grounds_are_hashed(town):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.BREACH, 3, 10_000, 1_000)
    grounds = town.folder / "grounds.txt"
    grounds.write_text("our own probes saw it up\n")
    held = FEE + FEE * 3 // 10 + DEPOSIT // 10
    done = town.surety("dispute", "open", agreement, "0", "--grounds", str(grounds), "--json", by="acme").json
    assert (done["held"], done["bond"]) == (str(held), str(-(-held // 20)))
    assert done["grounds"] == "0x" + keccak(grounds.read_bytes()).hex()
    assert json.loads(town.surety("dispute", "show", agreement, "0", "--json").out)["grounds"] == done["grounds"]


@pytest.mark.parametrize(
    ("period", "lets_pass_s", "says"),
    [("0", 6, "has matured 0 s ago"), ("1", 0, "is not reported yet")],
)
def test_what_cannot_be_disputed_is_said_and_costs_nothing(town, refused, period, lets_pass_s, says):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.MET)
    if lets_pass_s:
        town.pass_s(lets_pass_s)
    assert says in refused(town.surety("dispute", "open", agreement, period, by="customer"))
    assert cases(town, "--all") == []


def test_a_row_is_disputed_once(town, disputed, refused):
    town.surety("dispute", "confirm", disputed, "0", by="arbiter")
    assert "was disputed before" in refused(town.surety("dispute", "open", disputed, "0", by="customer"))


def test_a_bond_above_the_most_is_not_put_up(town, refused):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.MET)
    ran = town.surety("dispute", "open", agreement, "0", "--most-bond", "0.499999", by="customer")
    assert "the bond is 0.50 mUSD" in refused(ran)
    assert town.surety("dispute", "open", agreement, "0", "--most-bond", "0.5", by="customer").code == 0


def test_a_credit_without_a_breach_is_refused(town, disputed, refused):
    ran = town.surety("dispute", "replace", disputed, "0", "--outcome", "no-data", "--credit", "5", by="arbiter")
    assert "only a breach" in refused(ran)
