"""Prints the split vectors as JSON: how a period's fee is divided, paid out purse by purse. Uses nothing of Surety's code."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

MET, BREACH, NO_DATA = 1, 2, 3
WIDEST = 2**128 - 1
Case = dict[str, int]


def case(outcome: int, fee: int, **changes: int) -> Case:
    """The usual case, with changes: 70/20/10, a deposit of five fees, nothing taken from it yet."""
    usual = {"relay_fee": 1_000_000, "validator_bps": 2_000, "dao_bps": 1_000, "credit_bps": 0, "slash_bps": 0}
    found = {"outcome": outcome, "fee": fee, **usual, "deposit": 5 * fee, "deposit_left": 5 * fee} | changes
    assert 0 <= found["deposit_left"] <= found["deposit"] <= WIDEST
    return found


def divide(given: Case) -> dict[str, int]:
    """Fills one purse from the others, in the order in which they are to be asked."""
    fee = given["fee"]
    purse = {"validators": fee * given["validator_bps"] // 10_000, "dao": fee * given["dao_bps"] // 10_000}
    purse["provider"] = fee - sum(purse.values())
    purse |= {"relay": 0, "deposit": given["deposit_left"], "customer_from_fee": 0, "customer_from_deposit": 0, "slash": 0}

    def move(wanted: int, source: str, target: str) -> int:
        moved = min(wanted, purse[source])
        purse[source] -= moved
        purse[target] += moved
        return wanted - moved

    if given["outcome"] == NO_DATA:
        move(fee, "validators", "customer_from_fee")
    else:
        move(given["relay_fee"], "validators", "relay")
    if given["outcome"] == BREACH:
        rest = move(fee * given["credit_bps"] // 10_000, "provider", "customer_from_fee")
        rest = move(rest, "deposit", "customer_from_deposit")
        move(rest, "dao", "customer_from_fee")
        move(given["deposit"] * given["slash_bps"] // 10_000, "deposit", "slash")
    del purse["deposit"]
    return purse


def cases() -> list[Case]:
    """Every edge by hand, then a hundred at random."""
    fee = 1_000_000_000
    edges = [case(outcome, fee) for outcome in (MET, BREACH, NO_DATA)]
    edges += [case(outcome, 19, relay_fee=0) for outcome in (MET, BREACH, NO_DATA)]  # 3.8 and 1.9 round down
    edges += [
        case(BREACH, fee, credit_bps=credit, slash_bps=slash)
        for credit in (1, 2_500, 7_000, 7_001, 10_000)
        for slash in (0, 1_000)
    ]
    edges += [
        case(BREACH, fee, credit_bps=10_000, slash_bps=1_000, deposit_left=left)
        for left in (0, 1, 299_999_999, 300_000_000, 10**9)
    ]
    edges += [case(MET, fee, relay_fee=relay) for relay in (0, 200_000_000, 200_000_001, WIDEST)]
    edges += [case(MET, fee, validator_bps=validators, dao_bps=10_000 - validators) for validators in (0, 5_000, 10_000)]
    edges += [case(outcome, 1, deposit=0, deposit_left=0) for outcome in (MET, BREACH, NO_DATA)]
    edges += [case(BREACH, WIDEST, deposit=WIDEST, deposit_left=WIDEST, credit_bps=10_000, slash_bps=10_000)]
    return edges + [at_random(random.Random(number)) for number in range(100)]


def at_random(source: random.Random) -> Case:
    outcome = source.choice((MET, BREACH, BREACH, NO_DATA))
    fee, deposit = (source.randrange(1, 2 ** source.randrange(1, 128)) for _ in range(2))
    validators = source.randrange(10_001)
    asked = {"credit_bps": source.randrange(10_001), "slash_bps": source.randrange(10_001)} if outcome == BREACH else {}
    return case(
        outcome,
        fee,
        deposit=deposit,
        deposit_left=source.randrange(deposit + 1),
        relay_fee=source.randrange(fee),
        validator_bps=validators,
        dao_bps=source.randrange(10_001 - validators),
        **asked,
    )


def document() -> list[dict[str, Any]]:
    return [{"case": _words(given), "division": _words(divide(given))} for given in cases()]


def _words(numbers: dict[str, int]) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=1) + "\n")
