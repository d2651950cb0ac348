"""What of the lists stands on one's first page: the rows that one is responsible for; for a guest the lists that are hers."""

from __future__ import annotations

from flask import url_for

from backend.core.access import Actor
from backend.core.db import execute
from backend.core.i18n import _, ngettext
from backend.records import query, tables
from backend.records.query import Query
from backend.web import dashboard
from backend.web.dashboard import Card, Item


def _mine(actor: Actor) -> Card | None:
    if actor.guest:
        own = tables.visible(actor)
        items = [
            Item(t.title, url_for("records.rows", key=t.key), ngettext("{n} row", "{n} rows", query.count(actor, Query(t))))
            for t in own
        ]  # fmt: skip
        return Card(_("Your lists"), len(own), items, url_for("records.index"))
    found = execute(
        "SELECT table_id, COUNT(*) FROM record WHERE responsible_id = ? AND deleted_at IS NULL GROUP BY table_id",
        [actor.id],
    ).fetchall()
    items, count = [], 0
    for table_id, rows in sorted(found):
        table = tables.by_id(table_id)
        # A domain that hands its rows over itself tells so in a card of its own.
        if table.retired or (table.source is not None and table.source.handing is not None):
            continue
        items.append(
            Item(
                table.title,
                url_for("records.rows", key=table.key, who="me"),
                ngettext("{n} row", "{n} rows", rows),
            )
        )
        count += rows
    return Card(_("You are responsible for"), count, items) if items else None


dashboard.register(_mine, order=45)
