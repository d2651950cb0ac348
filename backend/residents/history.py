"""The history of a file for its page: what happened, who did it, what changed, sensitive values masked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from backend.core import audit
from backend.core.i18n import Msg, Text, _, render
from backend.residents import file, privacy
from backend.residents.form import FILE

WORDS: dict[str, Msg] = {
    "resident.register": _("Registered"),
    "resident.join": _("Joined another channel"),
    "resident.claimed": _("Somebody gave this ID number with another phone"),
    "resident.claim_accepted": _("The claim was accepted"),
    "resident.claim_refused": _("The claim was refused"),
    "resident.approve": _("Approved"),
    "resident.reject": _("Rejected"),
    "resident.ask_correction": _("Asked for a correction"),
    "resident.correct": _("Corrected by staff"),
    "resident.change": _("Changed by the resident before the approval"),
    "resident.request_change": _("Asked for a change"),
    "resident.approve_change": _("The change was approved"),
    "resident.reject_change": _("The change was not approved"),
    "resident.place": _("Moved to another grid or community"),
    "resident.note": _("The note was changed"),
    "resident.fax": _("The fax number was changed"),
    "resident.reveal": _("A masked value was looked at"),
    "file.add": _("A file was added"),
    "file.remove": _("A file was removed"),
    "file.restore": _("A removed file was brought back"),
    "file.infected": _("A file with a virus was destroyed"),
    "resident.export": _("Downloaded her own data"),
    "resident.email_confirmed": _("Confirmed the e-mail address"),
    "resident.request_erasure": _("Asked for the deletion of her data"),
    "resident.withdraw_consent": _("Took the consent back"),
    "resident.privacy": _("Chose who may see something"),
    "resident.consent": _("Gave the consent"),
    "resident.consent_asked": _("Was asked for the consent anew"),
    "health.consent": _("Agreed that health data are kept"),
    "health.withdraw": _("Took back the consent to health data"),
    "service.accept": _("A suggestion was taken up"),
    "service.done": _("A suggestion was carried out"),
    "service.dismiss": _("A suggestion was dismissed"),
    "resident.keep": _("The deletion was put off"),
    "resident.erase": _("Erased"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that changed, as a page shows it."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `forgotten`: what it said was erased; that it happened remains."""

    at: datetime
    who: Text
    what: Text
    why: str
    changes: list[Change]
    forgotten: bool


def of(resident_id: int, locale: str) -> list[Line]:
    """Newest first; without what she keeps to herself."""
    private = privacy.hidden(resident_id)
    return [_line(entry, locale, private) for entry in audit.of(file.subject(resident_id))]


def _line(entry: audit.AuditEntry, locale: str, private: frozenset[str]) -> Line:
    payload = json.loads(entry.payload) if entry.payload else {}
    what = WORDS.get(entry.action, entry.action)
    before, after = payload.get("before"), payload.get("after")
    if before and after and entry.action == "resident.privacy":
        shown = _levels(before, after, locale)
    elif before and after:
        shown = changes(file.loaded(before), file.loaded(after), locale, private)
    else:
        shown = []
    who = _("The resident") if entry.actor_kind == "resident" else entry.actor_name
    return Line(entry.at, who, what, payload.get("why", ""), shown, entry.payload is None)


def _levels(before: dict[str, str], after: dict[str, str], locale: str) -> list[Change]:
    """What she chose about an item; one in a column that is out of use is told by its key."""
    return [
        Change(
            privacy.label(item),
            render(privacy.LEVELS[before[item]], locale),
            render(privacy.LEVELS[level], locale),
        )
        for item, level in after.items()
    ]


def changes(
    before: file.Answers, after: file.Answers, locale: str, private: frozenset[str] = frozenset()
) -> list[Change]:
    """What differs, masked."""
    old, new = file.masked(before, locale, private), file.masked(after, locale, private)
    return [
        Change(FILE[name].label, old.get(name, "–"), new.get(name, "–"))
        for name in FILE
        if (name in before or name in after) and before.get(name) != after.get(name)
    ]
