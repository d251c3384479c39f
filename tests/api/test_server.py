"""The server as a process: it says where it listens, answers, and ends when it is told to, leaving nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.config import ApiConfig
from api.server import PortTaken, address_of, listen, run_api
from governance.errors import BadInput

PROGRAM = """
import json, sys
from api.config import ApiConfig
from api.server import run_api
from chain.addressbook import AddressBook
url, book = sys.argv[1], AddressBook.from_json(sys.argv[2])
run_api(ApiConfig(database_url=url, book=book, port=0), started=lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.fixture
def start(sqlite_story, book, repository: Path):
    """Starts the server as a process of its own; gives the process and the address that it said."""
    running = []

    def started() -> tuple[subprocess.Popen[str], str]:
        written = json.dumps({name: getattr(book, name) for name in book.__dataclass_fields__})
        command = [sys.executable, "-c", PROGRAM, sqlite_story.store.url, written]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository)
        running.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield started
    for process in running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_it_answers_where_it_says_it_listens_and_only_there(start):
    _, address = start()
    assert address.startswith("http://127.0.0.1:")
    answer = httpx.get(f"{address}/healthz")
    assert answer.json() == {"status": "ok"}
    assert "server" not in answer.headers


def test_ctrl_c_ends_it_as_a_return(start):
    process, address = start()
    httpx.get(f"{address}/")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, "ended\n")


def test_a_termination_ends_it_too(start):
    process, address = start()
    httpx.get(f"{address}/healthz")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode in {0, -signal.SIGTERM}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")


def test_many_requests_at_once_are_all_answered(start):
    import asyncio

    _, address = start()

    async def all_at_once() -> list[int]:
        async with httpx.AsyncClient(timeout=30) as client:
            answers = await asyncio.gather(*(client.get(f"{address}/v1/agreements") for _ in range(60)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(all_at_once()) == [200] * 60


def test_a_taken_port_is_an_error_before_anything_is_served(sqlite_story, book):
    with listen("127.0.0.1", 0) as taken:
        port = int(address_of(taken).rpartition(":")[2])
        config = ApiConfig(database_url=sqlite_story.store.url, book=book, port=port)
        with pytest.raises(PortTaken, match=str(port)):
            run_api(config)


@pytest.mark.parametrize("wrong", [{"database_url": "mysql://localhost/x"}, {"rpc_url": "ftp://localhost"}])
def test_a_door_that_can_never_open_is_an_error_before_anything_is_served(sqlite_story, book, wrong):
    with pytest.raises(BadInput):
        run_api(ApiConfig(**({"database_url": sqlite_story.store.url, "book": book, "port": 0} | wrong)), started=print)


def test_importing_opens_nothing(repository: Path):
    """No engine, no thread, no Prolog, no environment: what an import does, every command and every test would pay for."""
    program = (
        "import os, sys, threading\n"
        "import api.server, api.app, api.config\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert 'pyswip' not in sys.modules\n"
        "assert not [name for name in os.listdir('/proc/self/fd') if 'sqlite' in os.path.realpath('/proc/self/fd/' + name)]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=repository, timeout=60)
