"""Merkle trees over observations; proofs verify with OpenZeppelin's ``MerkleProof``.

A leaf is hashed twice, so that no inner node can pass for one; a pair is sorted before it is hashed; leaves are sorted, so that
a root names a set and no order; an odd node moves up as it is. The root of one leaf is the leaf.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from chain.hashing import keccak
from chain.words import encode_bytes32, encode_uint
from governance.errors import BadInput
from governance.values import Observation


def observation_leaf(observation: Observation) -> bytes:
    """The leaf of one observation under its oracle's epoch root. Raises BadInput where a count does not fit its type."""
    return _twice(
        b"".join(encode_uint(*part) for part in _counts(observation)) + encode_bytes32(observation.evidence, "evidence")
    )


def set_leaf(member: int, epoch_root: bytes, leaf: bytes) -> bytes:
    """The leaf of one member's observation under the root of an observation set."""
    return _twice(encode_uint(member, 8, "member") + encode_bytes32(epoch_root, "epoch_root") + encode_bytes32(leaf, "leaf"))


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over a set of leaves, in any order. Raises BadInput for none, or one that is not 32 bytes."""
    return _levels(leaves)[-1][0]


def proof(leaves: Sequence[bytes], leaf: bytes) -> list[bytes]:
    """The siblings from a leaf up to the root. Raises BadInput where the leaf is not among them."""
    levels = _levels(leaves)
    place = bisect_left(levels[0], leaf)
    if place == len(levels[0]) or levels[0][place] != leaf:
        raise BadInput("the leaf is not in the tree", value=leaf)
    path = []
    for level in levels[:-1]:
        if place ^ 1 < len(level):
            path.append(level[place ^ 1])
        place >>= 1
    return path


def verify(tree_root: bytes, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path leads from the leaf to the root."""
    node = leaf
    for sibling in path:
        node = _pair(node, sibling)
    return node == tree_root


def _counts(observation: Observation) -> tuple[tuple[int, int, str], ...]:
    return (
        (observation.agreement, 96, "agreement"),
        (observation.period, 32, "period"),
        (observation.samples, 64, "samples"),
        (observation.uptime.numerator, 128, "uptime numerator"),
        (observation.uptime.denominator, 128, "uptime denominator"),
        (observation.attained.numerator, 64, "attained numerator"),
        (observation.attained.denominator, 64, "attained denominator"),
        (observation.coverage.numerator, 64, "coverage numerator"),
        (observation.coverage.denominator, 64, "coverage denominator"),
        (observation.p95_ms, 32, "p95_ms"),
    )


def _twice(data: bytes) -> bytes:
    return keccak(keccak(data))


def _pair(left: bytes, right: bytes) -> bytes:
    return keccak(left + right if left < right else right + left)


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    if not leaves:
        raise BadInput("a tree needs a leaf", remedy="an epoch without observations has no root")
    levels = [sorted(encode_bytes32(leaf, "leaf") for leaf in leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_pair(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])
    return levels
