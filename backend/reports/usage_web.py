"""The page of how much each function is used, as Excel too; and what counts the pages themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.i18n import Msg, Text, _
from backend.core.orgs import Org
from backend.records.list_web import orgs_of
from backend.reports import usage, usage_figures, usage_names
from backend.reports.axis import PERIODS
from backend.reports.usage import WHAT, Use
from backend.reports.usage_figures import Figures, Line
from backend.reports.usage_names import PAGE, PLACES, WHO
from backend.web import nav, session, workbook
from backend.web.text import say
from backend.web.workbook import Sheet

blueprint = Blueprint(
    "usage",
    __name__,
    url_prefix="/admin/usage",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
nav.register(_("Usage"), "usage.index", "usage.read", 905, group="system")
NOT_FUNCTIONS = frozenset({"live", "inbox_typing", "webchat_feed"})
"""Parts whose requests nobody makes by hand."""
_FILES = ("text/html", "application/pdf", "application/vnd", "text/csv", "text/calendar", "application/zip")


@blueprint.get("")
@session.needs("usage.read")
def index() -> Any:
    actor = session.current_actor()
    usage.flush()
    unit = request.args.get("by", "week")
    unit = unit if unit in PERIODS else "week"
    until, problem = _until()
    org_id = _org(actor)
    function = request.args.get("function", "")[:80]
    found = usage_figures.told(usage_figures.read(actor, unit, until, org_id), unit, until, function=function)
    if request.args.get("as") == "excel":
        return _excel(found, until)
    return render_template(
        "reports/usage.html",
        figures=found,
        unit=unit,
        units=PERIODS,
        until=until,
        problem=problem,
        org_id=org_id,
        orgs=orgs_of(actor, "usage.read"),
        function=function,
        title_of=_title,
        place_of=lambda name: PLACES.get(name, name),
        role_of=lambda name: WHO.get(name, name),
        what=WHAT,
        page=PAGE,
    )


@blueprint.after_app_request
def note(response: Response) -> Response:
    """Count the page, or the act, when somebody made it by hand and it went well."""
    endpoint = request.endpoint or ""
    part = endpoint.partition(".")[0]
    if response.status_code < 400 and "." in endpoint and part not in NOT_FUNCTIONS and _by_hand(response):
        place, role, org_id = _who()
        if place:
            what = "seen" if request.method == "GET" else "done"
            usage.count(Use(PAGE + endpoint, place, role, org_id, what))
    return response


def _by_hand(response: Response) -> bool:
    if request.method == "POST":
        # What a chat's page posts is a turn, counted where it is answered.
        return request.path.startswith("/admin") or response.mimetype == "text/html"
    fetched = request.headers.get("Sec-Fetch-Dest", "document") != "document"
    redirected = response.status_code >= 300
    endpoint = request.endpoint or ""
    return (
        request.method == "GET"
        and not fetched
        and not redirected
        and not endpoint.endswith("static")
        and (response.mimetype or "").startswith(_FILES)
    )


def _who() -> tuple[str, str, int]:
    """(place, role, Org) behind this request; of several roles the first. No place: before somebody has signed in."""
    if not request.path.startswith("/admin"):
        return "site", "", 0
    known = session.current()
    if known is None or not known.actor.posts:
        return "", "", 0
    post = known.actor.posts[0]
    return "admin", post.role, int(post.org_path.strip("/").rpartition("/")[2] or 0)


def _title(function: str) -> Text:
    """A function's name; where its pages are told one by one, which of them behind it."""
    name = usage_names.of(function)
    own = function.removeprefix(PAGE).partition(".")[2] if function.startswith(PAGE) else ""
    return _("{section}: {page}", section=name, page=usage_names.VIEWS.get(own, own)) if own else name


def _until() -> tuple[date, Msg | None]:
    today = clock.local(clock.now()).date()
    text = request.args.get("until", "")
    if not text:
        return today, None
    try:
        return min(date.fromisoformat(text), today), None
    except ValueError:
        return today, _("“{text}” is no day. Please write it like 2026-03-05.", text=text[:20])


def _org(actor: Actor) -> int | None:
    given = request.args.get("org", "")
    if not (given.isdecimal() and len(given) < 10 and Org.select().where(Org.id == int(given)).exists()):
        return None
    return int(given) if access.may(actor, "usage.read", int(given)) else None


def _excel(found: Figures, until: date) -> Response:
    ends = [say(WHAT[w]) for w in ("started", "finished", "cancelled", "left")]
    places = [say(PLACES.get(p, p)) for p in found.places]
    sheets = [
        Sheet(
            say(_("Conversations with questions")),
            [say(_("Function")), *ends, say(_("Stretch before")), *places],
            [
                [
                    say(_title(line.function)),
                    *(line.what[w] for w in ("started", "finished", "cancelled", "left")),
                    line.before,
                    *(line.places[p] for p in found.places),
                ]
                for line in found.forms
            ],
        ),
        Sheet(
            say(_("Acts in one go")),
            [say(_("Function")), say(_("Uses")), say(_("Stretch before")), *places],
            [_row(line, found.places, line.places) for line in found.acts],
        ),
        Sheet(
            say(_("Pages of the site")),
            [
                say(_("Part of the site")),
                say(_("Uses")),
                say(_("Stretch before")),
                *(say(WHO.get(r, r)) for r in found.roles),
            ],
            [_row(line, found.roles, line.roles) for line in found.pages],
        ),
        Sheet(
            say(_("Over time")),
            ["", say(_("Uses")), *(say(text) for text in PLACES.values())],
            [[name, uses.total(), *(uses[p] for p in PLACES)] for name, uses in found.timeline],
        ),
    ]
    return workbook.download(f"{say(_('Usage'))} {until}", *sheets)


def _row(line: Line, names: Sequence[str], counted: Any) -> list[Any]:
    return [say(_title(line.function)), line.total, line.before, *(counted[n] for n in names)]
