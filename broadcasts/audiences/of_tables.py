"""People by the rows of a table of the dynamic database: all of it, a saved view, a question asked in its list, or rows that were ticked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import DEFAULT_LOCALE, Text, _, ngettext
from backend.records import asked, hearers, query, tables, views
from backend.records.query import Query
from backend.records.tables import Table
from broadcasts.audiences import finding
from broadcasts.audiences.finding import Audience, Way

MOST_TICKED = 50_000
_PREFIX = "table:"
_AT_ONCE = 500


def table_of(audience: Audience) -> Table:
    """Raises Invalid, NotFound."""
    kind = str(audience.get("kind", ""))
    if not kind.startswith(_PREFIX):
        raise Invalid(_("Who shall be told? Please choose."), "audience")
    return tables.of(kind.removeprefix(_PREFIX))


def _question(actor: Actor, audience: Audience) -> Query:
    return on_days(_asked(actor, audience), audience.get("days"))


def on_days(question: Query, days: Mapping[str, Any] | None) -> Query:
    """Of an audience with `"days": {"column": key, "dates": ["1948-03-05", …]}` only rows that have one of the dates there."""
    if days is None:
        return question
    dates = {"field": days["column"], "op": "in", "value": list(days["dates"])}
    return replace(question, where={"and": [question.where, dates]})


def _asked(actor: Actor, audience: Audience) -> Query:
    table = table_of(audience)
    if audience["how"] == "all":
        return Query(table, org_id=audience.get("org"))
    if audience["how"] == "ids":
        return Query(table, where={"ids": [int(i) for i in audience.get("ids", ())]})
    given = (
        audience["asked"]
        if audience["how"] == "asked"
        else views.get(actor, table, int(audience["view"])).asked
    )
    columns = tables.columns_for(actor, table)
    question = asked.read(table, columns, given, DEFAULT_LOCALE)
    known = {c.key for c in columns}
    # A condition that means nothing is left out of the question, which a reader of the list sees: here more people would be told.
    if any(row.problem for row in question.rows) or set(asked.nodes(given)) - known - {""}:
        raise Invalid(
            _("A condition of this question means nothing any more. Please look at the list again."),
            "audience",
        )
    return replace(question.query, as_of=None)


def _by_question(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    return list(islice(query.ids(actor, _question(actor, audience), after), limit))


def among(actor: Actor, question: Query, resident_ids: Sequence[int]) -> list[int]:
    """The rows that fit and are these residents'."""
    rows, found = hearers.rows_of(question.table, resident_ids), list[int]()
    for start in range(0, len(rows), _AT_ONCE):
        some = {"and": [question.where, {"ids": rows[start : start + _AT_ONCE]}]}
        found += query.ids(actor, replace(question, where=some))
    return found


def _whose(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], _identity_ids: Sequence[int]
) -> list[int]:
    return among(actor, _question(actor, audience), resident_ids)


def _counted(actor: Actor, audience: Audience) -> int:
    return query.count(actor, _question(actor, audience), at_most=2_000_000)


def _ticked(actor: Actor, audience: Audience, after: int, limit: int) -> list[int]:
    if "days" in audience:
        return _by_question(actor, audience, after, limit)
    wanted = sorted(i for i in set(map(int, audience.get("ids", ()))) if i > after)
    found: list[int] = []
    for start in range(0, len(wanted), _AT_ONCE):
        # Whoever names a number need not be allowed to know whose it is.
        found += query.ids(actor, _these(audience, wanted[start : start + _AT_ONCE]))
        if len(found) >= limit:
            break
    return found[:limit]


def _these(audience: Audience, ids: Sequence[int]) -> Query:
    return Query(table_of(audience), where={"ids": list(ids)})


def _whose_ticked(
    actor: Actor, audience: Audience, resident_ids: Sequence[int], identity_ids: Sequence[int]
) -> list[int]:
    if "days" in audience:
        return _whose(actor, audience, resident_ids, identity_ids)
    ticked = set(map(int, audience.get("ids", ())))
    return [i for i in hearers.rows_of(table_of(audience), resident_ids) if i in ticked]


def _how_many_ticked(actor: Actor, audience: Audience) -> int:
    if "days" in audience:
        return _counted(actor, audience)
    ids = sorted(set(map(int, audience.get("ids", ()))))
    parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return sum(query.count(actor, _these(audience, part), at_most=_AT_ONCE) for part in parts)


def _of_view(actor: Actor, audience: Audience) -> Text:
    table = table_of(audience)
    return _(
        "{table}: view “{view}”", table=table.title, view=views.get(actor, table, int(audience["view"])).name
    )


def _of_all(_actor: Actor, audience: Audience) -> Text:
    return _("{table}: all", table=table_of(audience).title)


def _of_ticked(_actor: Actor, audience: Audience) -> Text:
    return ngettext("{n} chosen row", "{n} chosen rows", len(audience.get("ids", ())))


def _of_question(actor: Actor, audience: Audience) -> Text:
    _asked(actor, audience)
    return _("{table}: those that were asked for", table=table_of(audience).title)


finding.register("all", Way(_("All of a table"), _by_question, _counted, _of_all, _whose))
finding.register("view", Way(_("A saved view"), _by_question, _counted, _of_view, _whose))
finding.register("asked", Way(_("A question asked in a list"), _by_question, _counted, _of_question, _whose))
finding.register("ids", Way(_("Chosen rows"), _ticked, _how_many_ticked, _of_ticked, _whose_ticked))
