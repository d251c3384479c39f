"""Laws from published SLAs: tier tables in, laws with their tests out, and an account of what no law can say of them."""

from __future__ import annotations

from dataclasses import dataclass

from governance.table_law import law_of
from governance.table_law_tests import tests_of
from governance.table_parts import Part, parts_of
from governance.tier_table import NoTiers, TierTable, read_tier_tables


@dataclass(frozen=True, slots=True)
class TableLaw:
    """A law made of one provider's table, with its tests; ``parts`` say what became of each part of the table.

    ``name`` is that of both files, but for their endings ``.pl`` and ``.plt``.
    """

    id: str
    name: str
    law: str
    tests: str
    parts: tuple[Part, ...]


def laws_from_terms(
    text: str, source: str = "terms", only: str | None = None
) -> tuple[tuple[TableLaw, ...], tuple[NoTiers, ...]]:
    """The laws of a YAML text's tables, and the providers that promise no credit, of which none can be made.

    The same text gives the same laws, to the letter. Raises BadInput with the place of what is wrong; also for a table without
    tiers where it is the ``only`` one that is wanted.
    """
    tables = read_tier_tables(text, source, only)
    without = tuple(table for table in tables if isinstance(table, NoTiers))
    if only is not None and without:
        place = without[0].fields.places["tiers"]
        raise place.bad(f"no law can be made of {only!r}: {without[0].reason}", value=only, remedy="add tiers, or take another")
    return tuple(_law(table) for table in tables if isinstance(table, TierTable)), without


def _law(table: TierTable) -> TableLaw:
    return TableLaw(table.id, table.name, law_of(table), tests_of(table), parts_of(table))
