"""How far a deployment came: what was about to be done is written down before it is done, so that another run can go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chain.documents import dump_object, exact_keys, hex_bytes, integer, object_of, parse_object, write_whole
from chain.hashing import address_of
from governance.errors import BadInput

_KEYS = ("chain_id", "deployer", "fingerprint", "from_block", "salt", "since_s", "created")


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract that was, or is about to be, created with this nonce of the deployer's, and so stands at this address."""

    nonce: int
    address: str


@dataclass(slots=True)
class Journal:
    """What one deployment is and what it has begun. Kept in a file where there is a path; written whole after each change.

    ``fingerprint`` is of the parameters: a journal is good for those that it was begun with. ``from_block`` is the first block
    that can hold anything of the deployment. ``salt`` and ``since_s`` are those of the founding operation.
    """

    chain_id: int
    deployer: str
    fingerprint: bytes
    from_block: int
    salt: bytes
    since_s: int | None = None
    created: dict[str, Creation] = field(default_factory=dict)
    path: Path | None = None

    def create(self, name: str, creation: Creation) -> None:
        """Notes that a contract is about to be created."""
        self.created[name] = creation
        self.save()

    def forget(self, names: Iterable[str]) -> None:
        """Strikes creations that came to nothing."""
        for name in names:
            self.created.pop(name, None)
        self.save()

    def begin_at(self, since_s: int | None) -> None:
        """Notes from when the first configuration is to reign."""
        self.since_s = since_s
        self.save()

    def save(self) -> None:
        """Writes the journal, whole or not at all."""
        if self.path is None:
            return
        document: dict[str, Any] = {name: getattr(self, name) for name in _KEYS}
        document |= {"fingerprint": "0x" + self.fingerprint.hex(), "salt": "0x" + self.salt.hex()}
        document["created"] = {name: asdict(creation) for name, creation in self.created.items()}
        write_whole(self.path, dump_object(document), mode=0o600)

    @classmethod
    def load(cls, path: Path) -> Journal:
        """Reads a journal strictly. Raises BadInput naming what is missing, unknown or malformed."""
        source = str(path)
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"cannot read the journal: {error}", source=source, remedy="restore it, or deploy anew") from error
        document = parse_object(text, source, _KEYS)
        since_s = document["since_s"]
        return cls(
            chain_id=integer(document["chain_id"], f"{source}: chain_id", 64),
            deployer=_address(document["deployer"], f"{source}: deployer"),
            fingerprint=hex_bytes(document["fingerprint"], f"{source}: fingerprint", 32),
            from_block=integer(document["from_block"], f"{source}: from_block", 64),
            salt=hex_bytes(document["salt"], f"{source}: salt", 32),
            since_s=None if since_s is None else integer(since_s, f"{source}: since_s", 64),
            created=_created(object_of(document["created"], f"{source}: created"), f"{source}: created"),
            path=path,
        )


def _created(document: dict[str, Any], source: str) -> dict[str, Creation]:
    found = {}
    for name, value in document.items():
        entry = exact_keys(object_of(value, f"{source}: {name}"), f"{source}: {name}", ("nonce", "address"))
        nonce = integer(entry["nonce"], f"{source}: {name}: nonce", 64)
        found[name] = Creation(nonce, _address(entry["address"], f"{source}: {name}: address"))
    return found


def _address(value: object, source: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{value!r} is not an address", source=source, value=value, remedy="0x and 40 hex digits")
    return address_of(value)
