"""The worker processes of a local stack. Each opens its own keystore and database; nothing secret is handed to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.config import RUNNING, ApiConfig
from api.server import run_api
from chain.addressbook import AddressBook
from chain.docket import AgreementRecord
from chain.keys import open_keystore
from cli.passwords import read_password
from cli.state import StateDirectory
from governance.values import Observation, Ratio
from oracle.witness import Witness
from oracle.worker import WorkerConfig, run_worker
from settlement.worker import SettlementConfig, run_settlement


class LyingWitness(Witness):
    """A member that swears, in every even period, that each provider was down all the time."""

    def counted(self, record: AgreementRecord, period: int) -> Observation | None:
        """The honest count, turned into a lie."""
        honest = super().counted(record, period)
        if honest is None or period % 2:
            return honest
        return replace(
            honest,
            uptime=Ratio(0, honest.uptime.denominator),
            attained=Ratio(0, honest.attained.denominator),
        )


def announcing(kind: type[Witness], mark: Path) -> type[Witness]:
    """A witness that touches a file once it has its database and has read the contracts: from then on nothing is missed."""

    class Announcing(kind):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            mark.touch()

    return Announcing


@dataclass(frozen=True, slots=True)
class OracleOrder:
    """How one oracle of a local stack is started."""

    state: Path
    member: int
    rpc_url: str
    relay_url: str
    poll_s: float
    lies: bool = False


@dataclass(frozen=True, slots=True)
class SettlementOrder:
    """How relay and settlement of a local stack are started."""

    state: Path
    rpc_url: str
    port: int
    patience_s: float
    poll_s: float


@dataclass(frozen=True, slots=True)
class ApiOrder:
    """How the API of a local stack is started."""

    state: Path
    rpc_url: str
    port: int


def oracle_process(order: OracleOrder) -> None:
    """Runs one oracle until it is told to stop."""
    state = StateDirectory(order.state)
    run_worker(
        WorkerConfig(
            rpc_url=order.rpc_url,
            book=AddressBook.load(state.book),
            signer=open_keystore(state.keystore(f"oracle-{order.member}"), read_password(state.password)),
            database_url=state.oracle_database(order.member),
            evidence_url=state.evidence,
            relays=(order.relay_url,),
            poll_s=order.poll_s,
            tell_s=2.0,
            witness=announcing(LyingWitness if order.lies else Witness, state.ready(f"oracle-{order.member}")),
        )
    )


def settlement_process(order: SettlementOrder) -> None:
    """Runs relay and settlement until it is told to stop."""
    state = StateDirectory(order.state)
    signer = open_keystore(state.keystore("relay"), read_password(state.password))
    run_settlement(
        SettlementConfig(
            rpc_url=order.rpc_url,
            book=AddressBook.load(state.book),
            signer=signer,
            payee=signer.address,
            database_url=state.settlement_database,
            port=order.port,
            patience_s=order.patience_s,
            poll_s=order.poll_s,
        )
    )


def api_process(order: ApiOrder) -> None:
    """Runs the API until it is told to stop."""
    state = StateDirectory(order.state)
    run_api(
        ApiConfig(
            database_url=state.settlement_database,
            book=AddressBook.load(state.book),
            rpc_url=order.rpc_url,
            port=order.port,
            routing_law=RUNNING,
            refresh_s=5,
        )
    )
