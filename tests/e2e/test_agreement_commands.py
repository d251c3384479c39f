"""Opening, claiming and ending agreements with the commands: what is shown is what is consented to."""

from __future__ import annotations

from chain.contracts import TokenClient
from chain.docket import Docket
from chain.governor import Governor
from chain.sender import Sender
from chain.values import Listing
from cli.plan import CUSTOMER, GOVERNOR
from governance.values import Outcome

FEE = 10_000_000


def customer(town) -> str:
    return town.surety("key", "show", str(town.keystore("customer")), "--json").json["address"]


def test_what_a_customer_consents_to_is_shown_before_it_opens(town):
    town.anvil.mine()
    shown = town.surety("agreement", "open", "--offer", str(town.offer), "--periods", "3", by="customer")
    assert shown.code == 0, shown.err
    for told in (
        "30.00 mUSD: 3 periods of 10.00 mUSD",
        "70 % provider, 20 % validators (of it 0.10 mUSD the relay), 10 % DAO",
        "within 14 s of a period's end",
        "within 6 s of a report, with a bond of 5 % of what it holds up",
        town.plan.parameters.arbiter,
        "rules within 1 min",
        "a period of notice",
        "parameters 1, listing 1",
    ):
        assert told in shown.out, told
    assert shown.out.index("parameters 1") < shown.out.index("\nagreement 0x")


def test_opening_takes_one_transaction_where_the_token_has_permits(town):
    town.anvil.mine()
    before = town.anvil.node.nonce(customer(town))
    opened = town.surety("agreement", "open", "--offer", str(town.offer), "--periods", "3", "--json", by="customer").json
    assert opened["escrowed"] == str(3 * FEE)
    assert town.anvil.node.nonce(customer(town)) == before + 1
    assert TokenClient(town.anvil.node, town.book.token).allowance(customer(town), town.book.pactum) == 0


def test_an_allowance_that_is_there_is_used(town):
    sender = Sender(town.anvil.node, town.anvil.signer(CUSTOMER))
    TokenClient(town.anvil.node, town.book.token).approve(sender, town.book.pactum, 3 * FEE)
    assert town.open(periods=3)
    assert TokenClient(town.anvil.node, town.book.token).allowance(sender.address, town.book.pactum) == 0


def test_an_agreement_opens_under_the_conditions_that_were_shown_or_not_at_all(town, refused, monkeypatch):
    """Governance lists the token anew between the showing and the opening."""
    from cli import opening

    send = opening._send

    def late(connection, keystore, proposed):
        governor = Sender(town.anvil.node, town.anvil.signer(GOVERNOR))
        monkeypatch.setattr("chain.pace.RealPace.sleep", lambda _, seconds: town.pass_s(int(seconds) + 1))
        call = town.pactum.list_token_call(Listing(town.book.token, 0, 1))
        Governor(town.anvil.node, town.book.timelock, governor).act([call])
        return send(connection, keystore, proposed)

    monkeypatch.setattr(opening, "_send", late)
    town.anvil.mine()
    ran = town.surety("agreement", "open", "--offer", str(town.offer), "--periods", "3", by="customer")
    assert "ConditionsChanged" in refused(ran)
    docket = Docket(town.anvil.node, town.book, "latest")
    docket.refresh()
    assert not docket.agreements()


def test_a_customer_ends_an_agreement_early_and_gets_the_rest_back(town, refused):
    agreement = town.open(periods=5)
    town.move_into(agreement, 1)
    ended = town.surety("agreement", "end", agreement, "--json", by="customer").json
    assert (ended["periods"], ended["refund"]) == (3, str(2 * FEE))

    paid = town.surety("agreement", "claim", agreement, "--json", by="relay").json
    assert (paid["from_fees"], paid["from_deposit"]) == (str(2 * FEE), "0")
    assert town.surety("status", agreement, "--json").json["periods_in_all"] == 3
    assert "NothingToTerminate" in refused(town.surety("agreement", "end", agreement, by="customer"))


def test_a_provider_may_end_it_as_well_and_a_stranger_may_not(town, refused):
    agreement = town.open(periods=5)
    assert "NotAParty" in refused(town.surety("agreement", "end", agreement, by="relay"))
    shown = town.surety("agreement", "end", agreement, by="acme")
    assert "1 instead of 5" in shown.out
    assert "40.00 mUSD" in shown.out


def test_a_provider_settles_and_is_paid_where_it_says(town, refused):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.MET)
    assert town.surety("provider", "claim", "--json", by="acme").json["earned"] == "0"
    town.pass_s(town.plan.dispute_window_s)

    elsewhere = "0x" + "ab" * 20
    acme = town.surety("key", "show", str(town.keystore("acme")), "--json").json["address"]
    assert "only the provider" in refused(town.surety("provider", "claim", "--to", elsewhere, "--provider", acme, by="relay"))
    paid = town.surety("provider", "claim", "--to", elsewhere, "--json", by="acme").json
    assert paid["earned"] == str(FEE * 7 // 10)
    assert TokenClient(town.anvil.node, town.book.token).balance_of(paid["to"]) == FEE * 7 // 10
    assert town.surety("provider", "claim", "--json", by="acme").json["earned"] == "0"


def test_oracles_relay_and_dao_are_paid_what_the_crew_earned(town):
    agreement = town.open(periods=5)
    for period in range(2):
        town.report(agreement, period, Outcome.MET)
    town.pass_s(town.plan.dispute_window_s)
    town.surety("provider", "claim", by="acme")
    each = 2 * (FEE * 2 // 10 - town.plan.relay_fee) // 4
    assert town.surety("oracle", "claim", "--json", by="oracle-2").json["amount"] == str(each)
    assert town.surety("oracle", "claim", "--json", by="oracle-2").json["amount"] == "0"
    assert town.surety("relay", "claim", "--json", by="relay").json["amount"] == str(2 * town.plan.relay_fee)
    assert town.surety("govern", "claim", "--json", by="customer").json["fees"] == str(2 * FEE // 10)


def test_status_tells_where_each_period_stands(town):
    agreement = town.open(periods=5)
    town.report(agreement, 0, Outcome.BREACH, 2, 2_500)
    told = town.surety("status", agreement, "--json").json["periods"]
    assert [(one["period"], one["outcome"], one["state"]) for one in told] == [(0, "breach", "waiting")]
    assert "can be disputed for" in town.surety("status", agreement).out
    town.pass_s(town.plan.dispute_window_s)
    assert town.surety("status", agreement, "--json").json["periods"][0]["state"] == "matured"
    town.report(agreement, 1, Outcome.MET)
    told = town.surety("status", agreement, "--json").json["periods"]
    assert [(one["state"], one["provider"], one["customer"]) for one in told] == [
        ("settled", str(FEE * 45 // 100), str(FEE // 4)),
        ("waiting", None, None),
    ]


def test_an_offer_that_was_taken_back_opens_nothing(town, refused):
    assert "another's" in refused(town.surety("provider", "cancel", str(town.offer), by="relay"))
    assert town.surety("provider", "cancel", str(town.offer), by="acme").code == 0
    town.anvil.mine()
    ran = town.surety("agreement", "open", "--offer", str(town.offer), "--periods", "1", by="customer")
    assert "OfferSpent" in refused(ran)


def test_the_log_of_an_agreement_tells_what_was_paid_for_it(town):
    first = town.open(periods=5)
    town.report(first, 0, Outcome.MET)
    town.pass_s(town.plan.dispute_window_s)
    town.surety("provider", "claim", by="acme")
    told = town.surety("audit", "log", "--agreement", first, "--json").json
    (paid,) = [one for one in told if one["event"] == "ProviderPaid"]
    assert paid["values"]["parts"] == {first: str(FEE * 7 // 10)}
    assert town.surety("audit", "log", "--agreement", "0x" + "00" * 12, "--json").json == []
