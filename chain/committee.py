"""The typed client of the Committee."""

from __future__ import annotations

from collections.abc import Sequence

from chain.blocks import Receipt
from chain.calls import Contract
from chain.hashing import address_of
from chain.sender import Call, CallSender
from chain.values import Configuration

_CONFIGURATION = "(uint64,uint64,uint8,uint32,uint32,address[])"
_EXPOSE = "expose(address,uint64,bytes32,bytes,bytes32,bytes)"


class CommitteeClient(Contract):
    """The oracles, their bonds, and the proof that a quorum of them signed.

    What governance alone may do is given as a call, for ``chain.governor``.
    """

    def configure_call(self, members: Sequence[str], since_s: int) -> Call:
        """Announces the next configuration, in force from ``since_s``; its members have their bonds up."""
        return self.call("configure(address[],uint64)", list(members), since_s)

    def require_bond_call(self, amount: int) -> Call:
        """Sets the bond that members of later configurations need."""
        return self.call("requireBond(uint256)", amount)

    def post(self, sender: CallSender, member: str, amount: int) -> Receipt:
        """Adds to a member's bond; the sender pays, and must have approved the Committee for the amount."""
        return sender.send(self.call("post(address,uint256)", member, amount))

    def withdraw(self, sender: CallSender, to: str) -> Receipt:
        """Sends the sender's own bond to an address, once ``serves_until`` is over."""
        return sender.send(self.call("withdraw(address)", to))

    def expose(
        self, sender: CallSender, member: str, epoch: int, one: tuple[bytes, bytes], other: tuple[bytes, bytes]
    ) -> Receipt:
        """Shows that a member signed two roots for one epoch; anyone may, for ever.

        ``one`` and ``other`` are a root and the member's EIP-2098 signature of it.
        """
        return sender.send(self.call(_EXPOSE, member, epoch, *one, *other))

    def claim_reporter(self, sender: CallSender, reporter: str) -> Receipt:
        """Pays a reporter its shares of bonds; anyone may."""
        return sender.send(self.call("claimReporter(address)", reporter))

    def claim_dao(self, sender: CallSender) -> Receipt:
        """Pays the treasury that Pactum names the DAO's shares of bonds; anyone may."""
        return sender.send(self.call("claimDao()"))

    def verify(self, configuration: bytes, digest: bytes, observers: int, signers: int, signatures: bytes) -> tuple[int, int]:
        """First second of the configuration's reign and first second after it, if a quorum signed the digest.

        Raises TransactionReverted, with the contract's reason, otherwise.
        """
        signature = "verify(bytes32,bytes32,uint256,uint256,bytes)"
        kinds = ("uint256", "uint256")
        since, until = self.read_values(kinds, signature, configuration, digest, observers, signers, signatures)
        return since, until

    def configuration_of(self, digest: bytes) -> Configuration:
        """A configuration by digest. Raises TransactionReverted(UnknownConfiguration)."""
        found = self.read_value(_CONFIGURATION, "configurationOf(bytes32)", digest)
        since, until, quorum, index, active, members = found
        return Configuration(digest, index, since, until, quorum, tuple(address_of(member) for member in members), active)

    def configuration_at(self, time_s: int) -> bytes | None:
        """Digest of the configuration in force at a time; None before the first."""
        digest = bytes(self.read_value("bytes32", "configurationAt(uint64)", time_s))
        return digest if any(digest) else None

    def member_of(self, configuration: bytes, index: int) -> str:
        """One member of a configuration."""
        return str(self.read_value("address", "memberOf(bytes32,uint256)", configuration, index))

    def bond_of(self, member: str) -> int:
        """The bond that a member has up."""
        return int(self.read_value("uint256", "bondOf(address)", member))

    def required_bond(self) -> int:
        """What members of later configurations need to have up."""
        return int(self.read_value("uint256", "requiredBond()"))

    def bond_token(self) -> str:
        """The token of all bonds."""
        return str(self.read_value("address", "bondToken()"))

    def is_exposed(self, member: str) -> bool:
        """Whether a member was ever shown to have signed two roots for one epoch."""
        return bool(self.read_value("bool", "isExposed(address)", member))

    def serves_until(self, member: str) -> int:
        """When a member may take its bond; FOREVER_S while no end of its service is known, 0 if it never served."""
        return int(self.read_value("uint64", "servesUntil(address)", member))

    def claimable_of_reporter(self, reporter: str) -> int:
        """What a reporter could claim now."""
        return int(self.read_value("uint256", "claimableOfReporter(address)", reporter))

    def claimable_of_dao(self) -> int:
        """What the treasury could claim of bonds now."""
        return int(self.read_value("uint256", "claimableOfDao()"))

    def observation_root_digest(self, epoch: int, root: bytes) -> bytes:
        """The contract's own digest of an oracle's root of an epoch."""
        return bytes(self.read_value("bytes32", "observationRootDigest(uint64,bytes32)", epoch, root))

    def epoch_length_s(self) -> int:
        """Seconds of an epoch; epoch k is [k * length, (k + 1) * length)."""
        return int(self.read_value("uint32", "epochLength()"))

    def domain_separator(self) -> bytes:
        """The contract's own EIP-712 domain separator."""
        return bytes(self.read_value("bytes32", "domainSeparator()"))
