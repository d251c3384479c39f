"""The whole system on an Anvil that ape starts: every contract as it ships, one provider, one customer, four oracles.

Everything is signed as a wallet signs it, from the EIP-712 message and not from a digest: what the contracts compute must agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ape
import pytest
from ape.contracts import ContractContainer, ContractInstance
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from ethpm_types import ContractType

from chain.deployment import create_address

ARTIFACTS = Path(__file__).resolve().parents[2] / "chain" / "artifacts"
DAY = 86_400
EPOCH = 3_600
DEADLINE = 6 * 3_600
WINDOW = 8 * 3_600
FEE = 1_000_000_000
DEPOSIT = 5_000_000_000
RELAY_FEE = 1_000_000
LEAD = 3_600
RULING = 3 * DAY
THAW = 7 * DAY
BOND = 1_000_000
ALL = 0b1111
TERMS = b"apiVersion: openslo/v1"
SETTLEMENT = 0
LAW = b"decide(_, verdict(met, 0, 0, 0), [])."
OFFER_TYPE = {
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
PERMIT_TYPE = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}
REPORT_TYPE = {
    "configuration": "bytes32",
    "epoch": "uint64",
    "observationSet": "bytes32",
    "observers": "uint32",
    "payee": "address",
    "rowsHash": "bytes32",
}


@dataclass
class House:
    """Addresses, keys and the few steps that every test takes."""

    token: ContractInstance
    timelock: ContractInstance
    law_stone: ContractInstance
    zone: ContractInstance
    committee: ContractInstance
    tribunal: ContractInstance
    notary: ContractInstance
    pactum: ContractInstance
    law: bytes
    configuration: bytes
    governor: Any
    customer: Any
    payout: Any
    payee: Any
    treasury: Any
    anyone: Any
    arbiter: Any
    provider: LocalAccount
    oracles: list[LocalAccount]
    nonces: list[int] = field(default_factory=list)

    def offer(self, **changes: Any) -> dict[str, Any]:
        """An offer for everybody: fixed days, full credit, at most a tenth of the deposit slashed."""
        self.nonces.append(len(self.nonces))
        return {
            "provider": self.provider.address,
            "customer": ape.utils.ZERO_ADDRESS,
            "token": self.token.address,
            "terms": keccak(TERMS),
            "law": self.law,
            "fee": FEE,
            "deposit": DEPOSIT,
            "maxCreditBps": 10_000,
            "maxSlashBps": 1_000,
            "minProviderBps": 7_000,
            "periodKind": 0,
            "periodLength": DAY,
            "maxPeriods": 12,
            "noticePeriods": 1,
            "lead": LEAD,
            "expiry": now() + 30 * DAY,
            "nonce": self.nonces[-1],
        } | changes

    def sign_offer(self, offer: dict[str, Any], by: LocalAccount | None = None) -> bytes:
        signable = encode_typed_data(self._domain(), {"Offer": _fields(OFFER_TYPE)}, offer)
        return bytes((by or self.provider).sign_message(signable).signature)

    def open(self, periods: int = 3, **changes: Any) -> int:
        """Opens an agreement; gives its id."""
        ape.chain.mine()  # after a test, ape takes the chain back but Anvil's clock runs on: see what time it is
        receipt = self.open_offer(self.offer(**changes), periods, sender=self.customer)
        return int(receipt.events.filter(self.notary.Opened)[0].agreement)

    def open_offer(self, offer: dict[str, Any], periods: int, sender: Any, signature: bytes | None = None) -> Any:
        """Opens an offer under the conditions in force."""
        return self.notary.open(*self.opening(offer, periods, signature), sender=sender)

    def opening(self, offer: dict[str, Any], periods: int, signature: bytes | None = None) -> tuple[Any, ...]:
        """What `open` is called with, an hour and a minute from now."""
        parameters, listing = self.pactum.conditionsOf(self.token)[:2]
        return tuple(offer.values()), signature or self.sign_offer(offer), now() + LEAD + 60, periods, parameters, listing

    def permit(self, owner: LocalAccount, value: int) -> bytes:
        """Call data of a permit for Pactum, signed as a wallet signs it."""
        deadline = now() + DAY
        nonce = self.token.nonces(owner.address)
        message = {"owner": owner.address, "spender": self.pactum.address, "value": value, "nonce": nonce, "deadline": deadline}
        domain = {"name": "Mock Dollar", "version": "1", "chainId": ape.chain.chain_id, "verifyingContract": self.token.address}
        signed = owner.sign_message(encode_typed_data(domain, {"Permit": _fields(PERMIT_TYPE)}, message))
        parts = (signed.v, int(signed.r).to_bytes(32, "big"), int(signed.s).to_bytes(32, "big"))
        return bytes(self.notary.permit.encode_input(self.token, value, deadline, *parts))

    def settle_and(self, claim: Any, *arguments: Any, agreements: list[int], sender: Any) -> Any:
        """Settles and claims in one transaction."""
        calls = [self.pactum.settle.encode_input(agreements), claim.encode_input(*arguments)]
        return self.pactum.multicall(calls, sender=sender)

    def end(self, agreement: int, period: int = 0) -> int:
        return int(self.pactum.periodOf(agreement, period)[1])

    def header(self, end: int, **changes: Any) -> dict[str, Any]:
        return {
            "configuration": self.configuration,
            "epoch": (end - 1) // EPOCH,
            "observationSet": keccak(text="set"),
            "observers": ALL,
            "payee": self.payee.address,
        } | changes

    def signature(self, header: dict[str, Any], rows: list[int], by: LocalAccount) -> bytes:
        """A member's EIP-2098 signature of a report."""
        message = header | {"rowsHash": keccak(b"".join(row.to_bytes(32, "big") for row in rows))}
        signed = by.sign_message(encode_typed_data(self._domain(), {"Report": _fields(REPORT_TYPE)}, message))
        return int(signed.r).to_bytes(32, "big") + (int(signed.s) | (signed.v - 27) << 255).to_bytes(32, "big")

    def report(self, header: dict[str, Any], rows: list[int], members: tuple[int, ...] = (0, 1, 3)) -> Any:
        signatures = b"".join(self.signature(header, rows, self.oracles[member]) for member in members)
        signers = sum(1 << member for member in members)
        return self.pactum.report(tuple(header.values()), rows, signers, signatures, sender=self.anyone)

    def _domain(self) -> dict[str, Any]:
        return {
            "name": "Surety Pactum",
            "version": "1",
            "chainId": ape.chain.chain_id,
            "verifyingContract": self.pactum.address,
        }


def _fields(types: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]


def now() -> int:
    """Time of the newest block."""
    return int(ape.chain.blocks.head.timestamp)


def row(agreement: int, period: int, outcome: int, credit_bps: int = 0, slash_bps: int = 0) -> int:
    """A row's word, written out by hand."""
    return agreement << 160 | period << 128 | outcome << 120 | credit_bps << 96 | slash_bps << 80


def go_to(time_s: int) -> None:
    """Mine a block at this time."""
    ape.chain.mine(timestamp=time_s)


def events(receipt: Any, kind: Any) -> list[Any]:
    return list(receipt.events.filter(kind))


@pytest.fixture(scope="session")
def steps() -> Any:
    """The helpers above, for test modules, which import nothing from each other."""
    return {"row": row, "go_to": go_to, "events": events, "now": now}


def _container(name: str) -> ContractContainer:
    artifact = json.loads((ARTIFACTS / f"{name}.json").read_text())
    return ContractContainer(
        ContractType.model_validate(
            {
                "contractName": name,
                "abi": artifact["abi"],
                "deploymentBytecode": {"bytecode": artifact["bytecode"]},
                "runtimeBytecode": {"bytecode": artifact["deployedBytecode"]},
            }
        )
    )


def govern(timelock: ContractInstance, governor: Any, *calls: tuple[ContractInstance, bytes]) -> None:
    """Has the timelock make calls, all or none. Its delay is nothing here."""
    targets, payloads = [contract.address for contract, _ in calls], [data for _, data in calls]
    operation = (targets, [0] * len(calls), payloads, bytes(32), keccak(b"".join(payloads)))
    timelock.scheduleBatch(*operation, 0, sender=governor)
    timelock.executeBatch(*operation, sender=governor)


@pytest.fixture(scope="session")
def house(accounts: Any) -> House:
    governor, customer, payout, payee, treasury, anyone, arbiter = accounts[:7]
    provider = Account.from_key(keccak(text="provider of the contract tests"))
    oracles = [Account.from_key(keccak(text=f"oracle {number} of the contract tests")) for number in range(4)]
    token = governor.deploy(_container("MockToken"))
    nobody = ape.utils.ZERO_ADDRESS
    timelock = governor.deploy(_container("TimelockController"), 0, [governor], [nobody], nobody)
    law_stone = governor.deploy(_container("LawStone"), timelock, create_address(governor.address, governor.nonce + 1))
    pactum_address = create_address(governor.address, governor.nonce + 4)
    committee = governor.deploy(_container("Committee"), timelock, pactum_address, EPOCH, token, BOND, 5_000)
    zone = governor.deploy(_container("Zone"), pactum_address)
    tribunal = governor.deploy(_container("Tribunal"), pactum_address)
    notary = governor.deploy(_container("Notary"), pactum_address, zone, committee, law_stone)
    pactum = governor.deploy(_container("Pactum"), timelock, zone, committee, tribunal, notary, treasury)
    assert zone.PACTUM() == committee.PACTUM() == tribunal.PACTUM() == notary.PACTUM() == pactum.address

    law_stone.publish(LAW, sender=anyone)
    notary.publishTerms(TERMS, sender=anyone)
    members = [oracle.address for oracle in oracles]
    _bond(members, token, committee, anyone)
    since = now() + 60
    parameters = (DEADLINE, WINDOW, RULING, THAW, 31 * DAY, 2_000, 1_000, 500, arbiter.address)
    govern(
        timelock,
        governor,
        (pactum, pactum.setParameters.encode_input(parameters)),
        (pactum, pactum.list.encode_input((token.address, RELAY_FEE, 100_000_000))),
        (law_stone, law_stone.found.encode_input(SETTLEMENT, keccak(LAW), True)),
        (committee, committee.configure.encode_input(members, since)),
    )
    token.mint(customer, 10**12, sender=anyone)
    token.approve(pactum, 2**256 - 1, sender=customer)
    _register(provider, payout, token, zone, anyone)
    return House(
        token=token,
        timelock=timelock,
        law_stone=law_stone,
        zone=zone,
        committee=committee,
        tribunal=tribunal,
        notary=notary,
        pactum=pactum,
        law=keccak(LAW),
        configuration=bytes(committee.configurationAt(since)),
        governor=governor,
        customer=customer,
        payout=payout,
        payee=payee,
        treasury=treasury,
        anyone=anyone,
        arbiter=arbiter,
        provider=provider,
        oracles=oracles,
    )


def _bond(members: list[str], token: ContractInstance, committee: ContractInstance, bank: Any) -> None:
    token.mint(bank, BOND * len(members), sender=bank)
    token.approve(committee, BOND * len(members), sender=bank)
    for member in members:
        committee.post(member, BOND, sender=bank)


def _register(provider: LocalAccount, payout: Any, token: ContractInstance, zone: ContractInstance, bank: Any) -> None:
    """Enters the provider and its stake. Its account is a wallet's, not one of Anvil's, and is spoken for."""
    bank.transfer(provider.address, "1 ether")
    token.mint(provider.address, 10 * DEPOSIT, sender=bank)
    with ape.accounts.use_sender(ape.accounts.test_accounts.impersonate_account(provider.address)):
        zone.register(payout, b"{}")
        token.approve(zone, 10 * DEPOSIT)
        zone.stake(token, 10 * DEPOSIT)
