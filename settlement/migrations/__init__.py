"""The schema's history, shipped with the package: ``upgrade(url)`` brings a database to the newest version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

VERSION_TABLE = "settlement_version"


def upgrade(url: str) -> None:
    """Creates or upgrades settlement's tables. Safe to call at every start; other tables of the database are not touched."""
    command.upgrade(configuration(url), "head")


def downgrade(url: str, revision: str = "base") -> None:
    """Takes the schema back to an earlier version; ``base`` drops settlement's tables and what is in them."""
    command.downgrade(configuration(url), revision)


def check(url: str) -> None:
    """Raises where the tables of the code and those of the database differ."""
    command.check(configuration(url))


def configuration(url: str) -> Config:
    """Alembic's configuration, without a file: the scripts lie beside this one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config
