"""Who may see which item of a resident's file (row A7): the community, the office alone, or only herself.

The office (`ADMINS`) is the default. “Only me” hides an item from staff too, on every page, list, print and export; who needs it by
law sees it for a reason that goes on record (`rights.reveal`), and an alarm brings what helpers need. It stays in use for what she
asked for: a message still reaches her number. “Public” shows it to residents of her community who meet her in something: an event
that both go to. What staff keep in columns of their own is never public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.core import audit, clock, live
from backend.core.db import execute, transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import DEFAULT_LOCALE, Msg, Text, _, render
from backend.records import found_by, state, store, tables
from backend.residents import decisions, file
from backend.residents.form import FILE
from backend.residents.models import PrivacyChoice

PUBLIC = "public"
ADMINS = "admins"
ME = "me"
LEVELS: dict[str, Msg] = {
    PUBLIC: _("The community"),
    ADMINS: _("The office only"),
    ME: _("Only me"),
}
MEANS: dict[str, Msg] = {
    PUBLIC: _("Residents who go to the same event see it next to your name."),
    ADMINS: _("The staff of your community see it, other residents do not."),
    ME: _(
        "Staff do not see it either. Where the law asks for it, a look is possible and stays on record. We still use it to reach you, "
        "and if you call for help, the helpers get it."
    ),
}
"""What each means for her, in words."""
HEALTH = "health"
"""The item that her care provides: medicines and measured values."""
ITEMS: dict[str, tuple[str, ...]] = {
    # Whoever serves her has to know whom: registration is by real name.
    "name": (PUBLIC, ADMINS),
    "mobile": (PUBLIC, ADMINS, ME),
    "email": (PUBLIC, ADMINS, ME),
    "birthday": (PUBLIC, ADMINS, ME),
    "gender": (ADMINS, ME),
    "home": (PUBLIC, ADMINS, ME),
}
"""The items of every file and what can be chosen for each. The ID number is masked for everybody, always."""
_OWN = (ADMINS, ME)
"""For a column that staff made, and for what other parts hold."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another part holds about her, as one item: `held(resident_id)` says whether it holds any."""

    label: Text
    held: Callable[[int], bool]


_elsewhere: dict[str, Elsewhere] = {}


def provide(item: str, label: Text, held: Callable[[int], bool]) -> None:
    """At import: another part holds this about residents, and keeps to what each chooses (`hidden`)."""
    _elsewhere[item] = Elsewhere(label, held)


def elsewhere() -> frozenset[str]:
    """The items that other parts hold."""
    return frozenset(_elsewhere)


_NONE: frozenset[str] = frozenset()


def levels_of(item: str) -> tuple[str, ...]:
    """What can be chosen for an item. Raises Invalid for what is no item."""
    if item in ITEMS:
        return ITEMS[item]
    if item in _elsewhere or item in _own_columns():
        return _OWN
    raise Invalid(_("Please choose what it is about."), "item")


def label(item: str) -> Text:
    """What an item is called; one whose column is out of use by its key."""
    if item in _elsewhere:
        return _elsewhere[item].label
    own = None if item in FILE else _own_columns().get(item)
    return FILE[item].label if item in FILE else own.label if own else item


def settings_of(resident_id: int) -> dict[str, str]:
    """The level of every item that her file holds, in order: the fixed ones, then what staff's own columns say of her."""
    chosen = _chosen([resident_id]).get(resident_id, {})
    others = [item for item, one in _elsewhere.items() if one.held(resident_id)]
    held = [*ITEMS, *_own_values(resident_id), *others]
    return {item: chosen.get(item, ADMINS) for item in held}


def only_hers(resident_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The items that nobody but she may see, by resident; those without any are absent. The ID number tells the birthday, so it goes
    with it."""
    found = _chosen(resident_ids, ME)
    return {
        resident_id: frozenset(items) | ({"id_number"} if "birthday" in items else _NONE)
        for resident_id, items in found.items()
    }


def hidden(resident_id: int) -> frozenset[str]:
    return only_hers([resident_id]).get(resident_id, _NONE)


def shares(resident_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The items that she shows to her community, by resident."""
    found = _chosen(resident_ids, PUBLIC)
    return {resident_id: frozenset(items) for resident_id, items in found.items()}


def choose(resident_id: int, item: str, level: str, *, channel: str) -> None:
    """She decides who may see an item, at once, on the record. Raises Invalid, Conflict."""
    if level not in levels_of(item):
        raise Invalid(_("This cannot be chosen here. Please take one of the answers offered."), "level")
    with transaction():
        resident = decisions.locked(resident_id)
        if resident.status not in ("pending", "approved"):
            raise Conflict(_("This file is closed. Please register again, or call the office."))
        before = settings_of(resident_id).get(item, ADMINS)
        row = PrivacyChoice
        row.delete().where((row.resident == resident_id) & (row.item == item)).execute()
        if level != ADMINS:
            row.create(resident=resident_id, item=item, level=level, channel=channel, at=clock.now())
        found_by.again("resident", resident_id)
        audit.record(
            file.as_actor(resident),
            "resident.privacy",
            file.subject(resident_id),
            org_id=resident.org_id,
            before={item: before},
            after={item: level},
        )
        live.publish(live.ADMIN, {"kind": "resident", "id": resident_id})


def forget(resident_id: int) -> None:
    PrivacyChoice.delete().where(PrivacyChoice.resident == resident_id).execute()


def _chosen(resident_ids: Iterable[int], level: str = "") -> dict[int, dict[str, str]]:
    wanted = list(resident_ids)
    if not wanted:
        return {}
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        sql = _CHOSEN.format(",".join("?" * len(some)))
        for resident_id, item, chosen in execute(sql, some).fetchall():
            if level in ("", chosen):
                found.setdefault(resident_id, {})[item] = chosen
    return found


_AT_ONCE = 500
_CHOSEN = "SELECT resident_id, item, level FROM privacy_choice WHERE resident_id IN ({})"


def _own_columns() -> Mapping[str, tables.Column]:
    return {c.key: c for c in tables.of("resident").open if c.id is not None}


def _own_values(resident_id: int) -> dict[str, Any]:
    """What staff's own columns say of her, by key."""
    table = tables.of("resident")
    row = store.of_subject(table, resident_id)
    if row is None:
        return {}
    values = store.values_of(table, row)
    return {key: values[key] for key in _own_columns() if values.get(key) is not None}


def own_value(resident_id: int, item: str, locale: str) -> str | None:
    """What staff's own column says of her, in full words."""
    value = _own_values(resident_id).get(item)
    return None if value is None else _own_columns()[item].field.show(value, locale)


def held_by_office(resident_id: int) -> dict[str, Any]:
    """What staff's own columns and sub-tables say of her, in words by label: for her own export."""
    table = tables.of("resident")
    row = store.of_subject(table, resident_id)
    if row is None or row.id is None:
        return {}
    own = [c for c in table.columns if c.id is not None]
    told: dict[str, Any] = _in_words(own, store.values_of(table, row))
    for sub in tables.subtables(table, retired=True):
        if sub.source is not None:
            continue
        rows = state.read("parent_id = ? AND table_id = ? AND deleted_at IS NULL", [row.id, sub.id])
        if rows:
            told[render(sub.title, DEFAULT_LOCALE)] = [
                _in_words(sub.columns, store.values_of(sub, each)) for each in rows
            ]
    return told


def _in_words(columns: Iterable[tables.Column], values: Mapping[str, Any]) -> dict[str, str]:
    return {
        render(c.label, DEFAULT_LOCALE): c.field.show(values[c.key], DEFAULT_LOCALE)
        for c in columns
        if values.get(c.key) is not None
    }
