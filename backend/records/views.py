"""Questions that staff gave a name: their own, and those that a colleague shares with everybody or with a Role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.core.i18n import _
from backend.records import asked
from backend.records.models import SavedView
from backend.records.tables import Table


def save(
    actor: Actor,
    table: Table,
    name: str,
    params: Mapping[str, Sequence[str]],
    shown: Sequence[str],
    org_id: int,
    *,
    shared: bool = False,
    role: str = "",
) -> int:
    """Give the question a name. Raises Invalid, Forbidden."""
    access.check(actor, table.permission("read"), org_id)
    name = name.strip()[:60]
    if not name:
        raise Invalid(_("A view needs a name."), "name")
    if role and role not in access.ROLES:
        raise Invalid(_("There is no such role."), "role")
    with transaction():
        row = SavedView.create(
            table=table.id, name=name, asked=asked.kept(params), shown=[k for k in shown if k in table.by_key],
            org_id=org_id, shared=shared or bool(role), role=role, by_id=actor.id, by_name=actor.name[:80],
            created_at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor, "view.save", f"table:{table.key}", org_id=org_id, after={"name": name, "role": role}
        )
        return int(row.id)


def seen(actor: Actor, table: Table) -> list[Any]:
    """The views that the actor may open, by name."""
    rows = SavedView.select().where(SavedView.table == table.id).order_by(SavedView.name, SavedView.id)
    return [row for row in rows if _sees(actor, table, row)]


def get(actor: Actor, table: Table, view_id: int) -> Any:
    """Raises NotFound also for one that the actor may not see."""
    row = SavedView.get_or_none((SavedView.id == view_id) & (SavedView.table == table.id))
    if row is None or not _sees(actor, table, row):
        raise NotFound()
    return row


def delete(actor: Actor, table: Table, view_id: int) -> None:
    """Its maker, or who defines the table there. Raises NotFound, Forbidden."""
    with transaction():
        row = get(actor, table, view_id)
        if row.by_id != actor.id and not access.may(actor, "record.define", row.org_id):
            raise Forbidden()
        row.delete_instance()
        audit.record(actor, "view.delete", f"table:{table.key}", org_id=row.org_id, before={"name": row.name})


def _sees(actor: Actor, table: Table, row: Any) -> bool:
    if row.by_id == actor.id and actor.kind == "staff":
        return True
    if not row.shared or (row.role and row.role not in {p.role for p in actor.posts}):
        return False
    path = orgs.get(row.org_id).path
    tops = actor.paths(table.permission("read"))
    if actor.guest:
        return any(path.startswith(top) for top in tops)  # what the office asks is its own business
    return any(top.startswith(path) or path.startswith(top) for top in tops)
