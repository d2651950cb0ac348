"""A report's letters: what the e-mail says, the figures that it leads to, and how it went.

An e-mail can be read by whoever carries it. So it holds no file, and of the figures only those that are of several people; the
whole is opened from here, by the recipient alone, signed in, while her roles still cover all that was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Forbidden, NotFound
from backend.core.i18n import Msg, _, ngettext, render
from backend.fields.words import Words
from backend.messaging import deliveries, outbox, people
from backend.messaging.people import At
from backend.records import tables
from backend.reports.figures import FEW, Figures
from backend.reports.models import Report, ReportLetter, ReportRun
from backend.settings import settings
from backend.staff import queries as staff

KEPT = timedelta(days=90)
"""How long the figures of a letter can be opened."""
STATUS: dict[str, Msg] = {
    "sent": _("sent"),
    "lost": _("could not be delivered"),
    "left": _("not sent: the account is closed"),
    "no_right": _("not sent: may not read this table"),
    "no_address": _("not sent: has no e-mail address"),
    "unfit": _("not sent: the report does not fit its table any more"),
    "gone": _("not sent: the table is not there any more"),
    "failed": _("not sent: it could not be counted"),
}


def say(report: Report, letter: Any, who: Any, figures: Figures) -> None:
    """Put the letter into the outbox. Belongs inside the transaction that writes it down."""
    address = people.ensure("email", who.email, who.locale, report.org_id)
    message_id = outbox.say(
        At(address.id),
        Words(_text(report, letter.id, figures, who.locale), subject=_subject(report, figures)),
        purpose="report",
        dedupe=f"report:{letter.run_id}:{who.id}",
        about=f"report:{report.id}",
    )
    ReportLetter.update(message_id=message_id).where(ReportLetter.id == letter.id).execute()


def _subject(report: Report, figures: Figures) -> str:
    return f"{report.name} · {clock.local(figures.as_of or figures.made_at):%Y-%m-%d}"


def _text(report: Report, letter_id: int, figures: Figures, locale: str) -> str:
    at = f"{clock.local(figures.as_of or figures.made_at):%Y-%m-%d %H:%M}"
    lines = [render(_("“{name}”, as of {when}.", name=report.name, when=at), locale)]
    if figures.total >= FEW:
        rows = ngettext("{n} row", "{n} rows", figures.total)
        lines.append(render(_("{table}: {rows}", table=figures.title, rows=rows), locale))
    if told := figures.listed:
        lines.append("\n".join(f"{g.label}: {g.rows}" + _change(g) for g in told))
    link = f"{settings().base_url}/admin/reports/letters/{letter_id}"
    lines.append(render(_("All figures, after signing in: {link}", link=link), locale))
    if files := report.files.split():
        lines.append("\n".join(f"{_NAMES[f]}: {link}?as={f}" for f in files))
    days = render(
        _("They can be opened for {n} days. Figures about few people stand in no e-mail.", n=KEPT.days),
        locale,
    )
    return "\n\n".join([*lines, days])


_NAMES = {"pdf": "PDF", "excel": "Excel"}


def _change(group: Any) -> str:
    return "" if group.before is None else f" ({group.rows - group.before:+d})"


def opened(actor: Actor, letter_id: int) -> tuple[Report, ReportLetter, Figures]:
    """A letter of the actor's own, which is noted as read. Raises NotFound, and Forbidden when less may be read now than then."""
    with transaction():
        letter: Any = ReportLetter.get_or_none(
            (ReportLetter.id == letter_id) & (ReportLetter.staff_id == actor.id)
        )
        if letter is None or letter.status != "sent":
            raise NotFound()
        if letter.figures is None:
            raise NotFound(_("These figures were kept for {n} days and are not there any more.", n=KEPT.days))
        report = letter.run.report
        figures = Figures.from_json(orjson.loads(letter.figures))
        access.check(actor, "report.read")
        now = actor.paths(tables.by_id(report.table_id).permission("read"))
        if not all(any(top.startswith(path) for path in now) for top in figures.tops):
            raise Forbidden(_("Your role covers less than these figures by now."))
        if letter.opened_at is None:
            ReportLetter.update(opened_at=clock.now()).where(ReportLetter.id == letter_id).execute()
    return report, letter, figures


def forget_old() -> int:
    """Drop the figures of old letters; that there was a letter stays."""
    old = (ReportLetter.at < clock.now() - KEPT) & ReportLetter.figures.is_null(False)
    return int(ReportLetter.update(figures=None).where(old).execute())


def forget_named(_resident_id: int) -> None:
    """Somebody is erased: figures that were counted by what people are called or by free text may hold her name, and nobody can
    say which do. They all go; there are few."""
    for letter in ReportLetter.select().where(ReportLetter.figures.is_null(False)):
        if not Figures.from_json(orjson.loads(letter.figures)).safe:
            ReportLetter.update(figures=None).where(ReportLetter.id == letter.id).execute()


# --- what pages tell -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One letter of a sending, to a colleague by name."""

    name: str
    status: str
    letter: ReportLetter


@dataclass(frozen=True, slots=True)
class Sending:
    run: ReportRun
    lines: tuple[Line, ...]


def history(report: Report, limit: int = 30) -> list[Sending]:
    """The last sendings, the newest first, each with everybody who got it or should have."""
    runs = list(
        ReportRun.select().where(ReportRun.report == report.id).order_by(ReportRun.due_at.desc()).limit(limit)
    )
    found: list[Any] = list(
        ReportLetter.select().where(ReportLetter.run.in_([r.id for r in runs])).order_by(ReportLetter.id)
    )
    names = staff.by_ids([letter.staff_id for letter in found])
    status = statuses(found)
    return [
        Sending(
            run,
            tuple(
                Line(names[lt.staff_id].name if lt.staff_id in names else "–", status[lt.id], lt)
                for lt in found
                if lt.run_id == run.id
            ),
        )
        for run in runs
    ]


def statuses(found: Sequence[ReportLetter]) -> dict[int, str]:
    """How each letter went, by its id: as it was written, or "lost" when no delivery of it got through."""
    lost = deliveries.failed([lt.message_id for lt in found if lt.message_id is not None])
    return {lt.id: "lost" if lt.message_id in lost else lt.status for lt in found}


def received(actor: Actor, limit: int = 20) -> list[tuple[ReportLetter, Report, ReportRun]]:
    """The actor's own letters that can be opened, the newest first."""
    rows = (
        ReportLetter.select(ReportLetter, ReportRun, Report)
        .join(ReportRun)
        .join(Report)
        .where(
            ReportLetter.staff_id == actor.id,
            ReportLetter.status == "sent",
            ReportLetter.figures.is_null(False),
        )
        .order_by(ReportLetter.id.desc())
        .limit(limit)
    )
    return [(letter, letter.run.report, letter.run) for letter in rows]
