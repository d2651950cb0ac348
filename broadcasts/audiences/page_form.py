"""An audience as fields of a page: what can be chosen, what was chosen, and back. Drawn by `broadcasts/audience.html`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from backend.core.access import Actor
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Text, _
from backend.events import queries as events
from backend.events import wording
from backend.events.printing import KIND as SIGNUPS
from backend.family.topics import KINDS
from backend.records import hearers, tables, views
from backend.records.tables import Table
from broadcasts.audiences import finding, shape
from broadcasts.audiences.finding import HEADS, RELATIVES, Audience
from broadcasts.audiences.of_events import WHICH
from broadcasts.audiences.of_groups import RESIDENTS
from broadcasts.lists import actions as lists
from broadcasts.lists import rows as lists_rows

MOST_EVENTS = 40
MOST_LISTS = 60
_EVENTS = ("published", "over", "cancelled")
_BESIDE = ("which", "tag", "only", "families", "minus")
"""What has fields of its own beside the choice of the people."""
Options = list[tuple[str, Text]]
Offer = Callable[[Actor], Options]
Form = MultiDict[str, str]
"""What a browser posted."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`who` are groups of options; `minus` options that can be taken off. The value of each is its audience as JSON."""

    who: list[tuple[Text, Options]]
    which: Options
    families: Options
    minus: Options


def choices(actor: Actor, audience: Audience | None = None) -> Choices:
    """What this actor may choose; what the audience at hand has chosen is among it."""
    found = [g for title, offer in _OFFERS if (g := (title, offer(actor)))[1]]
    minus = [option for title, options in found for option in options if title not in _NEVER_OFF]
    if audience:
        base = _base(audience)
        if token(base) not in {value for _title, options in found for value, _label in options}:
            found.insert(0, (_("Chosen before"), [(token(base), _named(actor, base))]))
        there = {value for value, _label in minus}
        minus += [(t, _named(actor, m)) for m in audience.get("minus", ()) if (t := token(m)) not in there]
    return Choices(found, list(WHICH.items()), list(RELATIVES.items()), minus)


def fields(audience: Audience | None) -> dict[str, Any]:
    """What stands in the fields."""
    given: Audience = audience or {}
    return {
        "who": token(_base(given)) if given else "",
        "which": given.get("which", "signed"),
        "tag": given.get("tag", ""),
        "heads": given.get("only") == HEADS,
        "families": list(given.get("families") or ()),
        "minus": [token(m) for m in given.get("minus", ())],
    }


def read(form: Form) -> dict[str, Any]:
    """The audience that was chosen. Raises Invalid; whether it can be found, `finding.told` says."""
    audience = _audience(form.get("who", ""))
    if audience["how"] == "event":
        audience["which"] = form.get("which", "") or "signed"
    if audience["how"] == "group" and "relation" not in audience:
        audience["tag"] = form.get("tag", "").strip()
        if not audience["tag"]:
            raise Invalid(_("Which group? Please write its tag, or choose one."), "tag")
    if form.get("heads", ""):
        audience["only"] = HEADS
    if families := [k for k in form.getlist("families") if k in RELATIVES]:
        audience["families"] = families
    if minus := [_audience(text) for text in form.getlist("minus")]:
        audience["minus"] = minus
    return audience


def token(audience: Audience) -> str:
    """An audience as the value of an option."""
    return json.dumps(dict(audience), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _base(audience: Audience) -> dict[str, Any]:
    found = {name: value for name, value in audience.items() if name not in _BESIDE}
    return found | {"tag": ""} if "tag" in audience else found


def _audience(text: str) -> dict[str, Any]:
    """Raises Invalid."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return shape.checked(found)


def _named(actor: Actor, audience: Mapping[str, Any]) -> Text:
    try:
        return finding.told(actor, audience)
    except LinliError:
        return _("(not there any more)")


def _heard(actor: Actor) -> Sequence[Table]:
    return [t for t in tables.visible(actor) if hearers.source_of(t) is not None]


def _tables(actor: Actor) -> Options:
    return [
        (token({"kind": f"table:{t.key}", "how": "all"}), _("{table}: all", table=t.title))
        for t in _heard(actor)
    ]


def _views(actor: Actor) -> Options:
    return [
        (
            token({"kind": f"table:{t.key}", "how": "view", "view": v.id}),
            _("{table}: {view}", table=t.title, view=v.name),
        )
        for t in _heard(actor)
        for v in views.seen(actor, t)
    ]


def _tags(actor: Actor) -> Options:
    return [
        (
            token({"kind": f"table:{t.key}", "how": "group", "tag": ""}),
            _("{table}: with a tag", table=t.title),
        )
        for t in _heard(actor)
    ]


def _relations(actor: Actor) -> Options:
    if RESIDENTS not in {f"table:{t.key}" for t in _heard(actor)}:
        return []
    return [
        (
            token({"kind": RESIDENTS, "how": "group", "relation": kind}),
            _("Residents who are: {relation}", relation=label),
        )
        for kind, label in KINDS.items()
    ]


def _events(actor: Actor) -> Options:
    some = [e for e in events.listed(actor).limit(MOST_EVENTS) if e.status in _EVENTS]
    return [
        (
            token({"kind": SIGNUPS, "how": "event", "event": e.id}),
            _("{event}, {when}", event=e.title, when=wording.when(e)),
        )
        for e in some
    ]


def _lists(actor: Actor) -> Options:
    ready = lists.visible(actor, lists.READY).limit(MOST_LISTS)
    return [
        (
            token({"kind": lists_rows.kind_of(one.id), "how": "list"}),
            _("{list} ({n} people)", list=one.name, n=one.total),
        )
        for one in ready
    ]


_TAGGED: Text = _("Those with a tag")
_OFFERS: list[tuple[Text, Offer]] = [
    (_("Whole tables"), _tables),
    (_("Saved views"), _views),
    (_TAGGED, _tags),
    (_("Who cares for others"), _relations),
    (_("Participants of events"), _events),
    (_("Lists from files"), _lists),
]
_NEVER_OFF = (_TAGGED,)
