"""Keys: what is signed is what the contracts take, and the key itself is seen nowhere."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import pickle
import stat
import traceback
from pathlib import Path

import pytest
from eth_account import Account
from eth_keys.datatypes import Signature
from hypothesis import given
from hypothesis import strategies as st

from chain import keys
from chain.documents import FileExists
from chain.keys import HALF_ORDER, Signer, WrongPassword, address_in, new_keystore, open_keystore, recover, recover_compact
from governance.errors import BadInput

ORDER = 2 * HALF_ORDER + 1
SECRET = bytes.fromhex("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")
DIGESTS = st.binary(min_size=32, max_size=32)


@given(DIGESTS)
def test_both_forms_lead_back_to_the_signer_and_have_a_low_s(digest: bytes):
    signer = Signer(SECRET)
    long, compact = signer.sign_digest(digest), signer.sign_compact(digest)
    assert (len(long), len(compact)) == (65, 64)
    assert recover(digest, long) == recover_compact(digest, compact) == signer.address
    assert int.from_bytes(long[32:64], "big") <= HALF_ORDER


@given(DIGESTS)
def test_signatures_are_those_of_eth_account(digest: bytes):
    assert Signer(SECRET).sign_digest(digest) == bytes(Account.unsafe_sign_hash(digest, SECRET).signature)


@given(DIGESTS)
def test_the_mirrored_signature_with_a_high_s_is_nobodys(digest: bytes):
    long = Signer(SECRET).sign_digest(digest)
    s = ORDER - int.from_bytes(long[32:64], "big")
    mirrored = long[:32] + s.to_bytes(32, "big") + bytes([55 - long[64]])
    as_key = Signature(vrs=(mirrored[64] - 27, int.from_bytes(mirrored[:32], "big"), s))
    assert as_key.recover_public_key_from_msg_hash(digest).to_checksum_address() == Signer(SECRET).address
    with pytest.raises(BadInput, match="high s"):
        recover(digest, mirrored)


@given(DIGESTS, st.binary(max_size=80))
def test_hostile_signatures_are_refused_or_somebody_elses(digest: bytes, junk: bytes):
    with contextlib.suppress(BadInput):
        assert recover_compact(digest, junk) != Signer(SECRET).address


@pytest.mark.parametrize("length", [0, 31, 33])
def test_only_a_digest_is_signed(length: int):
    with pytest.raises(BadInput, match=f"digest of {length} bytes"):
        Signer(SECRET).sign_digest(bytes(length))


def test_a_keystore_opens_with_its_password_and_with_no_other(tmp_path: Path):
    address = new_keystore(tmp_path / "key", "good", light=True)
    guess = str(4711)
    assert open_keystore(tmp_path / "key", "good").address == address
    with pytest.raises(WrongPassword, match="wrong password for ") as caught:
        open_keystore(tmp_path / "key", guess)
    assert guess not in "".join(traceback.format_exception(caught.value))


def test_a_keystore_is_a_web3_keystore_of_its_owner_alone(tmp_path: Path):
    address = new_keystore(tmp_path / "key", "good", light=True)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    document = json.loads((tmp_path / "key").read_text())
    assert document["version"] == 3
    assert Account.from_key(Account.decrypt(document, "good")).address == address


def test_two_keystores_hold_two_keys(tmp_path: Path):
    assert new_keystore(tmp_path / "a", "x", light=True) != new_keystore(tmp_path / "b", "x", light=True)


def test_a_keystore_is_never_overwritten(tmp_path: Path):
    address = new_keystore(tmp_path / "key", "good", light=True)
    with pytest.raises(FileExists, match="exists"):
        new_keystore(tmp_path / "key", "other", light=True)
    assert open_keystore(tmp_path / "key", "good").address == address
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_an_empty_password_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(BadInput, match="empty password"):
        new_keystore(tmp_path / "key", "", light=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read the keystore"),
        ("no json", "not JSON"),
        ("[]", "no version 3 keystore"),
        ('{"version": 1}', "no version 3 keystore"),
        ('{"version": 3}', "damaged"),
        ('{"version": 3, "crypto": 5}', "damaged"),
    ],
)
def test_what_is_no_keystore_is_bad_input(tmp_path: Path, content: str | None, message: str):
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(BadInput, match=message):
        open_keystore(tmp_path / "key", "x")


def test_a_folder_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(Exception, match="cannot write") as caught:
        new_keystore(tmp_path / "missing" / "key", "x", light=True)
    assert type(caught.value).__name__ == "FatalError"


def test_the_key_is_seen_nowhere(caplog: pytest.LogCaptureFixture):
    signer = Signer(SECRET)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").debug("%s %r", signer, [signer])
    shown = caplog.text + repr(signer) + str(signer) + f"{vars(keys)}"
    assert SECRET.hex() not in shown
    assert str(int.from_bytes(SECRET, "big")) not in shown
    assert not hasattr(signer, "__dict__")


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_signer_does_not_leave_its_process(leave):
    with pytest.raises(TypeError, match="does not leave its process"):
        leave(Signer(SECRET))


def test_signing_is_not_done_slowly_in_silence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "coincurve", None)
    with pytest.raises(keys.MissingBackend, match="coincurve is not installed"):
        Signer(SECRET)


def test_a_keystore_tells_its_address_without_its_password(tmp_path):
    path = tmp_path / "key.json"
    made = new_keystore(path, "secret", light=True)
    assert address_in(path) == made


def test_a_keystore_without_an_address_tells_none(tmp_path):
    path = tmp_path / "key.json"
    path.write_text('{"version": 3}')
    with pytest.raises(BadInput, match="names no address"):
        address_in(path)
