"""Plays the four roles of the README with the README's own commands, as a newcomer would type them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(360)]

PATIENCE_S = 150


@dataclass
class Desk:
    """A newcomer's terminal: a folder that looks like the checkout, and what the README says to type there."""

    folder: Path
    blocks: dict[str, str]
    environment: dict[str, str]

    def start(self, block: str) -> subprocess.Popen[str]:
        with (self.folder / "terminal.log").open("a") as terminal:
            return subprocess.Popen(
                ["bash", "-euc", block],
                cwd=self.folder,
                env=self.environment,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def type(self, block: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def until(self, question: str, holds) -> object:
        """Asks with a --json command until the answer is as wanted."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S:
            answer = json.loads(self.type(question))
            if holds(answer):
                return answer
            time.sleep(1)  # a real chain's real time: nothing here could be injected
        raise AssertionError(f"{question} still says {answer}")


@pytest.fixture(scope="module")
def desk(repository, tmp_path_factory) -> Desk:
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "examples").symlink_to(repository / "examples")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SURETY_")}
    environment["PATH"] = f"{repository / '.venv' / 'bin'}{os.pathsep}{environment['PATH']}"
    return Desk(folder, readme_blocks((repository / "README.md").read_text("utf-8")), environment)


def readme_blocks(text: str) -> dict[str, str]:
    """The README's commands for each role, by the word in bold before them."""
    found = {}
    for lead, block in re.findall(r"([^\n]+)\n\n```sh\n(.*?)```", text, re.DOTALL):
        role = re.search(r"\*\*(?:A|An) ([a-z ]+)\*\*", lead)
        found[role[1] if role else lead] = block
    return found


@pytest.fixture(scope="module")
def devnet(desk) -> Iterator[Desk]:
    up = next(block for lead, block in desk.blocks.items() if "surety up" in block)
    running = desk.start(up)
    try:
        begun = time.monotonic()
        while not (desk.folder / "devnet" / "env").exists():
            assert running.poll() is None, (desk.folder / "terminal.log").read_text()
            assert time.monotonic() - begun < PATIENCE_S, "the stack did not come up"
            time.sleep(0.2)
        yield desk
    finally:
        end(running)
    assert running.returncode == 0, (desk.folder / "terminal.log").read_text()


def end(running: subprocess.Popen[str]) -> None:
    """What Ctrl-C does in a terminal: SIGINT to everybody there."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGINT)
    try:
        running.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_the_readme_has_commands_for_all_four_roles(desk):
    assert {"provider", "customer", "oracle operator", "auditor"} <= set(desk.blocks)


def test_provider_customer_operator_and_auditor_play_their_roles_with_the_readmes_commands(devnet):
    provider, customer = devnet.blocks["provider"], devnet.blocks["customer"]
    operator, auditor = devnet.blocks["oracle operator"], devnet.blocks["auditor"]

    shown = devnet.type(provider)
    assert "registered" in shown
    assert "offer signed" in shown

    running = devnet.start(operator)
    try:
        shown = devnet.type(without_curl(customer))
        agreement = (devnet.folder / "devnet" / "agreement").read_text().strip()
        assert re.fullmatch(r"0x[0-9a-f]{24}", agreement)
        assert f"agreement {agreement}: acme-inference" in shown

        question = f". devnet/env; surety status {agreement} --json"
        told = devnet.until(question, judged)
        assert told["periods"][0]["period"] == 0

        rest = devnet.until(f". devnet/env; {rest_command(customer, agreement)}", lambda answer: answer.get("id") == agreement)
        assert rest["provider_name"] == "Acme Inference"

        shown = devnet.type(auditor)
        assert "Accepted" in shown
        assert "verified" in shown

        reports = json.loads(devnet.type(". devnet/env; surety audit log --json"))
        newest = [event for event in reports if event["event"] == "Reported"][-1]
        assert newest["values"]["observers"] & 0b1000, "the fourth oracle did not take part"

        shown = devnet.type(". devnet/env; surety provider claim --keystore devnet/acme.json")
        assert re.search(r"\d+\.\d\d mUSD to 0x", shown)

        ended = f". devnet/env; surety agreement end {agreement} --keystore devnet/keys/customer.json --json"
        assert int(json.loads(devnet.type(ended))["refund"]) > 0

        claim = ". devnet/env; surety oracle claim --json --keystore devnet/keys/oracle-{}.json"
        assert sum(int(json.loads(devnet.type(claim.format(member)))["amount"]) for member in range(4)) > 0
        fees = ". devnet/env; surety relay claim --json --keystore devnet/keys/relay.json"
        assert int(json.loads(devnet.type(fees))["amount"]) > 0
    finally:
        end(running)
    assert running.returncode == 0


def judged(status: dict[str, Any]) -> bool:
    """Whether a period is settled of which enough was seen to judge it: a busy machine misses some."""
    return any(one["state"] == "settled" and one["outcome"] != "no_data" for one in status["periods"])


def without_curl(block: str) -> str:
    return "\n".join(line for line in block.splitlines() if not line.startswith("curl "))


def rest_command(block: str, agreement: str) -> str:
    """The README's own curl line; where there is no curl, the same request by Python."""
    line = next(line for line in block.splitlines() if line.startswith("curl "))
    if shutil.which("curl"):
        return line
    url = line.removeprefix("curl -s ").replace("$(cat devnet/agreement)", agreement)
    return f"python -c 'import urllib.request; print(urllib.request.urlopen(\"{url}\").read().decode())'"
