"""A local chain for trying, testing and showing: Anvil as a child process that never outlives us, and its known accounts."""

from __future__ import annotations

import atexit
import contextlib
import os
import platform
import queue
import re
import shutil
import signal
import subprocess
import threading
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from eth_account import Account

from chain.deployment import DeployParameters, deploy
from chain.keys import Signer
from chain.node import Node, NodeRefused
from governance.errors import BadInput, FatalError

__all__ = ["Anvil", "AnvilFailed", "DeployParameters", "deploy", "dev_signer", "find_anvil", "start_anvil"]

# Known to everyone, and funded on every Anvil: never send real money there.
DEV_MNEMONIC = "test test test test test test test test test test test junk"
CHAIN_ID = 31_337
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
STATE_INTERVAL_S = 1
_LISTENING = re.compile(rb"Listening on 127\.0\.0\.1:(\d+)")
_SAID_BYTES = 4_000
_Started = queue.Queue[subprocess.Popen[bytes] | OSError | int | bytes]  # the process or why not; then its port, or what it said


class AnvilFailed(FatalError):
    """Anvil is missing, or did not start."""


class Anvil:
    """A running Anvil. A context manager; ``stop`` may be called twice. Its chain's clock can be moved, never back.

    ``node`` speaks to it, ``rpc_url`` is its address on loopback, ``pid`` its process.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port
        self.pid = process.pid
        self.rpc_url = f"http://127.0.0.1:{port}"
        self.node = Node(self.rpc_url)
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends the process and waits for its end; it writes its state first, where it keeps one. Kills it if it does not obey."""
        atexit.unregister(self.stop)
        _end(self._process)

    def signer(self, account: int) -> Signer:
        """The signer of one of the funded accounts, counted from 0."""
        return dev_signer(account)

    def fund(self, address: str, wei: int = 10**20) -> None:
        """Sets an account's balance of the native coin."""
        self.node.request("anvil_setBalance", address, hex(wei))

    def mine(self, blocks: int = 1) -> None:
        """Makes blocks now."""
        self.node.request("anvil_mine", hex(blocks))

    def set_next_timestamp(self, time_s: int) -> None:
        """Gives the next block this time (Unix seconds). BadInput where it lies before the newest block's."""
        try:
            self.node.request("evm_setNextBlockTimestamp", time_s)
        except NodeRefused as error:
            raise BadInput(f"the chain's clock cannot be set to {time_s}", value=time_s, remedy=error.reason) from error

    def move_to(self, time_s: int) -> None:
        """Makes a block with this time (Unix seconds), from which the chain's clock then goes on."""
        self.set_next_timestamp(time_s)
        self.mine()

    def increase(self, seconds: int) -> None:
        """Makes a block this many seconds after the newest one."""
        self.move_to(self.node.block("latest").timestamp_s + seconds)


def start_anvil(
    *,
    binary: Path | str | None = None,
    block_time_s: int | None = None,
    block_per_transaction: bool = False,
    timestamp_s: int | None = None,
    state: Path | None = None,
    accounts: int = 10,
    port: int = 0,
    timeout_s: float = START_TIMEOUT_S,
) -> Anvil:
    """Starts Anvil on loopback and returns when it answers.

    ``block_time_s`` None mines a block per transaction; with a block time, ``block_per_transaction`` mines those as well.
    ``timestamp_s`` is the first block's time; ``state`` is a file that keeps the chain between runs, written every second and
    at the end; ``port`` 0 takes a free one. The process dies with this one, however that ends, and does not hear a Ctrl-C meant
    for us. Raises AnvilFailed.
    """
    options = ["--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID), "--accounts", str(accounts)]
    options += ["--mnemonic", DEV_MNEMONIC, "--slots-in-an-epoch", "1"]
    options += ["--block-time", str(block_time_s)] if block_time_s is not None else []
    options += ["--mixed-mining"] if block_time_s is not None and block_per_transaction else []
    options += ["--timestamp", str(timestamp_s)] if timestamp_s is not None else []
    if state is not None:
        options += ["--state", str(state), "--state-interval", str(STATE_INTERVAL_S)]
    return _launch([*_leash(), str(find_anvil(binary)), *options], timeout_s)


def find_anvil(named: Path | str | None = None) -> Path:
    """The Anvil program: the one named, or npm's native one beside this package or under the working directory, or PATH's.

    npm's wrapper script is passed over where the program itself is there: a wrapper that is killed leaves its child behind.
    Raises AnvilFailed.
    """
    if named is not None:
        found = shutil.which(str(named))
        if found is None:
            raise AnvilFailed(f"{named} cannot be run", value=str(named), remedy="name Anvil's program")
        return Path(found)
    for folder in (Path(__file__).resolve().parent.parent, Path.cwd()):
        native = folder / "node_modules" / "@foundry-rs" / f"anvil-{_platform()}" / "bin" / "anvil"
        if native.is_file():
            return native
    on_path = shutil.which("anvil")
    if on_path is None:
        raise AnvilFailed("Anvil is not installed", remedy="make setup brings it, or name it in SURETY_ANVIL")
    return Path(on_path)


@cache
def dev_signer(account: int) -> Signer:
    """The signer of a development account, counted from 0; the same on every machine, funded on every Anvil up to its number."""
    Account.enable_unaudited_hdwallet_features()
    return Signer(bytes(Account.from_mnemonic(DEV_MNEMONIC, account_path=f"m/44'/60'/0'/0/{account}").key))


def _platform() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}-{machine}"


def _leash() -> list[str]:
    """A prefix that lets the kernel end the process when the thread that started it ends, where there is such a thing."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv and platform.system() == "Linux" else []


def _launch(command: list[str], timeout_s: float) -> Anvil:
    """Starts the process from a thread that lives as long as it does: the kernel's leash hangs on the starting thread."""
    started: _Started = queue.Queue()
    threading.Thread(target=_keep, args=(command, started), name="anvil", daemon=True).start()
    process = started.get()
    if not isinstance(process, subprocess.Popen):
        raise AnvilFailed(f"Anvil cannot be started: {process!r}", value=command[0])
    try:
        port = started.get(timeout=timeout_s)
    except queue.Empty:
        port = b"no port within %d s" % timeout_s
    if not isinstance(port, int):
        _end(process)
        words = port.decode(errors="replace") if isinstance(port, bytes) else repr(port)
        raise AnvilFailed(f"Anvil did not start: {words.strip()[-500:]}", value=command, remedy="is the port free?")
    try:
        anvil = Anvil(process, port)
        anvil.node.request("anvil_setLoggingEnabled", False)  # else it prints, and we read, a line per call
    except BaseException:
        _end(process)
        raise
    return anvil


def _keep(command: list[str], started: _Started) -> None:
    """Starts the process, tells its port, and reads what it says until it ends: a full pipe would stop it."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program was looked up, the options are ours
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        started.put(error)
        return
    started.put(process)
    with process:
        _listen(process, started)


def _listen(process: subprocess.Popen[bytes], started: _Started) -> None:
    said = b""
    told = False
    while process.stdout and (piece := os.read(process.stdout.fileno(), 65_536)):
        said = (said + piece)[-_SAID_BYTES:]
        if not told and (found := _LISTENING.search(said)):
            told = True
            started.put(int(found[1]))
    if not told:
        started.put(said or b"it ended without a word")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
