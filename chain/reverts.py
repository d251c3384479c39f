"""Why a contract said no: revert data as a name, values and what to do about it."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode as abi_decode

from chain.abi import ArtifactMissing, custom_errors, selector
from chain.hashing import address_of
from chain.node import NodeRefused
from governance.errors import BadInput, FatalError

_ERROR = selector("Error(string)")
_PANIC = selector("Panic(uint256)")
_PANICS = {
    0x01: "assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "no such enum value",
    0x32: "index out of range",
}
_REVERT_CODES = (3, -32000, -32015)
_SHOWN_BYTES = 32

REMEDIES = {
    "AccessControlUnauthorizedAccount": "only the governor may propose to the timelock: use its key",
    "AlreadyAssented": "nothing is left to do: enact it when its notice and the timelock are over",
    "AlreadyExposed": "nothing is left to do: its bond is gone and its bit is cleared",
    "AlreadyPublished": "use the law's id: its text is on chain",
    "AlreadyProposed": "wait for the committee's assent: surety law show tells how far it is",
    "AlreadyRuns": "propose another law: this one runs in the seat",
    "AmountTooLarge": "all fees together, and the deposit, stay below 2**85 of the token's smallest unit",
    "BadOfferSignature": "sign the offer with the provider's key, for this chain and this Pactum",
    "BadSignature": "ask the member to sign this very digest, and order signatures by member",
    "BondTooLarge": "the bond grew with what the dispute holds up: allow more, or leave it",
    "BondTooSmall": "post the member's bond on the Committee first",
    "CapsTooHigh": "credit and slash caps are at most 10,000 bps",
    "ConditionsChanged": "governance set other conditions meanwhile: look at them, and open with their numbers",
    "DeadlineAhead": "the arbiter may still rule: lapse after the deadline",
    "DeadlinePassed": "too late to rule: lapse lets the row stand",
    "ERC20InsufficientAllowance": "approve the contract for the amount first",
    "ERC20InsufficientBalance": "fund the account with the token first",
    "FeeTooSmall": "offer at least the listed minimum fee",
    "ForeignObserver": "observers are members of the configuration in force when the period began",
    "FreeStakeExceeded": "stake more, or wait until agreements that lock the stake are closed",
    "InactiveObserver": "leave out the member that was shown to have signed two roots",
    "LawNotEnacted": "use an enacted law; governance enacts a published one",
    "NoChange": "to let the row stand as it is, confirm it",
    "NoDispute": "no dispute of this row is open",
    "NotArbiter": "only the arbiter that the agreement pinned rules on it",
    "NotDisputable": "dispute the row as it was accepted, while it waits and before it matures",
    "NotPayable": "only the provider itself names an address; for others its payout address is paid",
    "NotRegistered": "register the provider first",
    "NotAssented": "the running law has to permit the amendment, and the proposed law to accept it: a quorum signs that",
    "NotEnactable": "a law that is enacted or broken is not enacted again: publish another",
    "NotInForce": "collect the signatures of the committee that is in force now",
    "NotProposed": "propose the amendment first",
    "NothingExpired": "expire only after a period's report deadline has passed",
    "NothingToClaim": "claim after a period was settled, and once",
    "NothingToTerminate": "the periods that have begun, and the notice, are all that is left",
    "NoticeRunning": "wait until the notice that the amendment names is over",
    "OfferExpired": "ask the provider for a new offer",
    "OfferForAnother": "only the customer named in the offer can open it",
    "OfferSpent": "one nonce opens once: sign a new offer with another nonce",
    "OpeningIsPaused": "wait until governance lets opening go on",
    "OutOfGas": "let the gas be estimated, or give more",
    "OverConsent": "rule within the caps that the provider consented to",
    "OwnableUnauthorizedAccount": "only governance may do this: propose it to the timelock",
    "ParametersNotSet": "governance sets parameters before agreements open",
    "PeriodTooLong": "shorten the period to what the parameters allow",
    "PeriodTooShort": "a period is at least as long as report deadline and dispute window together",
    "ProviderNotRegistered": "the provider registers on Zone first",
    "QuorumNotReached": "collect signatures of 2f + 1 members",
    "SignerWithoutObservation": "only members whose observations are in the set sign it",
    "StartOffMonth": "calendar periods begin on the 1st at 00:00:00 UTC",
    "StartTooEarly": "choose a later start: now and the offer's lead at least, and not before the committee's reign",
    "StartTooLate": "begin less than one period after the earliest start",
    "StillBacking": "wait until the agreements that the stake backs are closed",
    "StillServing": "a bond stays until the last period of its configuration is settled for good",
    "StillThawing": "withdraw when the request has thawed",
    "Taken": "a law runs in the seat: propose an amendment, which it has to permit",
    "TermsAlreadyPublished": "use the terms as they are: their text is on chain",
    "TermsNotPublished": "publish the terms text first",
    "ThawableStakeExceeded": "ask for no more than what is not asked for yet",
    "TimelockUnexpectedOperationState": "look at the operation's state: it waits, is done, or was never proposed",
    "TokenNotListed": "use a token that governance has listed",
    "TooFewObservers": "a report rests on observations of 2f + 1 members",
    "UnknownAgreement": "check the agreement's id and the contract's address",
    "UnusableBond": "the bond has an ordinary token and is not nothing; its reporter's share is 1 to 5,000 bps",
    "UnusableParameters": "thaw covers the three windows, the longest period the first two, and shares sum to at most 10,000 bps",
    "UnusablePeriods": "open at least one period and at most as many as the offer allows",
    "Vacant": "no law runs in the seat: governance founds it with one",
}


class TransactionReverted(FatalError):
    """A contract refused. ``name`` is its error's, ``arguments`` its values by name; ``tx_hash`` is set if it was mined."""

    def __init__(self, name: str, arguments: dict[str, Any], *, tx_hash: bytes | None = None) -> None:
        self.name = name
        self.arguments = arguments
        self.tx_hash = tx_hash
        values = ", ".join(f"{key}={_shown(value)}" for key, value in arguments.items())
        place = f" (transaction 0x{tx_hash.hex()})" if tx_hash else ""
        super().__init__(f"the contract refuses: {name}({values}){place}", value=arguments, remedy=REMEDIES.get(name, ""))


def is_revert(error: NodeRefused) -> bool:
    """Whether a node's error says that a contract reverted, rather than that the node would not try."""
    return _data_of(error) is not None or (error.code in _REVERT_CODES and "revert" in error.reason.lower())


def reverted(error: NodeRefused, tx_hash: bytes | None = None) -> TransactionReverted:
    """The contract's refusal behind a node's error."""
    data = _data_of(error)
    if data:
        return TransactionReverted(*decode_revert(data), tx_hash=tx_hash)
    return TransactionReverted("Unexplained", {"node": error.reason}, tx_hash=tx_hash)


def decode_revert(data: bytes) -> tuple[str, dict[str, Any]]:
    """Name and values of revert data. What fits no known error is ``Unknown`` with its bytes: never another exception."""
    try:
        return _known(data)
    except Exception:  # noqa: BLE001 - hostile bytes: eth_abi leaks several types
        return "Unknown", {"data": data}


def _known(data: bytes) -> tuple[str, dict[str, Any]]:
    head, body = data[:4], data[4:]
    if head == _ERROR:
        return "Error", {"reason": abi_decode(["string"], body)[0]}
    if head == _PANIC:
        code = abi_decode(["uint256"], body)[0]
        return "Panic", {"code": code, "reason": _PANICS.get(code, "")}
    shape = _shapes().get(head)
    if shape is None:
        raise BadInput("unknown selector", value=head)
    values = abi_decode(shape.types, body)
    return shape.name, {name: _plain(value, kind) for name, kind, value in zip(shape.arguments, shape.types, values, strict=True)}


def _shapes() -> dict[bytes, Any]:
    try:
        return custom_errors()
    except ArtifactMissing:
        return {}


def _plain(value: Any, kind: str) -> Any:
    return address_of(value) if kind == "address" else value


def _data_of(error: NodeRefused) -> bytes | None:
    data = error.data.get("data") if isinstance(error.data, dict) else error.data
    if not isinstance(data, str):
        return None
    try:
        return bytes.fromhex(data.removeprefix("Reverted ").removeprefix("0x"))
    except ValueError:
        return None


def _shown(value: Any) -> str:
    if not isinstance(value, bytes):
        return str(value)
    return "0x" + value[:_SHOWN_BYTES].hex() + ("..." if len(value) > _SHOWN_BYTES else "")
