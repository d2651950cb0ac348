"""What can be done about visits, and how each is shown in a worker's chat."""

from __future__ import annotations

from backend.care import visit_wording, visits, wording
from backend.care.models import Visit
from backend.care.reports import check as check_report
from backend.care.reports import finish
from backend.care.visits import Gone, cancel, create, go
from backend.core.i18n import Text, _, ngettext
from backend.fields.words import Option, Words
from backend.residents import queries as residents

__all__ = ["Gone", "brief", "cancel", "check_report", "create", "finish", "go", "gone", "shown", "today"]


def brief(visit: Visit) -> Text:
    """On a button: who, and by when."""
    return _("{name}, {time}", name=residents.name_of(visit.resident_id), time=wording.clock_text(visit.due_at))  # fmt: skip


LISTED = 8
"""As many as a text message can number."""


def today(mine: list[Visit]) -> Words:
    """What a worker reads in the morning."""
    return Words(
        ngettext(
            "Good morning. {n} visit is to be done today:",
            "Good morning. {n} visits are to be done today, the most urgent first:",
            len(mine),
        ),
        options=tuple(Option(f"visit.show:{v.id}", brief(v)) for v in mine[:LISTED]),
    )


def shown(visit: Visit) -> Words:
    who = residents.by_id(visit.resident_id)
    words = visit_wording.asked(visit, who.name, visits.place(who.id), visits.about(visit))
    return words if visit.status in ("open", "going") else Words(words.text, words.short)


def gone(done: Gone) -> Words:
    visit = done.visit
    # Whoever goes because of an alarm gets her number also when she keeps it to herself.
    who = (residents.in_need(visit.resident_id) if visit.alarm_id else None) or residents.by_id(
        visit.resident_id
    )
    return Words(
        _("Good. {name}, {place}, phone {phone}. Please report when you know how she is.",
          name=who.name, place=visits.place(who.id), phone=(who.mobile or "-").removeprefix("+86")),
        options=visit_wording.options(visit),
    )  # fmt: skip
