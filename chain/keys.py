"""Private keys: kept in Web3 keystore files, used here, shown nowhere.

A ``Signer`` never prints, pickles or returns its key. Signing and recovery are coincurve's alone; the pure-Python fallback of
``eth_keys`` is 140 times slower and is never taken silently.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from eth_account import Account

from chain.documents import write_whole
from chain.hashing import address_of, keccak
from governance.errors import BadInput, FatalError

SCRYPT_N = 1 << 18
LIGHT_SCRYPT_N = 1 << 12
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class WrongPassword(FatalError):
    """The keystore does not open with this password."""


class MissingBackend(FatalError):
    """coincurve cannot be imported."""


class Signer:
    """Signs 32-byte digests with one secp256k1 key. Safe to share between threads."""

    __slots__ = ("_key", "address")

    def __init__(self, secret: bytes) -> None:
        key = _backend().PrivateKey(secret)
        self._key = key
        self.address: str = _address_of_point(key.public_key.format(compressed=False))

    def sign_digest(self, digest: bytes) -> bytes:
        """A signature of 65 bytes, r || s || v, v being 27 or 28 and s in the lower half. What Pactum takes for an offer."""
        raw = self._raw(digest)
        return raw[:64] + bytes([27 + raw[64]])

    def sign_compact(self, digest: bytes) -> bytes:
        """The EIP-2098 form of the same signature, 64 bytes. What the Committee takes from its members."""
        raw = self._raw(digest)
        return raw[:32] + bytes([raw[32] | raw[64] << 7]) + raw[33:64]

    def save(self, path: Path, password: str, light: bool = False) -> str:
        """Writes the key to a keystore file, as ``new_keystore`` does, and returns its address."""
        if not password:
            raise BadInput("an empty password protects nothing", remedy="choose a password")
        document = Account.encrypt(self._key.secret, password, kdf="scrypt", iterations=LIGHT_SCRYPT_N if light else SCRYPT_N)
        write_whole(path, json.dumps(document) + "\n", mode=0o600, overwrite=False)
        return self.address

    def _raw(self, digest: bytes) -> bytes:
        if len(digest) != 32:
            raise BadInput(f"a digest of {len(digest)} bytes cannot be signed", value=digest, remedy="sign a 32-byte hash")
        return bytes(self._key.sign_recoverable(digest, hasher=None))

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer does not leave its process; open its keystore where it is needed")


def new_keystore(path: Path, password: str, light: bool = False) -> str:
    """Makes a key, writes it encrypted to a file of mode 0600 and returns its address.

    ``light`` takes a weaker scrypt (N = 4,096): for devnets and tests. Raises FileExists rather than overwrite a key.
    """
    return Signer(os.urandom(32)).save(path, password, light)


def save_keystore(path: Path, password: str, signer: Signer, light: bool = False) -> str:
    """Writes an existing signer's key, such as a devnet account's, as ``new_keystore`` writes a new one."""
    return signer.save(path, password, light)


def open_keystore(path: Path, password: str) -> Signer:
    """The signer whose key a keystore holds.

    Raises WrongPassword, or BadInput where the file is missing or is no version 3 keystore.
    """
    document = _keystore_document(path)
    try:
        secret = bytes(Account.decrypt(document, password))
    except Exception as error:  # noqa: BLE001 - the decoder leaks many types; none may carry the password onward
        raise _keystore_error(path, error) from None
    return Signer(secret)


def address_in(path: Path) -> str:
    """The address that a keystore says it holds the key of; no password is needed, and nothing is proved.

    Raises BadInput where the file is missing, is no version 3 keystore, or names no address.
    """
    named = _keystore_document(path).get("address")
    if not isinstance(named, str):
        raise BadInput("this keystore names no address", source=str(path), remedy="open it with its password instead")
    return address_of("0x" + named.removeprefix("0x").lower())


def recover_compact(digest: bytes, signature: bytes) -> str:
    """The address that made an EIP-2098 signature of a digest.

    Raises BadInput for one that is not 64 bytes, has a high s or fits no key: it is nobody's signature.
    """
    if len(signature) != 64:
        raise BadInput(f"a compact signature of {len(signature)} bytes", value=signature, remedy="64 bytes: r, then parity and s")
    parity = signature[32] >> 7
    return _recover(digest, signature[:32] + bytes([signature[32] & 0x7F]) + signature[33:], parity)


def recover(digest: bytes, signature: bytes) -> str:
    """The address that made a 65-byte signature (r || s || v) of a digest. Raises BadInput as ``recover_compact`` does."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise BadInput("not a signature of r, s and v", value=signature, remedy="65 bytes, the last 27 or 28")
    return _recover(digest, signature[:64], signature[64] - 27)


def _recover(digest: bytes, r_s: bytes, parity: int) -> str:
    if int.from_bytes(r_s[32:], "big") > HALF_ORDER:
        raise BadInput("a signature with a high s is not accepted", value=r_s, remedy="normalise s to the lower half")
    try:
        point = _backend().PublicKey.from_signature_and_message(r_s + bytes([parity]), digest, hasher=None)
    except Exception as error:  # coincurve answers hostile bytes with several types
        raise BadInput("the signature fits no key", value=r_s, remedy="sign the digest again") from error
    return _address_of_point(point.format(compressed=False))


def _address_of_point(point: bytes) -> str:
    return address_of(keccak(point[1:])[12:])


def _backend() -> Any:
    try:
        import coincurve  # noqa: PLC0415 - asked for at use: importing this module promises nothing
    except ImportError as error:
        raise MissingBackend("coincurve is not installed", remedy="install the locked requirements: make setup") from error
    return coincurve


def _keystore_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(
            f"cannot read the keystore: {error.strerror}", source=str(path), remedy="surety key new makes one"
        ) from error
    except ValueError as error:
        raise BadInput("this is no keystore: not JSON", source=str(path), remedy="give a Web3 keystore, version 3") from error
    if not isinstance(document, dict) or document.get("version") != 3:
        raise BadInput("this is no version 3 keystore", source=str(path), remedy="give a Web3 keystore, version 3")
    return document


def _keystore_error(path: Path, error: Exception) -> FatalError:
    if isinstance(error, ValueError) and "MAC" in str(error):
        return WrongPassword(f"wrong password for {path}", value=str(path), remedy="give the password it was made with")
    return BadInput("the keystore is damaged", source=str(path), remedy="restore it from a backup")
