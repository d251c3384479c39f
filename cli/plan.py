"""What a local stack is to look like: times, money and ports. Plain values; the defaults are the demo's."""

from __future__ import annotations

from dataclasses import dataclass

from chain.devnet import dev_signer
from chain.values import Parameters
from cli.state import StateDirectory

MEMBERS = 4
ACCOUNTS = 16
UNIT = 10**6
DAY_S = 86_400

GOVERNOR, RELAY, CUSTOMER, FIRST_ORACLE, FIRST_PROVIDER, ARBITER, GUARDIAN = 0, 1, 2, 3, 7, 12, 13


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports; 0 takes a free one."""

    rpc: int = 0
    api: int = 0
    relay: int = 0
    first_provider: int = 0


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack. Times in seconds, money in the token's smallest unit.

    ``oracles`` of the four members are started here; the others are left to whoever holds their keystores.
    """

    state: StateDirectory
    ports: Ports = Ports()
    periods: int = 4
    oracles: int = MEMBERS
    epoch_s: int = 5
    period_s: int = 10
    report_deadline_s: int = 7
    dispute_window_s: int = 3
    resolution_s: int = 5
    delay_s: int = 0
    patience_s: float = 1.5
    poll_s: float = 0.4
    fee: int = 100 * UNIT
    deposit: int = 1_000 * UNIT
    stake: int = 2_000 * UNIT
    bond: int = 5_000 * UNIT
    relay_fee: int = UNIT // 10
    keep_chain: bool = False

    @property
    def parameters(self) -> Parameters:
        """The split is 70/20/10: what validators and DAO leave is the provider's. Stake thaws as soon as the windows allow."""
        windows = self.report_deadline_s, self.dispute_window_s, self.resolution_s
        return Parameters(
            *windows,
            thaw=sum(windows),
            longest_period=31 * DAY_S,
            validator_bps=2_000,
            dao_bps=1_000,
            dispute_bond_bps=500,
            arbiter=dev_signer(ARBITER).address,
        )
