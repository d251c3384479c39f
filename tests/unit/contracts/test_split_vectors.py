"""The model of the split, and the vectors' own maker, agree with tests/vectors/splits.json, as the tests of the contracts do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from governance.values import Outcome
from settlement.split import Stakes, divide

STAKES = ("fee", "deposit", "deposit_left", "validator_bps", "dao_bps", "relay_fee")


def test_the_model_divides_every_vector_as_written(repository: Path) -> None:
    vectors = json.loads((repository / "tests" / "vectors" / "splits.json").read_text())
    assert len(vectors) > 100
    for vector in vectors:
        case = {name: int(number) for name, number in vector["case"].items()}
        stakes = Stakes(**{name: case[name] for name in STAKES})
        division = divide(Outcome(case["outcome"]), case["credit_bps"], case["slash_bps"], stakes)
        assert {name: str(getattr(division, name)) for name in vector["division"]} == vector["division"], case


def test_the_vectors_are_what_their_maker_prints(repository: Path) -> None:
    maker = repository / "tests" / "vectors" / "make_splits.py"
    printed = subprocess.run([sys.executable, maker], capture_output=True, text=True, check=True).stdout
    assert printed == (maker.parent / "splits.json").read_text()
