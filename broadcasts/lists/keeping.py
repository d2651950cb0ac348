"""How long lists from files are kept, and what they hold about a resident: given to her, and forgotten with her file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import audit, retention
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import DEFAULT_LOCALE, _
from backend.messaging import people
from backend.messaging.people import Resident
from backend.printing import batches
from broadcasts.campaigns import actions as campaigns
from broadcasts.lists import actions as lists
from broadcasts.lists import rows as lists_rows
from broadcasts.lists import work
from broadcasts.lists.columns import shown
from broadcasts.models import AudienceList, AudienceRow, Campaign, Occasion


def remove(actor: Actor, list_id: int) -> None:
    """Nothing of it is kept. Raises NotFound, and Conflict while it is read or a campaign to come needs it."""
    with transaction():
        one = lists.seen(actor, list_id, lock=True)
        if one.state in lists.WORKING:
            raise Conflict(_("This list is being read. Please wait a moment."))
        if one.id in _needed():
            raise Conflict(
                _("A campaign or a notice by the clock still needs this list. Please cancel that first.")
            )
        audit.record(actor, "list.remove", lists.subject(one), org_id=one.org_id, before={"name": one.name})
        lists.drop_file(one)
        AudienceRow.delete().where(AudienceRow.list_id == one.id).execute()
        one.delete_instance()


def export(resident_id: int) -> list[dict[str, Any]]:
    """What lists say of her, the oldest first."""
    found = []
    for row in AudienceRow.select().where(_hers(resident_id)).order_by(AudienceRow.id):
        one = AudienceList.get_or_none(AudienceList.id == row.list_id)
        if one is not None:
            named = zip(lists.layout_of(one).columns, work.values_of(row.values), strict=False)
            said = {name: shown(cell, DEFAULT_LOCALE) for (_place, name), cell in named if cell is not None}
            found.append({"list": one.name, "at": one.created_at.isoformat(), "says": said})
    return found


def forget(resident_id: int) -> None:
    """Her rows go, and what was printed from them."""
    hers = list(
        AudienceRow.select(AudienceRow.id, AudienceRow.list_id, AudienceRow.wrong).where(_hers(resident_id))
    )
    for list_id in {row.list_id for row in hers}:
        mine = [row for row in hers if row.list_id == list_id]
        batches.forget((lists_rows.kind_of(list_id),), [row.id for row in mine])
        AudienceRow.delete().where(AudienceRow.id.in_([row.id for row in mine])).execute()
        fewer = sum(row.wrong is None for row in mine)
        AudienceList.update(total=AudienceList.total - fewer).where(
            (AudienceList.id == list_id) & (AudienceList.state == lists.READY)
        ).execute()


def _hers(resident_id: int) -> Any:
    addresses = [i.id for i in people.identities(Resident(resident_id), reachable=False)]
    return (AudienceRow.resident_id == resident_id) | AudienceRow.identity_id.in_(addresses)


# --- how long -----------------------------------------------------------------------------------------------------


def _old(before: datetime) -> list[int]:
    """Those that no campaign to come needs."""
    kinds = _needed()
    query: Any = AudienceList.select(AudienceList.id).where(
        (AudienceList.created_at < before) & AudienceList.state.in_((lists.READY, lists.FAILED))
    )
    return [number for (number,) in query.order_by(AudienceList.id).tuples() if number not in kinds]


def _needed() -> set[int]:
    """The lists that campaigns which are not over and occasions that go on ask for."""
    asked: list[Any] = [c.audience for c in Campaign.select().where(Campaign.state.not_in(campaigns.OVER))]
    asked += [o.audience for o in Occasion.select().where(Occasion.state != "ended")]
    kinds = [str(a.get("kind")) for audience in asked for a in (audience, *audience.get("minus", ()))]
    return {lists_rows.list_of(kind) for kind in kinds if kind.startswith(f"{lists_rows.PREFIX}:")}


def _clear(before: datetime, most: int) -> int:
    """Rows; of a list that has none left its name stays, and that it was cleared."""
    for list_id in _old(before):
        rows: Any = AudienceRow.select(AudienceRow.id).where(AudienceRow.list_id == list_id)
        ids = [number for (number,) in rows.order_by(AudienceRow.id).limit(most).tuples()]
        if ids:
            return int(AudienceRow.delete().where(AudienceRow.id.in_(ids)).execute())
        one = AudienceList.get_by_id(list_id)
        one.total = 0
        lists.move(one, lists.CLEARED)
    return 0


def _count(before: datetime) -> int:
    ids = _old(before)
    return int(AudienceRow.select().where(AudienceRow.list_id.in_(ids)).count()) if ids else 0


retention.register(
    retention.Kind(
        "audience_lists",
        _("Lists of people from files"),
        _("their rows are erased; that there was a list stays"),
        3,
        1,
        _("A list is for a campaign, and needed until its people were told (PIPL, article 19)."),
        _count,
        _clear,
    )
)
