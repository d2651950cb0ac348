"""The audit log, to read and to verify."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.audit import AuditEntry
from backend.core.i18n import _
from backend.core.orgs import Org
from backend.web import listing, nav, session, subjects
from backend.web.text import mask, say

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")

NUMBERS = frozenset({"id_number", "mobile", "phone", "contact_phone", "email"})
"""What identifies or reaches a person."""

nav.register(_("Audit log"), "audit.index", "audit.read", 900, group="system")


@blueprint.get("")
@session.needs("audit.read")
def index() -> Any:
    query = _visible_to(session.current_actor())
    if subject := request.args.get("subject", "").strip():
        query = query.where(AuditEntry.subject == subject)
    if action := request.args.get("action", "").strip():
        query = query.where(AuditEntry.action == action)
    if person := request.args.get("person", "").strip():
        query = query.where(AuditEntry.actor_name.contains(person))
    if since := _day(request.args.get("from")):
        query = query.where(AuditEntry.at >= since)
    if until := _day(request.args.get("until")):
        query = query.where(AuditEntry.at < until + timedelta(days=1))
    actions = [
        row.action for row in AuditEntry.select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    ]
    page = listing.paginate(query.order_by(AuditEntry.id.desc()))
    return render_template(
        "web/audit.html", page=page, actions=actions, payload=_payload, called=subjects.called
    )


@blueprint.post("/verify")
@session.needs("audit.read")
def verify() -> Any:
    verdict = audit.verify()
    if verdict.broken_at is None:
        flash(say(_("The chain is whole: {n} entries, none changed.", n=verdict.entries)), "success")
    else:
        flash(
            say(
                _("The chain breaks at entry {n}: it was changed after it was written.", n=verdict.broken_at)
            ),
            "danger",
        )
    return redirect(url_for("audit.index"), code=303)


def _visible_to(actor: Actor) -> Any:
    """Entries about the actor's own subtree; those that belong to no Org only for who reads at a root of the tree."""
    inside = AuditEntry.org_id.in_(access.org_ids(actor, "audit.read"))
    at_root = (
        Org.select()
        .where(Org.parent.is_null(), Org.path.in_(list(actor.paths("audit.read")) or [""]))
        .exists()
    )
    return AuditEntry.select().where(inside | AuditEntry.org_id.is_null() if at_root else inside)


def _payload(entry: AuditEntry) -> Any:
    return None if entry.payload is None else _masked(json.loads(entry.payload))


def _masked(value: Any) -> Any:
    """That a number changed is to be seen here; the number itself is revealed on its file, for a reason, on the record."""
    if isinstance(value, dict):
        return {
            name: mask(part) if name in NUMBERS and isinstance(part, str) else _masked(part)
            for name, part in value.items()
        }
    return [_masked(part) for part in value] if isinstance(value, list) else value


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text or ""), time(), clock.zone())
    except ValueError:
        return None
