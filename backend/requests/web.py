"""The repairs' pages of the admin: list and board, one request, and a request taken on the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from backend.core import access, clock, media, privacy
from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import Msg, Text, _
from backend.messaging import channels
from backend.records import subject_section
from backend.requests import (
    actions,
    clocks,
    columns,
    crew,
    files,
    lifecycle,
    personal,
    queries,
    replies,
    triage,
)
from backend.requests.models import Request
from backend.residents import queries as residents
from backend.web import dashboard, listing, nav, sections, session, subjects
from backend.web.dashboard import Card, Item
from backend.web.sections import Section
from backend.web.text import locale, safe_next, say

__all__ = ["blueprint", "files"]

blueprint = Blueprint(
    "requests",
    __name__,
    url_prefix="/admin/requests",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

TONES = {
    "new": "attention",
    "assigned": "attention",
    "accepted": "calm",
    "on_the_way": "calm",
    "in_progress": "calm",
    "done": "good",
    "closed": "good",
    "cancelled": "calm",
}
URGENCY_TONES = {"emergency": "urgent", "urgent": "attention", "normal": "calm"}
SUGGESTED = 3
SOURCES: dict[str, Text] = {**channels.NAMES, "desk": _("The office")}


nav.register(_("Repairs"), "requests.index", "request.read", 10, badge=queries.waiting, group="community")
subjects.register("request", _("R-{number}"), "requests.show", "number")


def _card(actor: Actor) -> Card | None:
    if not access.may(actor, "request.read"):
        return None
    found = queries.counts(actor)
    late = list(queries.board(actor, queries.Filter(overdue=True)).limit(5))
    first = late or list(queries.board(actor, queries.Filter(status="new")).limit(5))
    return Card(
        _("Repairs: {overdue} overdue, {new} new, {today} visits today", **_figures(found)),
        queries.waiting(actor),
        [
            Item(
                replies.brief(r),
                url_for("requests.show", number=r.number),
                clocks.deadline(r, clock.now()).text,
            )
            for r in first
        ],
        url_for("requests.index", status="open"),
        "urgent" if found.overdue else "attention",
        _("Nothing waits. New repairs appear here by themselves."),
        "request",
    )


def _own_jobs(actor: Actor) -> Card | None:
    """For a worker, who reads no list: what is with them."""
    if access.may(actor, "request.read") or not access.may(actor, "request.progress"):
        return None
    found = queries.jobs_of(actor.id)
    return Card(
        _("Your jobs"),
        len(found),
        [
            Item(
                replies.brief(r), "", f"{r.home.show(locale())} · {say(clocks.deadline(r, clock.now()).text)}"
            )
            for r in found
        ],
        severity="attention",
        empty=_("No job is with you. New ones come to your chat, where you accept and finish them."),
        live="request",
    )


def _figures(found: queries.Counts) -> dict[str, int]:
    return {"overdue": found.overdue, "new": found.new, "today": found.today}


dashboard.register(_card, order=10)
dashboard.register(_own_jobs, order=10)


def _section(actor: Actor, resident_id: int) -> Section | None:
    if not access.may(actor, "request.read", residents.org_of(resident_id)):
        return None
    found = queries.of_resident(resident_id)
    html = render_template(
        "requests/section.html",
        found=found,
        resident_id=resident_id,
        may_add=access.may(actor, "request.create", residents.org_of(resident_id)),
        **_words(),
    )
    return Section(_("Repairs"), Markup(html))  # noqa: S704  # rendered by our own template


sections.register("resident", _section, order=20)
sections.register("request", subject_section.of("request"), order=30)
privacy.register("repairs", personal.export, personal.forget)


def _words() -> dict[str, Any]:
    """What every template of ours uses."""
    now = clock.now()
    return {
        "statuses": lifecycle.LABELS,
        "tones": TONES,
        "urgencies": triage.URGENCY_LABELS,
        "urgency_tones": URGENCY_TONES,
        "categories": {c.code: c.label for c in triage.CATEGORIES},
        "deadline": lambda r: clocks.deadline(r, now),
    }


# --- list and board -------------------------------------------------------------------------------------------


@blueprint.get("")
@session.needs("request.read")
def index() -> Any:
    actor = session.current_actor()
    given = request.args
    wanted = queries.Filter(
        status=given.get("status", ""),
        urgency=given.get("urgency", ""),
        category=given.get("category", ""),
        assignee=given.get("assignee", type=int),
        org=given.get("org", type=int),
        overdue=given.get("late") == "1",
        search=given.get("q", ""),
    )
    board = given.get("view") == "board"
    if board:
        drawn = columns.columns(actor, wanted, {s: given.get(f"after_{s}", "") for s in columns.STATUSES})
        shown = [card for column in drawn for card in column.cards]
        page = listing.Page(shown, sum(column.total for column in drawn), 1, 1)
        areas = sorted({r.org_id for r in shown if r.status == "new"})
    else:
        drawn, areas = [], []
        page = listing.paginate(queries.board(actor, wanted))
        shown = page.items
    return render_template(
        "requests/index.html",
        page=page,
        board=board,
        columns=drawn,
        back=request.full_path if board else "",
        names=queries.assignees(shown),
        workers=queries.workers_seen(actor),
        orgs=queries.orgs_seen(actor),
        may_add=access.may(actor, "request.create"),
        may_assign=access.may(actor, "request.assign"),
        suggested={org_id: crew.workers(org_id)[:SUGGESTED] for org_id in areas},
        **_words(),
    )


# --- one request ----------------------------------------------------------------------------------------------


@blueprint.get("/<int:number>")
@session.needs("request.read")
def show(number: int) -> Any:
    actor = session.current_actor()
    found = queries.seen_by(actor, number)
    may = {
        name: access.may(actor, f"request.{name}", found.org_id)
        for name in ("assign", "comment", "progress", "create")
    }
    return render_template(
        "requests/show.html",
        r=found,
        who=queries.who(found),
        reveal=access.may(actor, "request.progress", found.org_id),
        worker=queries.worker_of(found),
        workers=crew.workers(found.org_id) if may["assign"] else [],
        events=[(e, replies.said_of(e, found.assignee_id)) for e in queries.timeline(found, internal=True)],
        next_acts=_next_acts(found) if may["progress"] else [],
        may=may,
        sources=SOURCES,
        place=found.home.show(locale()),
        acknowledge=clocks.acknowledge(found, clock.now()),
        sections=sections.made("request", actor, number),
        **_words(),
    )


_STEPS: dict[str, Msg] = {
    "accept": _("Accept for the worker"),
    "go": _("Set out"),
    "start": _("Work has begun"),
    "finish": _("Job done"),
}
_ACTS = {"accept": actions.accept, "go": actions.go, "start": actions.start, "finish": actions.finish}


def _next_acts(found: Request) -> list[tuple[str, Msg]]:
    return [(act, label) for act, label in _STEPS.items() if lifecycle.allowed(act, found.status, "worker")]


@blueprint.post("/<int:number>/assign")
@session.staff_only
def assign(number: int) -> Any:
    worker_id = request.form.get("worker", type=int)
    if worker_id is None:
        raise Invalid(_("Please choose who goes."), "worker")
    done = actions.assign(session.current_actor(), number, worker_id)
    return _back(
        number, _("It is with this worker already.") if done.repeated else _("Assigned. Both sides are told.")
    )


@blueprint.post("/<int:number>/act")
@session.staff_only
def act(number: int) -> Any:
    """A step of the worker, taken by the desk for somebody who rings instead of tapping."""
    do = _ACTS.get(request.form.get("act", ""))
    if do is None:
        raise Invalid(_("Please use the buttons of the page."))
    done = do(session.current_actor(), number)
    return _back(
        number, _("That was so already.") if done.repeated else _("Noted, and the resident is told.")
    )


@blueprint.post("/<int:number>/comment")
@session.staff_only
def comment(number: int) -> Any:
    internal = request.form.get("to") == "staff"
    actions.comment_to_resident(
        session.current_actor(), number, request.form.get("text", "").strip()[:1000], internal=internal
    )
    return _back(number, _("Noted for colleagues.") if internal else _("Sent to the resident."))


@blueprint.post("/<int:number>/cancel")
@session.staff_only
def cancel(number: int) -> Any:
    actions.cancel_for_desk(session.current_actor(), number, request.form.get("why", "").strip()[:500])
    return _back(number, _("Cancelled, and the resident is told why. It can be reported again any time."))


@blueprint.post("/<int:number>/close")
@session.staff_only
def close(number: int) -> Any:
    actions.close(session.current_actor(), number)
    return _back(number, _("Closed."))


@blueprint.post("/<int:number>/reopen")
@session.staff_only
def reopen(number: int) -> Any:
    actions.reopen_for_desk(session.current_actor(), number, request.form.get("why", "").strip()[:500])
    return _back(number, _("Open again."))


def _back(number: int, words: Text) -> Any:
    flash(say(words), "success")
    if back := request.form.get("to_board"):
        return redirect(safe_next(back, url_for("requests.index", view="board")), code=303)
    return redirect(url_for("requests.show", number=number), code=303)


@blueprint.get("/<int:number>/photos/<int:photo_id>")
@session.needs("request.read")
def photo(number: int, photo_id: int) -> Any:
    """Decrypted for those who may read the request, and kept by nobody's cache."""
    data, kind = media.load(queries.photo(session.current_actor(), number, photo_id))
    return Response(
        data,
        content_type=kind,
        headers={"Cache-Control": "private, no-store", "Content-Disposition": "inline"},
    )
