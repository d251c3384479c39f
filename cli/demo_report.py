"""The end of the demo as a person sees it: the table, the money check, the withdrawals, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass

from cli.amounts import Money, percent_of
from cli.console import out, print_table
from cli.demo_totals import CostedPeriod, Totals
from cli.withdrawals import Withdrawals

COLUMNS = (
    "provider", "period", "uptime %", "P95 ms", "coverage %", "verdict", "credit", "provider ", "validators", "DAO", "customer",
    "slash", "gas/row", "transaction",
)  # fmt: skip
NUMERIC = frozenset(COLUMNS) - {"provider", "verdict", "transaction"}
NEXT = """What to try next
  surety up --state devnet     the same stack, running until Ctrl-C; it prints addresses, accounts and links
  surety law show standard     the law that decided all this
  surety demo --json           this result, for programs
  README.md                    the first steps of each role"""


@dataclass(slots=True)
class DemoResult:
    """All that a run of the demo found. ``names`` are the providers' by agreement; ``lines`` what was made to go wrong."""

    names: dict[int, str]
    periods: list[CostedPeriod]
    totals: Totals
    checks: dict[str, bool]
    withdrawals: Withdrawals
    findings: tuple[str, ...]
    lines: tuple[str, ...]
    peak_memory_mib: int
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether every check held."""
        return all(self.checks.values())

    def as_json(self) -> dict[str, object]:
        """One object for programs; amounts as decimal strings in the token's smallest unit."""
        return {
            "periods": [{"name": self.names[one.told.agreement]} | one.as_json() for one in self.periods],
            "totals": self.totals.as_json(),
            "checks": self.checks,
            "gas": self.totals.gas,
            "withdrawals": self.withdrawals.as_json(),
            "findings": list(self.findings),
            "peak_memory_mib": self.peak_memory_mib,
            "seconds": self.seconds,
        }


def show(result: DemoResult, money: Money) -> None:
    """Prints everything."""
    out.print()
    title = f"Settled, in {money.symbol}; every row was decided by the law and paid by the contracts"
    print_table(title, COLUMNS, [_row(result.names[one.told.agreement], one, money) for one in result.periods], numeric=NUMERIC)
    out.print("\n[bold]What went wrong on purpose[/bold]")
    for line in (*result.lines, *(f"audit: {finding}" for finding in result.findings)):
        out.print(f"  {line}", markup=False)
    _show_money(result.totals, money)
    _show_withdrawals(result.withdrawals, money)
    _show_checks(result)
    out.print(f"\n{NEXT}", markup=False)


def _row(name: str, one: CostedPeriod, money: Money) -> tuple[object, ...]:
    row, shares = one.told.row, one.told.shares or {}
    return (
        name,
        one.told.period,
        percent_of(row.uptime_ppm if row else None),
        (row.p95_ms or None) if row else None,
        percent_of(row.coverage_ppm if row else None),
        one.told.verdict + (", disputed" if one.told.dispute else ""),
        f"{one.told.credit_bps // 100} %" if one.told.credit_bps else None,
        *(
            money.show(shares[name]) if shares.get(name) else None
            for name in ("provider", "validators", "dao", "customer", "slash")
        ),
        one.gas,
        f"0x{one.transaction.hex()[:10]}",
    )


def _show_money(totals: Totals, money: Money) -> None:
    lines = {
        "in: fees escrowed": totals.fees_in,
        "in: stake": totals.stake_in,
        "in: bonds of disputes": totals.disputes_in,
        "in: bonds of the committee": totals.member_bonds,
        "out: providers earned": totals.provider,
        "out: customer, from fees": totals.customer_from_fees,
        "out: customer, from deposits": totals.customer_from_deposit,
        "out: validators": totals.validators,
        "out: relay": totals.relay,
        "out: winners of disputes": totals.winners,
        "out: DAO": totals.dao,
        "out: bonds of disputes": totals.disputes_out,
        "out: stake withdrawn": totals.stake_out,
        "left: bonds of the committee": totals.member_bonds,
        "left: what rounding keeps": totals.remainders,
    }
    out.print("\n[bold]The money[/bold]")
    for name, value in lines.items():
        out.print(f"  {name.ljust(30)}{money.show(value).rjust(18)}", markup=False)
    show_balance(totals, money)


def show_balance(totals: Totals, money: Money) -> None:
    """The money check, in one line."""
    equation = f"in {money.show(totals.paid_in)} = out {money.show(totals.paid_out)} + left {money.show(totals.left)}"
    verdict = "exact, to the unit" if totals.balanced else "NOT EQUAL"
    out.print(f"  {equation}: {verdict}", markup=False, style="green" if totals.balanced else "red")


def _show_withdrawals(withdrawals: Withdrawals, money: Money) -> None:
    rows = [
        (one.name, money.show(one.earned), money.show(one.stake), f"0x{one.transaction.hex()[:10]}")
        for one in withdrawals.providers
    ]
    out.print()
    columns = ("provider", "earned", "stake", "transaction")
    print_table("The providers' withdrawals", columns, rows, numeric=frozenset({"earned", "stake"}))


def _show_checks(result: DemoResult) -> None:
    out.print("\n[bold]Checks[/bold]")
    for name, held in result.checks.items():
        line = f"  {'ok  ' if held else 'FAIL'}  {name.replace('_', ' ')}"
        out.print(line, markup=False, style="green" if held else "red")
    out.print(f"  {result.seconds} s in all; at most {result.peak_memory_mib} MiB in all processes together", markup=False)
