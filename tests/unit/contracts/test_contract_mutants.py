"""Breaking a line of the contracts breaks a test: one mutant of each source, drawn at random; ``make mutate`` takes all.

The list of survivors is held against the contracts as well: an entry whose mutant is gone fails here at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutate import mutants

SEED = 1


@pytest.mark.timeout(900)
def test_a_broken_line_breaks_a_test(repository: Path) -> None:
    files = {mutant.file for mutant in mutants.of_project(repository)}
    sample = ["--sample", str(len(files)), "--seed", str(SEED), "--fresh"]
    # A folder that stays, so that only what has changed is compiled.
    folder = ["--folder", str(repository / ".build" / "mutate-sample")]
    command = [sys.executable, "-m", "tools.mutate", "--json", *sample, *folder]
    finished = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert found["scores"].keys() == files
    assert found["total"]["killed"] > len(files) / 2, found
