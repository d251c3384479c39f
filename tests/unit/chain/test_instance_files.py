"""The parameter file of a deployment: read strictly, and every complaint names its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chain.documents import struct_json
from chain.instance_file import Instance, load_instance
from chain.values import Listing
from governance import laws
from governance.errors import BadInput

TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.fixture
def example(repository: Path) -> str:
    return (repository / "examples" / "instance.yaml").read_text()


@pytest.fixture
def write(tmp_path: Path, example: str) -> Any:
    """Writes the example with changes, beside its laws, and reads it."""
    (tmp_path / "law.pl").write_text("decide(_, _, _).\n")
    (tmp_path / "route.pl").write_text("route_inference(_, _).\n")

    def written(*changes: tuple[str, str], name: str = "instance.yaml") -> Instance:
        text = example.replace("../governance/laws/standard.pl", "law.pl").replace("../governance/laws/eu_health.pl", "route.pl")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text)
        return load_instance(path)

    return written


def test_the_example_says_what_it_says(repository: Path):
    found = load_instance(repository / "examples" / "instance.yaml")
    values = found.values
    assert found.chain_id == 31_337
    assert values.laws == (laws.read("standard"),)
    assert values.routing_law == laws.read("eu_health")
    assert struct_json(values.parameters) == {
        "report_deadline": 21_600,
        "dispute_window": 28_800,
        "resolution_deadline": 259_200,
        "thaw": 604_800,
        "longest_period": 31 * 86_400,
        "validator_bps": 2_000,
        "dao_bps": 1_000,
        "dispute_bond_bps": 500,
        "arbiter": "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
    }
    assert (values.governor, values.delay_s) == ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", 172_800)
    assert (values.guardian or "")[:6] == "0x3C44"
    assert (values.treasury or "")[:6] == "0x90F7"
    assert (values.epoch_length_s, values.lead_s, len(values.members)) == (3_600, 600, 4)
    assert (values.bond, values.bond_token, values.reporter_bps, values.post_bonds) == (10**9, None, 5_000, True)
    assert (values.test_token, values.relay_fee, values.min_fee, values.listings) == (True, 100_000, 1_000_000, ())


def test_what_may_be_left_out_may_be_left_out(write: Any, example: str):
    lines = [line + "\n" for line in example.splitlines() if line.strip().startswith(("guardian:", "treasury:"))]
    lines.append("routing_law: route.pl\n")
    values = write(*((line, "") for line in lines)).values
    assert (values.guardian, values.treasury, values.routing_law) == (None, None, None)


def test_tokens_that_exist_are_listed_and_hold_the_bonds(write: Any):
    listing = f"tokens:\n  - token: {TOKEN}\n    relay_fee: 5\n    min_fee: '100000000000000000000'\n"
    values = write(
        ("tokens: []\n", listing),
        ("test_token:\n  relay_fee: 100000\n  min_fee: 1000000\n", ""),
        ("bond_token: test", f"bond_token: {TOKEN}"),
        ("bonds: deployer", "bonds: members"),
    ).values
    assert values.listings == (Listing(TOKEN, 5, 10**20),)
    assert (values.test_token, values.bond_token, values.post_bonds) == (False, TOKEN, False)


def test_a_json_file_says_the_same(write: Any, tmp_path: Path, example: str):
    import yaml

    document = yaml.safe_load(example.replace("../governance/laws/standard.pl", "law.pl"))
    document["routing_law"] = "route.pl"
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(document))
    assert load_instance(path) == write()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("chain_id: 31337\n", "", "'chain_id' is missing"),
        ("chain_id: 31337", "chain_id: 0", "3:11: chain_id is '0'"),
        ("chain_id: 31337", 'chain_id: "31337"', "3:11: chain_id is '31337'"),
        ("chain_id: 31337", "chain_id: 31337\nchain_id: 1", "key 'chain_id' is given twice"),
        ("chain_id: 31337", "chain_id: 31337\nextra: 1", "unknown key 'extra'"),
        ("  delay: 2d", "  delay: two days", "delay is 'two days'"),
        ("  delay: 2d", "  delay: 172800", "delay is '172800'"),
        ("  delay: 2d", "  delaz: 2d", "unknown key 'delaz'"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x70997970C51812dc3A010C7d01b50e0d17dc79c8", "governor: .* is mistyped"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "somebody", "governor: 'somebody' is not an address"),
        ("  thaw: 7d", "  thaw: -7d", "thaw is '-7d'"),
        ("  dao_bps: 1000", "  dao_bps: 10001", "dao_bps is '10001'"),
        ("  dao_bps: 1000", "  dao_bps: 10.5", "dao_bps is '10.5'"),
        ("  dispute_bond_bps: 500\n", "", "'dispute_bond_bps' is missing"),
        ("  bond: 1000000000", "  bond: 1e9", "bond is '1e9'"),
        ("  bond_token: test", "  bond_token: none", "bond_token: 'none' is not an address"),
        ("  bonds: deployer", "  bonds: nobody", "bonds is 'nobody'; write members or deployer"),
        ("  members:\n", "  members: all\n  others:\n", "unknown key 'others'"),
        ("tokens: []", "tokens: {}", "tokens is a mapping; write a list"),
        ("tokens: []", "tokens: [5]", "a token is one value; write a mapping"),
        ("test_token:\n  relay_fee: 100000\n  min_fee: 1000000\n", "", "there is no test token"),
        ("  min_fee: 1000000", "  min_fee: 1000000\n  token: 0x12", "unknown key 'token'"),
        ("  - law.pl", "  - missing.pl", "missing.pl: cannot read the file"),
        ("laws:\n", "laws: []\n---\nlaws:\n", "'chain_id' is missing|2 documents where one belongs"),
    ],
)
def test_a_malformed_file_is_refused_by_name_and_place(write: Any, old: str, new: str, message: str):
    with pytest.raises(BadInput, match=message):
        write((old, new))


def test_a_missing_or_empty_file_is_told(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot read the file"):
        load_instance(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(BadInput, match="0 documents where one belongs"):
        load_instance(tmp_path / "empty.yaml")
