"""A provider's stake, with the commands alone: asked for, taken back, taken out, and what is refused on the way."""

from __future__ import annotations


def test_stake_is_asked_for_and_taken_once_it_has_thawed(town, refused):
    asked = town.surety("provider", "thaw", "120.5", "--json", by="acme").json
    assert (asked["request"], asked["amount"]) == (1, "120500000")

    status = town.surety("provider", "status", "--json", by="acme").json
    assert (status["stake"], status["thawing"], status["free"], status["locked"]) == ("500000000", "120500000", "379500000", "0")
    assert status["requests"] == [{"request": 1, "amount": "120500000", "thaws_at_s": asked["thaws_at_s"]}]
    assert "thaws for another" in refused(town.surety("provider", "withdraw", "1", by="acme"))

    town.pass_s(town.plan.parameters.thaw)
    taken = town.surety("provider", "withdraw", "1", "--json", by="acme").json
    assert (taken["amount"], taken["to"]) == ("120500000", status["provider"])
    after = town.surety("provider", "status", "--json", by="acme").json
    assert (after["stake"], after["thawing"], after["requests"]) == ("379500000", "0", [])
    assert "no request 1" in refused(town.surety("provider", "withdraw", "1", by="acme"))


def test_a_request_can_be_taken_back(town):
    town.surety("provider", "thaw", "500", by="acme")
    shown = town.surety("provider", "status", by="acme")
    assert "can be taken" in shown.out
    back = town.surety("provider", "restake", "1", "--json", by="acme").json
    assert back["amount"] == "500000000"
    assert town.surety("provider", "status", "--json", by="acme").json["free"] == "500000000"


def test_stake_behind_an_agreement_is_asked_for_and_not_given_away(town, refused):
    town.open(periods=40)
    town.surety("provider", "thaw", "500", by="acme")
    town.pass_s(town.plan.parameters.thaw)
    assert "StillBacking" in refused(town.surety("provider", "withdraw", "1", by="acme"))
    assert "when fewer agreements rest on it" in town.surety("provider", "status", by="acme").out


def test_more_than_there_is_cannot_be_asked_for(town, refused):
    assert "ThawableStakeExceeded" in refused(town.surety("provider", "thaw", "500.000001", by="acme"))
    assert town.surety("provider", "status", "--json", by="acme").json["thawing"] == "0"


def test_a_status_needs_somebody_to_be_of(town, refused):
    assert "which provider?" in refused(town.surety("provider", "status"))
    assert "is not registered" in refused(town.surety("provider", "status", town.relay.address))
