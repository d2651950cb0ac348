"""Putting a campaign together, a page for each step; every step is kept when the page is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import LANGUAGES, Msg, Text, _
from backend.messaging.topics import TOPICS
from backend.printing import record_rows, rows
from backend.settings import settings
from backend.web import session
from backend.web.text import locale, say
from broadcasts.audiences import page_form
from broadcasts.audiences.of_groups import RESIDENTS
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import drafts, outlooks
from broadcasts.campaigns.listing import WRITE, audience_words, blueprint, channel_name, orgs_of
from broadcasts.models import Campaign
from broadcasts.notices import actions as notices
from broadcasts.notices import form as notice_form
from broadcasts.notices import wording as wording_of
from broadcasts.notices.form import Typed
from broadcasts.notices.wording import MOST_BUTTONS, Wording
from broadcasts.quiet import actions as quiet

STEPS: dict[str, Msg] = {
    "who": _("Who"),
    "what": _("What it says"),
    "how": _("How"),
    "when": _("When"),
    "look": _("Look over"),
}
ROWS = "ids"
KEPT = "kept"
"""Stands for rows that were ticked: thousands of their numbers have no place in a page."""
CHANNELS_ASKED = 4


@blueprint.get("/new")
@session.needs(WRITE)
def new() -> Any:
    return _who_page(None, request.args.get("notice", type=int))


@blueprint.post("/new")
@session.needs(WRITE)
def begin() -> Any:
    actor = session.current_actor()
    notice_id = request.form.get("notice", type=int)
    try:
        made = drafts.begin(actor, _org(actor), page_form.read(request.form), notice_id, locale())
    except (Invalid, NotFound) as problem:
        return _who_page(None, notice_id, problem), 422
    return redirect(url_for("campaigns.step", campaign_id=made.id, name=_asked("how" if notice_id else "what")), code=303)  # fmt: skip


@blueprint.route("/<int:campaign_id>/write/<name>", methods=["GET", "POST"])
@session.needs(WRITE)
def step(campaign_id: int, name: str) -> Any:
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    access.check(actor, WRITE, campaign.org_id)
    if campaign.state not in campaigns.WRITABLE:
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), code=303)
    if name not in _PAGES:
        raise NotFound()
    page, keep = _PAGES[name]
    if request.method == "GET":
        return page(campaign, None)
    try:
        following = keep(actor, campaign)
    except (Invalid, NotFound) as problem:
        return page(campaigns.seen(actor, campaign_id), problem), 422
    except Conflict as problem:
        flash(say(problem.text), "warning")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), code=303)
    return redirect(url_for("campaigns.step", campaign_id=campaign_id, name=following) if following != "look"
                    else url_for("campaigns.look", campaign_id=campaign_id), code=303)  # fmt: skip


@blueprint.get("/<int:campaign_id>/look")
@session.needs(WRITE)
def look(campaign_id: int) -> Any:
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    access.check(actor, WRITE, campaign.org_id)
    if campaign.state not in campaigns.WRITABLE:
        return redirect(url_for("campaigns.show", campaign_id=campaign_id), code=303)
    if lacking := drafts.lacks(campaign):
        return redirect(url_for("campaigns.step", campaign_id=campaign_id, name=lacking), code=303)
    return render_template("broadcasts/campaign_look.html", steps=STEPS, step="look", **looked_over(actor, campaign))  # fmt: skip


def looked_over(actor: Actor, campaign: Campaign) -> dict[str, Any]:
    """Everything of a campaign that is not sent yet, and what would come of it: the same for who writes it and who approves it."""
    found, problem = None, None
    if not drafts.lacks(campaign):
        try:
            found = outlooks.outlook(actor, campaign)
        except LinliError as error:
            problem = error.text
    return {
        "campaign": campaign,
        "found": found,
        "problem": problem,
        "status": campaigns.WORDS[campaign.state],
        "topic": TOPICS[campaign.topic],
        "told": audience_words(actor, campaign),
        "channels": [channel_name(c) for c in campaign.channels],
        "merge": campaigns.MERGES[campaign.merge],
        "quiet_until": quiet_until(campaign),
        "second": found is not None and campaigns.needs_approval(campaign, found.total),
        "above": settings().broadcast_approval_above,
        "wording": Wording.from_json(campaign.wording),
    }


def quiet_until(campaign: Campaign) -> datetime | None:
    """When it could leave, if that is later than it shall."""
    wanted = max(campaign.send_at or clock.now(), clock.now())
    leaves = quiet.earliest(campaign.org_id, wanted, campaign.topic)
    return leaves if leaves > wanted else None


@blueprint.post("/<int:campaign_id>/discard")
@session.needs(WRITE)
def discard(campaign_id: int) -> Any:
    drafts.discard(session.current_actor(), campaign_id)
    flash(say(_("The draft is thrown away.")), "success")
    return redirect(url_for("campaigns.index"), code=303)


# --- who ------------------------------------------------------------------------------------------------------


def _who_page(
    campaign: Campaign | None, notice_id: int | None = None, problem: LinliError | None = None
) -> str:
    actor = session.current_actor()
    notice = notices.seen(actor, notice_id) if notice_id else None
    audience = campaign.audience if campaign is not None else _everybody(notice.kind if notice else RESIDENTS)
    choices, chosen = page_form.choices(actor, audience), page_form.fields(audience)
    if audience.get("how") == ROWS:
        kept = chosen["who"]
        choices.who[:] = [(title, [(KEPT if v == kept else v, label) for v, label in options]) for title, options in choices.who]  # fmt: skip
        chosen["who"] = KEPT
    if problem is not None:
        chosen |= {name: request.form.get(name, "") for name in ("who", "which", "tag")}
        chosen |= {name: request.form.getlist(name) for name in ("families", "minus")}
        chosen["heads"] = bool(request.form.get("heads"))
    orgs = orgs_of(actor, WRITE)
    return render_template(
        "broadcasts/campaign_who.html",
        campaign=campaign,
        steps=STEPS,
        step="who",
        choices=choices,
        chosen=chosen,
        problem=problem,
        orgs=orgs,
        org=request.form.get("org") or str(campaign.org_id if campaign is not None else orgs[0][0]),
        notice=notice,
    )


def _everybody(kind: str) -> dict[str, Any]:
    """What is proposed: all of a table; of rows that are in none, nothing."""
    return {"kind": kind, "how": "all"} if kind.startswith(f"{record_rows.PREFIX}:") else {}


def _keep_who(actor: Actor, campaign: Campaign) -> str:
    form = request.form.copy()
    if form.get("who") == KEPT:
        kept = {name: v for name, v in campaign.audience.items() if name in ("kind", "how", ROWS)}
        form["who"] = page_form.token(kept)
    drafts.who(actor, campaign.id, _org(actor), page_form.read(form))
    return _asked("what")


# --- what -----------------------------------------------------------------------------------------------------


def _what_page(campaign: Campaign, problem: LinliError | None) -> str:
    actor = session.current_actor()
    typed = Typed(campaign.name, campaign.topic, campaign.kind, Wording.from_json(campaign.wording))
    fields, errors = notice_form.fields(typed), dict[str, Text]()
    if problem is not None:
        errors = {getattr(problem, "field", None) or "text": problem.text}
        if "take" not in request.form:
            fields = dict(request.form.items())
            columns = rows.columns(actor, campaign.kind)
            errors = wording_of.problems(wording_of.trimmed(notice_form.read(fields).wording), columns, locale()) | errors  # fmt: skip
    return render_template(
        "broadcasts/campaign_what.html",
        campaign=campaign,
        steps=STEPS,
        step="what",
        notices=[(n.id, n.name) for n in notices.listed(actor) if n.kind == campaign.kind],
        typed=fields,
        errors=errors,
        leads=notice_form.leads(),
        most_buttons=MOST_BUTTONS,
        names=notice_form.offered(actor),
    )


def _keep_what(actor: Actor, campaign: Campaign) -> str:
    if "take" in request.form:
        notice_id = request.form.get("take", type=int)
        if notice_id is None:
            raise Invalid(_("Which notice? Please choose."), "take")
        drafts.take(actor, campaign.id, notice_id, locale())
        return "what"
    form = dict(request.form.items())
    for code in LANGUAGES:  # a browser that runs no script sends photos along
        file = request.files.get(f"{code}.file")
        if file is not None and file.filename:
            form[f"{code}.photo"] = notices.add_photo(actor, campaign.org_id, file.read(), file.mimetype)
    typed = notice_form.read(form)
    drafts.what(actor, campaign.id, typed.name, typed.wording, locale())
    return _asked("how")


# --- how ------------------------------------------------------------------------------------------------------


def _how_page(campaign: Campaign, problem: LinliError | None) -> str:
    asked = request.form.getlist("channels") if problem is not None else list(campaign.channels)
    return render_template(
        "broadcasts/campaign_how.html",
        campaign=campaign,
        steps=STEPS,
        step="how",
        problem=problem,
        topics=[(key, topic.title) for key, topic in TOPICS.items()],
        topic=request.form.get("topic", campaign.topic),
        channels=[(c, channel_name(c)) for c in campaigns.CHANNELS],
        asked=[*asked, *[""] * CHANNELS_ASKED][: max(CHANNELS_ASKED, len(asked))],
        merges=list(campaigns.MERGES.items()),
        merge=request.form.get("merge", campaign.merge),
    )


def _keep_how(actor: Actor, campaign: Campaign) -> str:
    given = request.form
    channels = [c for c in given.getlist("channels") if c]
    drafts.how(actor, campaign.id, given.get("topic", ""), channels, given.get("merge", ""))
    return _asked("when")


# --- when -----------------------------------------------------------------------------------------------------


def _when_page(campaign: Campaign, problem: LinliError | None) -> str:
    given = request.form if problem is not None else {}
    return render_template(
        "broadcasts/campaign_when.html",
        campaign=campaign,
        steps=STEPS,
        step="when",
        problem=problem,
        begins=given.get("begins", "then" if campaign.send_at else "now"),
        send_at=given.get("send_at", _local(campaign.send_at)),
        expires_at=given.get("expires_at", _local(campaign.expires_at)),
        quiet_until=quiet_until(campaign),
    )


def _keep_when(actor: Actor, campaign: Campaign) -> str:
    given = request.form
    send_at = None
    if given.get("begins") == "then":
        send_at = _moment(given.get("send_at", ""), "send_at")
        if send_at is None:
            raise Invalid(_("When shall it begin? Please choose a day and a time."), "send_at")
    drafts.when(actor, campaign.id, send_at, _moment(given.get("expires_at", ""), "expires_at"))
    return _asked("look")


def _local(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%dT%H:%M}" if at is not None else ""


def _moment(text: str, name: str) -> datetime | None:
    """What a `datetime-local` field gives, on the community's clocks."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=clock.zone())
    except ValueError:
        raise Invalid(_("Please choose a day and a time."), name) from None


# --- all of them ----------------------------------------------------------------------------------------------


_Page = Callable[[Campaign, LinliError | None], str]
_Keep = Callable[[Actor, Campaign], str]
_PAGES: dict[str, tuple[_Page, _Keep]] = {
    "who": (lambda campaign, problem: _who_page(campaign, None, problem), _keep_who),
    "what": (_what_page, _keep_what),
    "how": (_how_page, _keep_how),
    "when": (_when_page, _keep_when),
}


def _asked(otherwise: str) -> str:
    """The step that the pressed button leads to."""
    wanted = request.form.get("to", "")
    return wanted if wanted in STEPS else otherwise


def _org(actor: Actor) -> int:
    given = request.form.get("org", type=int)
    return given if given is not None else orgs_of(actor, WRITE)[0][0]
