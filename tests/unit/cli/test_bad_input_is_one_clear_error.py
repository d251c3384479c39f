"""Every kind of bad input ends in one line that names what is wrong, a non-zero exit, and nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
TWO_VERDICTS = """
decide(case(_, _, _, _, _), met, [one]).
decide(case(_, _, _, _, _), breach(1, 100, 0), [two]).
"""
AGREEMENT = "0x" + "00" * 12
NO_VERDICT = "decide(case(none, _, _, _, _), met, [never]).\n"


def one_line(ran) -> str:
    lines = [line for line in ran.err.splitlines() if line.strip()]
    assert ran.code not in (0, 70), ran
    assert "Traceback" not in ran.err
    assert len(lines) == 1, ran.err
    return lines[0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ts,ok,latency_ms\n1,1,20\n2,1,fast\n", ":3:3"),
        ("ts,ok,latency_ms\n1,2,20\n", ":2:2"),
        ("ts,ok,latency_ms\n1,1\n", ":2"),
        ("ts,latency_ms\n1,20\n", ":1"),
        ("", "samples.csv"),
    ],
)
def test_a_malformed_csv_names_line_and_column(surety, tmp_path, text, place):
    file = tmp_path / "samples.csv"
    file.write_text(text)
    assert place in one_line(surety("measure", str(file)))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("targetPercent: 99.9", "targetPercent: 100"), ":"),
        (("budgetingMethod: Occurrences", "budgetingMethod: Sometimes"), ":"),
        (("kind: Service", "kind: Servce"), ":"),
        (("  name:", "\tname:"), ":"),
    ],
)
def test_malformed_terms_name_line_and_column(surety, tmp_path, change: tuple[str, str], place):
    text = (EXAMPLES / "backtest.yaml").read_text()
    assert change[0] in text
    terms = tmp_path / "terms.yaml"
    terms.write_text(text.replace(change[0], change[1], 1))
    samples = tmp_path / "samples.csv"
    samples.write_text("ts,ok,latency_ms\n1700000000,1,20\n")
    line = one_line(surety("backtest", str(samples), "--terms", str(terms)))
    where = line.split("terms.yaml", 1)[1].split(" ", 1)[0]
    assert [part.isdigit() for part in where.strip(":").split(":")] == [True, True], line
    assert place in line


def test_terms_that_are_not_monthly_are_refused_by_backtest(surety, tmp_path):
    samples = tmp_path / "samples.csv"
    samples.write_text("ts,ok,latency_ms\n1700000000,1,20\n")
    assert "not monthly" in one_line(surety("backtest", str(samples), "--terms", str(EXAMPLES / "demo.yaml")))


@pytest.mark.parametrize(
    ("law", "says"),
    [
        ("decide(case(_,_,_,_,_), met, [x]", "law.pl:"),
        (NO_VERDICT, "no "),
        (TWO_VERDICTS, "two"),
        ("decide(_, met, [x]) :- shell(true).\n", "shell"),
    ],
)
def test_a_law_that_does_not_parse_or_has_no_or_two_verdicts_gives_none(surety, tmp_path, law, says):
    file = tmp_path / "law.pl"
    file.write_text(law)
    ran = surety("law", "decide", str(file), "--case", str(EXAMPLES / "case.json"))
    assert says in one_line(ran)
    assert ran.out == ""


def test_a_file_without_an_end_is_refused(surety):
    endless = Path("/dev/zero")
    if not endless.exists():
        pytest.skip("there is no file without an end here")
    assert "16,777,216 characters" in one_line(surety("law", "decide", "standard", "--case", str(endless)))


def test_an_unknown_key_in_a_case_is_refused(surety, tmp_path):
    case = json.loads((EXAMPLES / "case.json").read_text()) | {"bribe": 1}
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    assert "bribe" in one_line(surety("law", "decide", "standard", "--case", str(file)))


def test_a_wrong_keystore_password_is_said_and_the_right_one_opens(surety, tmp_path):
    keystore = str(tmp_path / "key.json")
    made = surety("key", "new", keystore, "--light", "--json")
    assert made.code == 0
    assert "wrong password" in one_line(surety("key", "show", keystore, password="other"))
    opened = surety("key", "show", keystore, "--json")
    assert json.loads(opened.out)["address"] == json.loads(made.out)["address"]


def test_a_keystore_is_never_overwritten(surety, tmp_path):
    keystore = tmp_path / "key.json"
    assert surety("key", "new", str(keystore), "--light").code == 0
    before = keystore.read_bytes()
    assert str(keystore) in one_line(surety("key", "new", str(keystore), "--light"))
    assert keystore.read_bytes() == before


def test_without_a_password_nothing_is_made(surety, tmp_path, monkeypatch):
    keystore = tmp_path / "key.json"
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert "SURETY_PASSWORD_FILE" in one_line(surety("key", "new", str(keystore), password=None))
    assert not keystore.exists()


def test_a_password_file_that_others_can_read_is_refused(surety, tmp_path, monkeypatch):
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o644)
    monkeypatch.setenv("SURETY_PASSWORD_FILE", str(file))
    assert "chmod 600" in one_line(surety("key", "new", str(tmp_path / "key.json"), password=None))


def test_a_node_that_is_down_is_retryable_and_leaves_no_offer(surety, tmp_path):
    keystore, offer, book = tmp_path / "key.json", tmp_path / "offer.json", tmp_path / "book.json"
    surety("key", "new", str(keystore), "--light")
    address = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    book.write_text(
        json.dumps(
            {"chain_id": 31337, "deployed_block": 1, "token": address}
            | dict.fromkeys(("pactum", "zone", "committee", "tribunal", "notary", "law_stone", "timelock"), address)
        )
    )
    ran = surety(
        "provider", "offer", "--keystore", str(keystore), "--terms", str(EXAMPLES / "quickstart.yaml"), "--fee", "1",
        "--deposit", "1", "--out", str(offer), "--rpc-url", "http://127.0.0.1:9", "--book", str(book),
    )  # fmt: skip
    assert "http://127.0.0.1:9" in one_line(ran)
    assert ran.code == 75
    assert not offer.exists()


def test_a_missing_address_book_is_named(surety, tmp_path):
    ran = surety("agreement", "list", "--book", str(tmp_path / "none.json"))
    assert "none.json" in one_line(ran)


@pytest.mark.parametrize("identifier", ["12", "0x12", "0x" + "g" * 24])
def test_an_agreement_id_of_another_form_is_refused(surety, tmp_path, identifier):
    ran = surety("status", identifier, "--book", str(tmp_path / "none.json"))
    assert ran.code == 1


def test_errors_are_json_for_programs(surety, tmp_path):
    ran = surety("measure", str(tmp_path / "none.csv"), "--json")
    assert "none.csv" in json.loads(ran.err)["error"]
    assert ran.out == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("dispute", "open", AGREEMENT, "0", "--grounds", "none.txt"), "none.txt"),
        (("dispute", "replace", AGREEMENT, "0", "--outcome", "breach", "--credit", "101"), "not a percentage"),
        (("dispute", "replace", AGREEMENT, "0", "--outcome", "met", "--slash", "1"), "only a breach"),
        (("dispute", "claim", "--account", "0x12"), "not an address"),
        (("oracle", "expose", "none.json"), "none.json"),
        (("oracle", "bond", "post", "--member", "0x12"), "not an address"),
        (("oracle", "bond", "withdraw", "--to", "0x12"), "not an address"),
        (("govern", "parameters"), "nothing would change"),
        (("govern", "parameters", "--dao", "1e1"), "not a percentage"),
        (("govern", "guardian", "nobody"), "not an address"),
        (("govern", "break", "nolaw"), "no law named"),
        (("provider", "claim", "--to", "0x12"), "not an address"),
        (("provider", "cancel", "none.json"), "none.json"),
    ],
)
def test_what_is_wrong_with_the_words_is_said_before_anything_is_asked_or_sent(surety, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    ran = surety(*words, "--keystore", "none.json", "--book", "none.json")
    assert says in one_line(ran)
    assert ran.out == ""


@pytest.mark.parametrize("words", [("provider", "status"), ("oracle", "bond", "show")])
def test_a_command_about_somebody_asks_who(surety, words):
    assert "give its address, or --keystore" in one_line(surety(*words))
