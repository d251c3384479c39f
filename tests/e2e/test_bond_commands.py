"""The committee's bonds with the commands alone: put up, shown, lost to whoever shows two roots, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from governance.values import Outcome

BOND = 5_000_000_000
UNIT = 10**6


def bond(town, by: str) -> dict[str, Any]:
    return town.surety("oracle", "bond", "show", "--json", by=by).json


def test_a_member_shows_its_bond_and_adds_to_it(town, refused):
    shown = bond(town, "oracle-1")
    assert (shown["bond"], shown["required"], shown["serves"], shown["exposed"]) == (str(BOND), str(BOND), True, False)
    assert "is up" in refused(town.surety("oracle", "bond", "post", by="oracle-1"))
    town.surety("fund", str(town.keystore("relay")))
    added = town.surety("oracle", "bond", "post", "2.5", "--member", shown["member"], "--json", by="relay").json
    assert (added["added"], added["bond"]) == (str(2_500_000), str(BOND + 2_500_000))
    assert bond(town, "oracle-1")["bond"] == str(BOND + 2_500_000)


def test_a_newcomer_puts_up_what_is_missing_and_may_take_it_back(town):
    town.surety("fund", str(town.keystore("guardian")))
    posted = town.surety("oracle", "bond", "post", "--json", by="guardian").json
    assert posted["bond"] == str(BOND)
    assert "now" in town.surety("oracle", "bond", "show", by="guardian").out
    taken = town.surety("oracle", "bond", "withdraw", "--json", by="guardian").json
    assert (taken["amount"], taken["to"]) == (str(BOND), posted["member"])


def test_a_member_that_serves_cannot_take_its_bond(town, refused):
    assert "is bound" in refused(town.surety("oracle", "bond", "withdraw", by="oracle-0"))
    assert bond(town, "oracle-0")["bond"] == str(BOND)


def test_two_roots_of_an_epoch_cost_the_bond_and_the_voice(town, refused):
    proof = town.folder / "proof.json"
    proof.write_text(json.dumps(town.proof_against(2)))
    (found,) = town.surety("oracle", "expose", str(proof), "--json", by="customer").json
    exposed = bond(town, "oracle-2")
    assert (found["member"], exposed["exposed"], exposed["bond"]) == (exposed["member"], True, "0")
    assert "exposed already" in refused(town.surety("oracle", "expose", str(proof), by="customer"))

    assert town.surety("oracle", "bond", "claim", "--json", by="customer").json["amount"] == str(BOND // 2)
    assert town.surety("oracle", "bond", "claim", "--json", by="customer").json["amount"] == "0"
    assert town.surety("govern", "claim", "--json", by="relay").json["bonds"] == str(BOND // 2)


def test_the_proofs_of_an_observation_set_are_taken_as_relays_serve_them(town):
    served = town.folder / "set.json"
    proofs = [town.proof_against(1), town.proof_against(3, epoch=9), town.proof_against(1, epoch=8)]
    served.write_text(json.dumps({"id": "0x00", "equivocations": proofs}))
    shown = town.surety("oracle", "expose", str(served), by="customer")
    assert shown.out.count("is yours to claim") == 2


def test_what_members_earned_before_they_were_exposed_is_theirs(town):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.MET)
    town.pass_s(town.plan.dispute_window_s)
    town.surety("provider", "claim", by="acme")
    proof = town.folder / "proof.json"
    proof.write_text(json.dumps(town.proof_against(2)))
    assert town.surety("oracle", "expose", str(proof), by="customer").code == 0
    assert int(town.surety("oracle", "claim", "--json", by="oracle-2").json["amount"]) > 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda proof: proof["roots"].pop(), "two roots"),
        (lambda proof: proof["roots"][1].update(proof["roots"][0]), "the same"),
        (lambda proof: proof.update(epoch=8), "signed by"),
        (lambda proof: proof.pop("epoch"), "epoch is missing"),
        (lambda proof: proof.update(bribe=1), "bribe"),
        (lambda proof: proof["roots"][0].update(signature="0x12"), "roots[0]: signature"),
        (lambda proof: proof.update(equivocations=[]), "no proof"),
    ],
)
def test_what_proves_nothing_is_refused_with_its_place(town, refused, change, says):
    document = town.proof_against(2)
    change(document)
    file = town.folder / "proof.json"
    file.write_text(json.dumps(document))
    assert says in refused(town.surety("oracle", "expose", str(file), by="customer"))
    assert not bond(town, "oracle-2")["exposed"]
