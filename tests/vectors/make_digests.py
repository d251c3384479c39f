"""Prints the golden vectors as JSON. Uses eth_account and eth_abi only, and nothing of Surety's own code: see README.md."""

from __future__ import annotations

import json
import sys
from typing import Any

from eth_abi.abi import encode
from eth_abi.packed import encode_packed
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

CHAIN = 31_337
PACTUM = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
LAW_STONE = "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"
COMMITTEE = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
ZERO = "0x" + "00" * 20
KEYS = [keccak(text=f"Surety golden vector key {number}") for number in range(6)]
SIGNERS = [Account.from_key(key) for key in KEYS]
ROW = ("uint96", "uint32", "uint8", "uint8", "uint16", "uint16", "uint24", "uint24", "uint32")
ROW_NAMES = ("agreement", "period", "outcome", "tier", "credit_bps", "slash_bps", "uptime_ppm", "coverage_ppm", "p95_ms")
OFFER = {
    "provider": "address",
    "customer": "address",
    "token": "address",
    "terms": "bytes32",
    "law": "bytes32",
    "fee": "uint128",
    "deposit": "uint128",
    "maxCreditBps": "uint16",
    "maxSlashBps": "uint16",
    "minProviderBps": "uint16",
    "periodKind": "uint8",
    "periodLength": "uint32",
    "maxPeriods": "uint32",
    "noticePeriods": "uint16",
    "lead": "uint32",
    "expiry": "uint64",
    "nonce": "uint256",
}
REPORT = {
    "configuration": "bytes32",
    "epoch": "uint64",
    "observationSet": "bytes32",
    "observers": "uint32",
    "payee": "address",
    "rowsHash": "bytes32",
}
ROOT = {"epoch": "uint64", "root": "bytes32"}
ASSENT = {
    "seat": "uint8",
    "takesSeat": "bool",
    "running": "bytes32",
    "proposed": "bytes32",
    "revision": "uint64",
    "notice": "uint32",
}
OBSERVATION = {
    "agreement": "uint96",
    "period": "uint32",
    "samples": "uint64",
    "uptime_numerator": "uint128",
    "uptime_denominator": "uint128",
    "attained_numerator": "uint64",
    "attained_denominator": "uint64",
    "coverage_numerator": "uint64",
    "coverage_denominator": "uint64",
    "p95_ms": "uint32",
    "evidence": "bytes32",
}


def typed_digest(name: str, contract: str, kind: str, fields: dict[str, str], message: dict[str, Any]) -> bytes:
    domain = {"name": name, "version": "1", "chainId": CHAIN, "verifyingContract": contract}
    types = {kind: [{"name": field, "type": abi} for field, abi in fields.items()]}
    signable = encode_typed_data(domain, types, message)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def separator(name: str, contract: str) -> bytes:
    domain = {"name": name, "version": "1", "chainId": CHAIN, "verifyingContract": contract}
    return encode_typed_data(domain, {"Any": [{"name": "x", "type": "uint256"}]}, {"x": 0}).header


def long_signature(signer: int, digest: bytes) -> bytes:
    return bytes(Account.unsafe_sign_hash(digest, KEYS[signer]).signature)


def compact_signature(signer: int, digest: bytes) -> bytes:
    signed = Account.unsafe_sign_hash(digest, KEYS[signer])
    return int(signed.r).to_bytes(32, "big") + (int(signed.s) | (int(signed.v) - 27) << 255).to_bytes(32, "big")


def rows() -> list[dict[str, Any]]:
    values = [
        (1, 0, 1, 0, 0, 0, 1_000_000, 1_000_000, 0),
        (0x0123456789ABCDEF01234567, 11, 2, 3, 10_000, 1_000, 949_999, 987_654, 2_001),
        (2**96 - 1, 2**32 - 1, 3, 2**8 - 1, 2**16 - 1, 2**16 - 1, 2**24 - 1, 2**24 - 1, 2**32 - 1),
        (2**95, 7, 2, 1, 1_000, 0, 998_999, 1_000_000, 1_999),
    ]
    return [dict(zip(ROW_NAMES, row, strict=True)) | {"word": encode_packed(ROW, row)} for row in values]


def offers() -> list[dict[str, Any]]:
    first = {
        "provider": SIGNERS[0].address,
        "customer": ZERO,
        "token": TOKEN,
        "terms": keccak(text="terms"),
        "law": keccak(text="law"),
        "fee": 1_000_000_000,
        "deposit": 5_000_000_000,
        "maxCreditBps": 10_000,
        "maxSlashBps": 1_000,
        "minProviderBps": 7_000,
        "periodKind": 0,
        "periodLength": 86_400,
        "maxPeriods": 12,
        "noticePeriods": 1,
        "lead": 3_600,
        "expiry": 1_900_000_000,
        "nonce": 1,
    }
    months = first | {"customer": SIGNERS[1].address, "periodKind": 1, "periodLength": 0, "nonce": 2**256 - 1}
    widths = {"fee": 128, "deposit": 128, "expiry": 64, "maxPeriods": 32, "noticePeriods": 16, "lead": 32}
    widest = months | {name: 2**bits - 1 for name, bits in widths.items()}
    return [_offer(offer) for offer in (first, months, widest)]


def _offer(offer: dict[str, Any]) -> dict[str, Any]:
    digest = typed_digest("Surety Pactum", PACTUM, "Offer", OFFER, offer)
    return {"offer": offer, "digest": digest, "signer": 0, "signature": long_signature(0, digest)}


def reports() -> list[dict[str, Any]]:
    header = {
        "configuration": keccak(text="configuration"),
        "epoch": 482_113,
        "observationSet": keccak(text="set"),
        "observers": 0b1111,
        "payee": SIGNERS[5].address,
    }
    words = [row["word"] for row in rows()]
    wide = header | {"epoch": 2**64 - 1, "observers": 2**32 - 1}
    return [_report(header, words[:1], (0, 1, 3)), _report(header, words, (0, 1, 2, 3)), _report(wide, words[1:3], (1, 2, 3))]


def _report(header: dict[str, Any], words: list[bytes], signers: tuple[int, ...]) -> dict[str, Any]:
    rows_hash = keccak(b"".join(words))
    digest = typed_digest("Surety Pactum", PACTUM, "Report", REPORT, header | {"rowsHash": rows_hash})
    return {
        "header": header,
        "rows": words,
        "rows_hash": rows_hash,
        "digest": digest,
        "signers": sum(1 << signer for signer in signers),
        "signatures": b"".join(compact_signature(signer, digest) for signer in signers),
    }


def observation_roots() -> list[dict[str, Any]]:
    cases = [(0, 0, keccak(text="root")), (3, 2**64 - 1, b"\xff" * 32)]
    found = []
    for signer, epoch, root in cases:
        digest = typed_digest("Surety Committee", COMMITTEE, "ObservationRoot", ROOT, {"epoch": epoch, "root": root})
        signature = compact_signature(signer, digest)
        found.append({"epoch": epoch, "root": root, "digest": digest, "signer": signer, "signature": signature})
    return found


def assents() -> list[dict[str, Any]]:
    first = {"seat": 0, "takesSeat": True, "running": keccak(text="law"), "proposed": keccak(text="% Möbius\n"), "revision": 1}
    widest = {"seat": 1, "takesSeat": False, "running": b"\xff" * 32, "proposed": b"\xff" * 32, "revision": 2**64 - 1}
    found = []
    for signer, amendment in ((0, first | {"notice": 172_800}), (3, widest | {"notice": 2**32 - 1})):
        digest = typed_digest("Surety LawStone", LAW_STONE, "Assent", ASSENT, amendment)
        signature = compact_signature(signer, digest)
        found.append({"amendment": amendment, "digest": digest, "signer": signer, "signature": signature})
    return found


def observations() -> list[dict[str, Any]]:
    values = [
        (1, 0, 288, 287_500_000_000, 288_000_000_000, 280, 287, 288, 288, 1_234, keccak(text="evidence")),
        (2**96 - 1, 2**32 - 1, 2**64 - 1, 2**128 - 1, 2**128 - 1, *[2**64 - 1] * 4, 2**32 - 1, b"\xff" * 32),
        (7, 3, 0, 0, 0, 0, 0, 0, 96, 0, bytes(32)),
    ]
    return [dict(zip(OBSERVATION, value, strict=True)) | {"leaf": twice(tuple(OBSERVATION.values()), value)} for value in values]


def twice(types: tuple[str, ...], values: tuple[Any, ...]) -> bytes:
    return keccak(keccak(encode(types, values)))


def set_leaves() -> list[dict[str, Any]]:
    cases = [(0, keccak(text="root 0"), observations()[0]["leaf"]), (30, b"\xff" * 32, observations()[1]["leaf"])]
    return [
        {
            "member": member,
            "root": root,
            "observation": leaf,
            "leaf": twice(("uint8", "bytes32", "bytes32"), (member, root, leaf)),
        }
        for member, root, leaf in cases
    ]


def trees() -> list[dict[str, Any]]:
    found = []
    for size in (1, 2, 3, 4, 5, 7, 8, 13):
        leaves = [twice(("uint256",), (number,)) for number in range(size)]
        root, proofs = climb({leaf: [] for leaf in leaves}, sorted((leaf, [leaf]) for leaf in leaves))
        found.append({"leaves": leaves, "root": root, "proofs": [proofs[leaf] for leaf in leaves]})
    return found


def climb(proofs: dict[bytes, list[bytes]], level: list[tuple[bytes, list[bytes]]]) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """Each node carries the leaves below it, whose proofs its sibling extends."""
    if len(level) == 1:
        return level[0][0], proofs
    above = []
    for (left, under_left), (right, under_right) in zip(level[::2], level[1::2], strict=False):
        for leaf in under_left:
            proofs[leaf].append(right)
        for leaf in under_right:
            proofs[leaf].append(left)
        above.append((keccak(min(left, right) + max(left, right)), under_left + under_right))
    return climb(proofs, above + ([level[-1]] if len(level) % 2 else []))


def configurations() -> list[dict[str, Any]]:
    four = [signer.address for signer in SIGNERS[:4]]
    seven = [Account.from_key(keccak(text=f"Surety golden vector member {number}")).address for number in range(7)]
    found = []
    for index, since, members, quorum in ((0, 1_800_000_000, four, 3), (1, 2**40 - 2, seven, 5)):
        types = ("uint256", "address", "uint32", "uint64", "address[]")
        digest = keccak(encode(types, (CHAIN, COMMITTEE, index, since, members)))
        found.append({"index": index, "since": since, "members": members, "quorum": quorum, "digest": digest})
    return found


def agreements() -> list[dict[str, Any]]:
    found = []
    for offer, customer, start, periods in (
        (0, SIGNERS[1].address, 1_800_000_000, 3),
        (1, SIGNERS[2].address, 2**64 - 1, 2**32 - 1),
    ):
        digest = offers()[offer]["digest"]
        types = ("uint256", "address", "address", "bytes32", "uint64", "uint32")
        identity = keccak(encode(types, (CHAIN, PACTUM, customer, digest, start, periods)))
        found.append({"customer": customer, "offer_digest": digest, "start": start, "periods": periods, "id": identity[20:]})
    return found


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return str(int(value)) if isinstance(value, bool) else str(value)


def vectors() -> dict[str, Any]:
    return {
        "signers": [{"key": key, "address": signer.address} for key, signer in zip(KEYS, SIGNERS, strict=True)],
        "domains": {
            "chain_id": CHAIN,
            "pactum": {"contract": PACTUM, "separator": separator("Surety Pactum", PACTUM)},
            "law_stone": {"contract": LAW_STONE, "separator": separator("Surety LawStone", LAW_STONE)},
            "committee": {"contract": COMMITTEE, "separator": separator("Surety Committee", COMMITTEE)},
        },
        "rows": rows(),
        "offers": offers(),
        "reports": reports(),
        "observation_roots": observation_roots(),
        "assents": assents(),
        "observations": observations(),
        "set_leaves": set_leaves(),
        "trees": trees(),
        "configurations": configurations(),
        "agreements": agreements(),
        "texts": [{"text": text, "id": keccak(text=text)} for text in ("", "law", "% Möbius\n")],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(plain(vectors()), indent=1, ensure_ascii=False) + "\n")
