"""What staff added to residents, households, requests, on the page of one of them: their own columns, their own sub-tables."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import _
from backend.records import reading, store, tables
from backend.records.list_web import marks_of
from backend.records.record_web import of_parent, same_of, told
from backend.web.sections import Maker, Section
from backend.web.text import locale

_LINES = 10
"""Of the latest changes."""


def of(key: str) -> Maker:
    """The part of its page, for a built-in table; nothing while staff added nothing to it."""

    def made(actor: Actor, subject_id: int) -> Section | None:
        table = tables.of(key)
        row = store.of_subject(table, subject_id)
        if row is None or row.id is None or not access.may(actor, table.permission("read"), row.org_id):
            return None
        own = tuple(c for c in tables.columns_for(actor, table) if c.id is not None)
        subs = [
            s
            for s in tables.subtables(table)
            if s.source is None and access.may(actor, s.permission("read"), row.org_id)
        ]
        columns = tables.columns_for(actor, table)
        shown = marks_of(actor, table, [row])
        shown["may_mark"] = row.deleted_at is None and access.may(
            actor, table.permission("change"), row.org_id
        )
        marked = [(c.label, row.cells[c.key]) for c in columns if c.key in row.cells and c not in own]
        some = bool(row.colour or row.tags.strip() or row.cells or row.responsible_id)
        others = same_of(actor, table, row)
        if not own and not subs and not some and not others and not shown["may_mark"]:
            return None
        values = reading.shown(table, row, own, locale())
        html = render_template(
            "records/subject.html",
            table=table,
            row=row,
            lines=[(c.label, values.get(c.key, "–"), row.cells.get(c.key, "")) for c in own],
            columns=columns,
            some=some,
            same=others,
            marked=marked,
            **shown,
            told=[line for line in told(table, own, row.id) if line.changes][:_LINES],
            subtables=[
                (s, of_parent(actor, s, row.id), access.may(actor, s.permission("create"), row.org_id))
                for s in subs
            ],
            may_change=any(c.writable for c in own)
            and row.deleted_at is None
            and access.may(actor, table.permission("change"), row.org_id),
        )
        return Section(_("More about it") if own or subs else _("Marks"), Markup(html))  # noqa: S704  # rendered by our own template

    return made
