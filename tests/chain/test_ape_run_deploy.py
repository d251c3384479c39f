"""``ape run deploy`` as a person runs it: killed on the way, run again, and refused in one sentence where something is wrong."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chain.addressbook import AddressBook
from chain.contracts import check_book
from chain.devnet import Anvil
from chain.docket import Docket
from chain.keys import save_keystore

PASSWORD = "a password of its own"
SENDS = 18


class Person:
    """Runs the command with a keystore of ape's; the password comes from the environment."""

    def __init__(self, anvil: Anvil, repository: Path, folder: Path) -> None:
        self.anvil, self.repository, self.folder = anvil, repository, folder
        self.book = folder / "book.json"
        self.parameters = repository / "examples" / "instance.yaml"
        (folder / "ape" / "accounts").mkdir(parents=True)
        save_keystore(folder / "ape" / "accounts" / "deployer.json", PASSWORD, anvil.signer(0), light=True)

    def start(self, *options: str, password: str = PASSWORD) -> subprocess.Popen[str]:
        command = ["ape", "run", "deploy", "--account", "deployer", "--network", self.anvil.rpc_url, "--yes"]
        command += ["--parameters", str(self.parameters), "--book", str(self.book), *options]
        settings = {"PYTHONPATH": str(self.repository), "APE_DATA_FOLDER": str(self.folder / "ape"), "COLUMNS": "200"}
        environment = os.environ | settings | {"APE_ACCOUNTS_deployer_PASSPHRASE": password}
        return subprocess.Popen(
            command,
            cwd=self.repository,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *options: str, password: str = PASSWORD) -> tuple[int, str]:
        """Exit code and all that was said."""
        with self.start(*options, password=password) as process:
            said, _ = process.communicate(timeout=100)
        return process.returncode, said

    def run_and_die(self, transactions: int) -> None:
        """Kills the command when this many transactions were confirmed."""
        with self.start() as process:
            assert process.stdout is not None
            for line in process.stdout:
                transactions -= "Confirmed" in line
                if transactions == 0:
                    process.kill()

    @property
    def sent(self) -> int:
        return self.anvil.node.nonce(self.anvil.signer(0).address)


@pytest.fixture
def person(fresh_anvil: Anvil, repository: Path, tmp_path: Path) -> Person:
    return Person(fresh_anvil, repository, tmp_path)


@pytest.mark.parametrize("at", [7, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 4, 12, 16))])
def test_an_instance_is_deployed_and_verified_though_the_command_was_killed(person: Person, at: int):
    person.run_and_die(at)
    assert not person.book.exists()
    code, said = person.run()
    assert code == 0, said
    assert "verified: " in said
    assert person.sent == SENDS
    book = AddressBook.load(person.book)
    check_book(person.anvil.node, book)
    docket = Docket(person.anvil.node, book, "latest")
    docket.refresh()
    assert len(docket.configurations[0].members) == 4


def test_a_file_for_another_chain_is_refused_before_anything_is_sent(person: Person):
    other = person.folder / "instance.yaml"
    text = person.parameters.read_text().replace("chain_id: 31337", "chain_id: 1").replace("../governance", "governance")
    other.write_text(text)
    (person.folder / "governance").symlink_to(person.repository / "governance")
    person.parameters = other
    code, said = person.run()
    assert code == 1
    assert "Error: the network is chain 31337" in said
    assert "Traceback" not in said
    assert person.sent == 0


def test_a_file_that_is_wrong_is_told_by_its_place(person: Person):
    other = person.folder / "instance.yaml"
    other.write_text(person.parameters.read_text().replace("thaw: 7d", "thaw: 7"))
    person.parameters = other
    code, said = person.run()
    assert code == 1
    assert f"Error: {other}:15:9: thaw is '7'" in said
    assert "Traceback" not in said


def test_a_wrong_password_ends_in_one_sentence(person: Person):
    code, said = person.run(password="another")
    assert code != 0
    assert "Traceback" not in said
    assert "another" not in said
    assert person.sent == 0
