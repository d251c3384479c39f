"""The one file that says what an instance begins with, as YAML or JSON, read strictly; docs/deploying.md describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chain.deployment import DeployParameters
from chain.hashing import address_of
from chain.values import Listing, Parameters
from governance.documents import Fields, Item, fields_of, listing_of, read_file, read_json, read_yaml, scalar_of
from governance.errors import BadInput
from governance.quantities import choice_of, seconds_of, text_of, whole_of
from governance.values import BPS

_WINDOWS = ("report_deadline", "dispute_window", "resolution_deadline", "thaw", "longest_period")
_SHARES = ("validator_bps", "dao_bps", "dispute_bond_bps")
_PRICE = ("relay_fee", "min_fee")
_COMMITTEE = ("epoch", "bond_token", "bond", "reporter_bps", "members", "lead", "bonds")
TEST_TOKEN = "test"  # noqa: S105 - the word for the test token, where a token's address belongs
_MEMBERS_POST, _DEPLOYER_POSTS = "members", "deployer"


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance as its file describes it: the chain that it is for, and what it begins with."""

    chain_id: int
    values: DeployParameters


def load_instance(path: Path) -> Instance:
    """Reads a parameter file: every key once, none unknown. Raises BadInput with line and column of what is wrong.

    Laws are files beside it, named relative to its folder.
    """
    text = read_file(path)
    read = read_json(text, str(path)) if path.suffix == ".json" else _one_document(text, str(path))
    read.check(("chain_id", "governance", "parameters", "committee", "tokens", "laws"), ("test_token", "routing_law"))
    return Instance(whole_of(read.values["chain_id"], "chain_id", 1, 2**63), _values(read, path.parent))


def _one_document(text: str, source: str) -> Fields:
    documents = read_yaml(text, source)
    if len(documents) != 1:
        raise BadInput(f"{len(documents)} documents where one belongs", source=source, remedy="describe one instance")
    return documents[0]


def _values(read: Fields, folder: Path) -> DeployParameters:
    governance = _part(read, "governance", ("governor", "delay"), ("guardian", "treasury"))
    committee = _part(read, "committee", _COMMITTEE)
    token = _part(read, "test_token", _PRICE) if "test_token" in read.values else None
    listed = [fields_of(item, "a token") for item in listing_of(read.values["tokens"], "tokens").items]
    bond_token = scalar_of(committee.values["bond_token"], "bond_token")
    if bond_token.text == TEST_TOKEN and token is None:
        raise bond_token.place.bad("there is no test token", value=TEST_TOKEN, remedy="name a token, or describe test_token")
    return DeployParameters(
        members=tuple(_address(item, "a member") for item in listing_of(committee.values["members"], "members").items),
        lead_s=_seconds(committee.values["lead"], "lead"),
        epoch_length_s=_seconds(committee.values["epoch"], "epoch"),
        parameters=_parameters(_part(read, "parameters", (*_WINDOWS, *_SHARES, "arbiter"))),
        treasury=_optional_address(governance, "treasury"),
        guardian=_optional_address(governance, "guardian"),
        governor=_address(governance.values["governor"], "governor"),
        delay_s=_seconds(governance.values["delay"], "delay"),
        laws=tuple(_law(item, folder) for item in listing_of(read.values["laws"], "laws").items),
        routing_law=_law(read.values["routing_law"], folder) if "routing_law" in read.values else None,
        bond_token=None if bond_token.text == TEST_TOKEN else _address(bond_token, "bond_token"),
        bond=_amount(committee.values["bond"], "bond", 128),
        reporter_bps=_share(committee.values["reporter_bps"], "reporter_bps"),
        post_bonds=choice_of(committee.values["bonds"], "bonds", (_MEMBERS_POST, _DEPLOYER_POSTS)) == _DEPLOYER_POSTS,
        test_token=token is not None,
        relay_fee=_amount(token.values["relay_fee"], "relay_fee", 96) if token else 0,
        min_fee=_amount(token.values["min_fee"], "min_fee", 128) if token else 0,
        listings=tuple(_listing(item) for item in listed),
    )


def _part(read: Fields, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Fields:
    found = fields_of(read.values[key], key)
    found.check(required, optional)
    return found


def _parameters(read: Fields) -> Parameters:
    windows = {name: _seconds(read.values[name], name) for name in _WINDOWS}
    shares = {name: _share(read.values[name], name) for name in _SHARES}
    return Parameters(**windows, **shares, arbiter=_address(read.values["arbiter"], "arbiter"))


def _listing(read: Fields) -> Listing:
    read.check(("token", *_PRICE))
    relay_fee, min_fee = _amount(read.values["relay_fee"], "relay_fee", 96), _amount(read.values["min_fee"], "min_fee", 128)
    return Listing(_address(read.values["token"], "token"), relay_fee, min_fee)


def _law(item: Item, folder: Path) -> str:
    return read_file(folder / text_of(item, "a law", remedy="name its file, relative to this one"))


def _optional_address(read: Fields, name: str) -> str | None:
    return _address(read.values[name], name) if name in read.values else None


def _address(item: Item, what: str) -> str:
    """An address, quoted or not: YAML takes it for a number, of which only the text counts here."""
    scalar = scalar_of(item, what)
    try:
        return address_of(scalar.text)
    except BadInput as error:
        raise scalar.place.bad(f"{what}: {error.message}", value=scalar.text, remedy=error.remedy) from None


def _amount(item: Item, what: str, bits: int) -> int:
    """An amount in the token's smallest unit, quoted or not."""
    return whole_of(item, what, 0, 2**bits - 1, quoted=scalar_of(item, what).is_text)


def _share(item: Item, what: str) -> int:
    return whole_of(item, what, 0, BPS)


def _seconds(item: Item, what: str) -> int:
    """A duration, or 0."""
    return 0 if scalar_of(item, what).text == "0" else seconds_of(item, what)
