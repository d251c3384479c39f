"""Where the contracts of one deployment stand, as a small JSON file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from chain.documents import dump_object, integer, parse_object, write_whole
from chain.hashing import address_of
from chain.typed_data import Domain
from governance.errors import BadInput

_CONTRACTS = ("pactum", "zone", "committee", "tribunal", "notary", "law_stone", "timelock")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The contracts of one deployment, and the block from which their logs begin.

    ``timelock`` owns those that have an owner; ``token`` is a test token of a devnet.
    """

    chain_id: int
    deployed_block: int
    pactum: str
    zone: str
    committee: str
    tribunal: str
    notary: str
    law_stone: str
    timelock: str
    token: str | None = None

    @property
    def pactum_domain(self) -> Domain:
        """The domain of offers, though the Notary takes them, and of reports."""
        return Domain(self.chain_id, self.pactum)

    @property
    def committee_domain(self) -> Domain:
        """The domain of observation roots."""
        return Domain(self.chain_id, self.committee)

    @property
    def law_stone_domain(self) -> Domain:
        """The domain of assents to amendments."""
        return Domain(self.chain_id, self.law_stone)

    @property
    def contracts(self) -> tuple[str, ...]:
        """The contracts whose logs tell the whole story."""
        return self.pactum, self.zone, self.committee, self.tribunal, self.notary, self.law_stone, self.timelock

    def save(self, path: Path) -> None:
        """Writes the book, whole or not at all."""
        write_whole(path, dump_object(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> AddressBook:
        """Reads a book strictly. Raises BadInput naming what is missing, unknown or malformed."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"cannot read the address book: {error}", source=str(path), remedy="give the file that the deployment wrote"
            ) from error
        return cls.from_json(text, str(path))

    @classmethod
    def from_json(cls, text: str, source: str = "address book") -> AddressBook:
        """The book of a JSON text."""
        document = parse_object(text, source, {"chain_id", "deployed_block", "token", *_CONTRACTS})
        addresses = {name: _address(document[name], f"{source}: {name}") for name in _CONTRACTS}
        return cls(
            chain_id=integer(document["chain_id"], f"{source}: chain_id", 64),
            deployed_block=integer(document["deployed_block"], f"{source}: deployed_block", 64),
            token=None if document["token"] is None else _address(document["token"], f"{source}: token"),
            **addresses,
        )


def _address(value: object, source: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{value!r} is not an address", source=source, value=value, remedy="0x and 40 hex digits")
    try:
        return address_of(value)
    except BadInput as error:
        raise BadInput(error.message, source=source, value=value, remedy=error.remedy) from error
