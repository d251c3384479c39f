"""Signatures of a committee, judged without a chain as the contract judges them."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.keys import HALF_ORDER, Signer
from chain.quorum import QuorumError, check_member, check_quorum, join_signatures, mask_of, members_of, quorum_of
from chain.values import FOREVER_S, Configuration, everyone
from governance.errors import BadInput

SIGNERS = [Signer(bytes([number]) * 32) for number in range(1, 9)]
DIGEST = b"\x42" * 32
ALL = everyone(7)
SEVEN = Configuration(b"", 0, 0, FOREVER_S, 5, tuple(signer.address for signer in SIGNERS[:7]), ALL)


def _signed(*members: int) -> dict[int, bytes]:
    return {member: SIGNERS[member].sign_compact(DIGEST) for member in members}


@pytest.mark.parametrize(("members", "quorum"), [(4, 3), (7, 5), (10, 7), (31, 21)])
def test_a_quorum_is_two_thirds_and_one(members: int, quorum: int):
    assert quorum_of(members) == quorum


@pytest.mark.parametrize("members", [0, 1, 3, 5, 6, 8, 32, 34])
def test_other_sizes_are_no_committee(members: int):
    with pytest.raises(BadInput, match=f"cannot have {members} members"):
        quorum_of(members)


@given(st.sets(st.integers(0, 30)))
def test_a_mask_names_its_members(members: set[int]):
    assert members_of(mask_of(members)) == tuple(sorted(members))


@given(st.sets(st.integers(0, 6), min_size=5))
def test_any_quorum_is_enough(members: set[int]):
    check_quorum(SEVEN, DIGEST, ALL, *join_signatures(_signed(*members)))


@given(st.sets(st.integers(0, 6), max_size=4))
def test_fewer_are_not(members: set[int]):
    with pytest.raises(QuorumError, match=f"{len(members)} signers where 5 are needed"):
        check_quorum(SEVEN, DIGEST, ALL, *join_signatures(_signed(*members)))


def test_a_missing_signature_is_refused():
    mask, joined = join_signatures(_signed(0, 1, 2, 3, 4))
    with pytest.raises(QuorumError, match="256 bytes of signatures for 5 signers"):
        check_quorum(SEVEN, DIGEST, ALL, mask, joined[:-64])


def test_a_repeated_signature_is_refused():
    mask, _ = join_signatures(_signed(0, 1, 2, 3, 4))
    with pytest.raises(QuorumError, match="member 1 is"):
        check_quorum(SEVEN, DIGEST, ALL, mask, SIGNERS[0].sign_compact(DIGEST) * 5)


def test_a_foreign_signature_is_refused():
    signatures = _signed(0, 1, 2, 3) | {4: SIGNERS[7].sign_compact(DIGEST)}
    with pytest.raises(QuorumError, match=f"member 4 is .* {SIGNERS[7].address} signed"):
        check_quorum(SEVEN, DIGEST, ALL, *join_signatures(signatures))


def test_a_signer_beyond_the_members_is_refused():
    mask, joined = join_signatures(_signed(0, 1, 2, 3, 7))
    with pytest.raises(QuorumError, match="a signer without an observation"):
        check_quorum(SEVEN, DIGEST, ALL, mask, joined)
    with pytest.raises(QuorumError, match="no member 7"):
        check_member(SEVEN, DIGEST, 7, SIGNERS[7].sign_compact(DIGEST))


@pytest.mark.parametrize(
    ("active", "observers", "signers", "message"),
    [
        (ALL, ALL | 1 << 7, range(5), "an observer that is no member"),
        (ALL, -1, range(5), "an observer that is no member"),
        (ALL & ~(1 << 3), ALL, range(5), "member 3 does not count any more"),
        (ALL, 0b1111, range(4), "4 observers where 5 are needed"),
        (ALL, 0b1111, range(5), "a signer without an observation"),
        (ALL, 0b1111100, range(5), "a signer without an observation"),
        (ALL, 0b0011111, range(4), "4 signers where 5 are needed"),
    ],
)
def test_observers_are_a_quorum_of_active_members_and_signers_are_observers(
    active: int, observers: int, signers: range, message: str
):
    with pytest.raises(QuorumError, match=message):
        check_quorum(dataclasses.replace(SEVEN, active=active), DIGEST, observers, *join_signatures(_signed(*signers)))


def test_a_member_without_its_bit_is_not_missed():
    active = ALL & ~(1 << 5)
    check_quorum(dataclasses.replace(SEVEN, active=active), DIGEST, active, *join_signatures(_signed(0, 1, 2, 3, 4)))


def test_signatures_out_of_order_are_refused():
    mask, joined = join_signatures(_signed(0, 1, 2, 3, 4))
    with pytest.raises(QuorumError, match="member 0 is"):
        check_quorum(SEVEN, DIGEST, ALL, mask, joined[64:] + joined[:64])


def test_a_high_s_is_refused():
    compact = SIGNERS[0].sign_compact(DIGEST)
    s = 2 * HALF_ORDER + 1 - int.from_bytes(bytes([compact[32] & 0x7F]) + compact[33:], "big")
    with pytest.raises(BadInput):
        check_member(SEVEN, DIGEST, 0, compact[:32] + s.to_bytes(32, "big"))


def test_a_signature_of_another_length_is_named():
    with pytest.raises(QuorumError, match="member 2's signature has 65 bytes"):
        join_signatures({2: bytes(65)})
