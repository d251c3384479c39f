"""One policy in the languages of all engines; what it says is in ``bench/law/peers/workload.py``."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def policy_text(name: str) -> str:
    """The text of one of them."""
    return (_HERE / name).read_text()
