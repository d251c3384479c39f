"""Governance with the commands alone: everything goes through the timelock, but for the guardian's pause."""

from __future__ import annotations

from typing import Any

import pytest

from chain.devnet import dev_signer
from cli.plan import FIRST_ORACLE, GUARDIAN

LAW = "decide(case(_, _, _, _, _), met, [always]).\n"


def show(town) -> dict[str, Any]:
    return town.surety("govern", "show", "--json").json


@pytest.fixture
def hasty(town, monkeypatch):
    """Waiting for the timelock takes no time of ours."""
    monkeypatch.setattr("chain.pace.RealPace.sleep", lambda _, seconds: town.pass_s(int(seconds) + 1))


def test_a_change_is_proposed_waits_and_is_carried_out_by_anybody(town, refused):
    proposed = town.surety("govern", "parameters", "--dispute-bond", "7.5", "--json", by="governor").json
    (pending,) = town.surety("govern", "list", "--json").json
    assert (pending["operation"], pending["state"], pending["ready_at_s"]) == (
        proposed["operation"],
        "waiting",
        proposed["ready_at_s"],
    )
    (call,) = pending["calls"]
    assert (call["contract"], call["function"]) == ("Pactum", "setParameters")
    assert call["arguments"]["values"]["disputeBondBps"] == 750
    assert "disputeBondBps=750" in town.surety("govern", "list").out
    short = proposed["operation"][:14]
    assert "its delay is not over" in refused(town.surety("govern", "execute", short, by="customer"))

    town.pass_s(town.plan.delay_s)
    assert town.surety("govern", "execute", short, by="customer").code == 0
    after = show(town)
    assert (after["parameters"]["number"], after["parameters"]["dispute_bond_bps"]) == (2, 750)
    assert after["parameters"]["dispute_window_s"] == town.plan.dispute_window_s
    assert town.surety("govern", "list", "--json").json == []
    done = town.surety("govern", "list", "--all", "--json").json
    assert [one["state"] for one in done] == ["done", "done"]


def test_a_proposal_can_be_taken_back(town, refused):
    proposed = town.surety("govern", "treasury", "0x" + "77" * 20, "--json", by="governor").json
    assert "AccessControl" in refused(town.surety("govern", "cancel", proposed["operation"], by="customer"))
    assert town.surety("govern", "cancel", proposed["operation"], by="governor").code == 0
    assert town.surety("govern", "list", "--json").json == []
    assert town.surety("govern", "list", "--all", "--json").json[-1]["state"] == "cancelled"


def test_only_a_proposer_proposes(town, refused):
    assert "AccessControl" in refused(town.surety("govern", "resume", by="customer"))


def test_parameters_that_do_not_fit_together_are_refused_when_they_are_carried_out(town, refused, hasty):
    ran = town.surety("govern", "parameters", "--thaw-s", "10", "--wait", by="governor")
    assert "UnusableParameters" in refused(ran)
    assert "nothing would change" in refused(town.surety("govern", "parameters", by="governor"))


def test_the_guardian_pauses_at_once_and_governance_resumes(town, refused, hasty):
    paused = town.surety("govern", "pause", "--json", by="guardian").json
    assert paused["by"] == dev_signer(GUARDIAN).address
    assert show(town)["opening_paused"]
    town.anvil.mine()
    ran = town.surety("agreement", "open", "--offer", str(town.offer), "--periods", "1", by="customer")
    assert "OpeningIsPaused" in refused(ran)
    assert town.surety("govern", "resume", "--wait", by="governor").code == 0
    assert not show(town)["opening_paused"]
    assert town.surety("govern", "pause", "--wait", by="governor").code == 0
    assert show(town)["opening_paused"]
    assert town.surety("govern", "guardian", "none", "--wait", by="governor").code == 0
    assert show(town)["guardian"] is None


def test_governance_alone_enacts_no_law_and_breaks_any(town, hasty, refused):
    law = town.folder / "law.pl"
    law.write_text(LAW)
    assert "no amendment proposes" in refused(town.surety("govern", "enact", str(law), "--wait", by="governor"))
    offer = ("provider", "offer", "--terms", str(town.terms), "--fee", "1", "--deposit", "1")
    assert town.surety(*offer, "--out", str(town.folder / "o.json"), by="acme").code == 0
    assert town.surety("govern", "break", "standard", "--wait", by="governor").code == 0
    assert "is broken" in refused(town.surety(*offer, "--out", str(town.folder / "p.json"), by="acme"))


def test_a_token_is_listed_and_the_bond_raised(town, hasty):
    token = town.book.token
    assert (
        town.surety("govern", "token", token, "--min-fee", "2", "--relay-fee", "0.2", "--wait", by="governor").code,
        town.surety("govern", "bond", "6000", "--wait", by="governor").code,
    ) == (0, 0)
    after = show(town)
    assert after["listing"] == {"number": 2, "token": token, "min_fee": "2000000", "relay_fee": "200000"}
    assert after["bond_required"] == str(6_000 * 10**6)


def test_the_next_committee_is_proposed_with_its_bonds_up(town, hasty, refused):
    members = [dev_signer(FIRST_ORACLE + member).address for member in range(3)]
    newcomer = dev_signer(GUARDIAN).address
    assert "BondTooSmall" in refused(town.surety("govern", "committee", *members, newcomer, "--wait", by="governor"))
    town.surety("fund", str(town.keystore("guardian")))
    town.surety("oracle", "bond", "post", by="guardian")
    assert town.surety("govern", "committee", *members, newcomer, "--wait", by="governor").code == 0
    assert town.surety("oracle", "bond", "show", "--json", by="guardian").json["serves"]
