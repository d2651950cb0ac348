"""“Send a message” in every list of rows: a campaign to the people of what was ticked, or of all that fits the question there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import _
from backend.records import acts, asked, hearers
from backend.records.acts import Act, Params
from backend.records.tables import Table
from backend.web.text import locale
from broadcasts.campaigns import drafts
from broadcasts.campaigns.listing import WRITE, orgs_of

MOST = 2_000_000
"""Rows of a question that the page asks about before it means all."""


def _may(actor: Actor, table: Table) -> bool:
    return hearers.source_of(table) is not None and access.may(actor, WRITE)


def _begin(actor: Actor, table: Table, ids: Sequence[int] | None, params: Params) -> str:
    access.check(actor, WRITE)
    audience: dict[str, Any] = {"kind": f"table:{table.key}"}
    kept = {name: values for name, values in asked.kept(params).items() if name not in ("sort", "as_of")}
    if ids is not None:
        audience |= {"how": "ids", "ids": list(ids)}
    else:
        audience |= {"how": "asked", "asked": kept} if kept else {"how": "all"}
    made = drafts.begin(actor, orgs_of(actor, WRITE)[0][0], audience, None, locale())
    return url_for("campaigns.step", campaign_id=made.id, name="what")


acts.register("notify", Act(_("Send a message…"), _may, _begin, MOST))
