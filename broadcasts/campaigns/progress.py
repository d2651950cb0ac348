"""A campaign on its way: what waits for a second person, how far it is, what it came to; and what staff do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, Text, _, ngettext
from backend.inbox import queries as inbox
from backend.messaging.topics import TOPICS
from backend.web import session
from backend.web.text import locale, say, when
from broadcasts.campaigns import accounting, figures, recipients
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import trial as campaign_trial
from broadcasts.campaigns.listing import APPROVE, SEE, WRITE, audience_words, blueprint, channel_name
from broadcasts.campaigns.wizard import looked_over
from broadcasts.models import Campaign
from broadcasts.notices.wording import Wording
from broadcasts.quiet import actions as quiet

LOGGED = 40
EVERY_MS = 1_500
"""How often a page looks again at most, for a few thousand people; the more there are, the seldomer."""
REPLIES = 20
HISTORY: dict[str, Msg] = {
    "campaign.create": _("begun"),
    "campaign.change": _("changed"),
    "campaign.submit": _("sent off"),
    "campaign.approve": _("approved"),
    "campaign.grown": _("more people than foreseen: laid before a second person"),
    "campaign.refuse": _("sent back"),
    "campaign.pause": _("paused"),
    "campaign.resume": _("let go on"),
    "campaign.cancel": _("cancelled"),
    "campaign.retry": _("sent once more to those whom it could not reach"),
    "campaign.trial": _("sent to oneself as a trial"),
    "campaign.export": _("people taken away as a file"),
}


@blueprint.get("/<int:campaign_id>")
@session.needs(SEE)
def show(campaign_id: int) -> Any:
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    if campaign.state in campaigns.WRITABLE and access.may(actor, WRITE, campaign.org_id):
        return redirect(url_for("campaigns.look", campaign_id=campaign_id), code=303)
    if campaign.state in (*campaigns.WRITABLE, campaigns.WAITING):
        return _before(actor, campaign)
    return _progress(actor, campaign)


def _before(actor: Actor, campaign: Campaign, problem: Invalid | None = None) -> str:
    own = (campaign.by_kind, campaign.by_id) == (actor.kind, actor.id)
    waits = campaign.state == campaigns.WAITING
    return render_template(
        "broadcasts/campaign_approve.html",
        refusing=problem,
        own=own,
        may_approve=waits and not own and access.may(actor, APPROVE, campaign.org_id),
        may_cancel=waits and access.may(actor, WRITE, campaign.org_id),
        history=_history(campaign),
        **looked_over(actor, campaign),
    )


def _progress(actor: Actor, campaign: Campaign) -> str:
    counts, minutes = accounting.counted(campaign)
    course = figures.course(campaign, minutes)
    may_write = access.may(actor, WRITE, campaign.org_id)
    return render_template(
        "broadcasts/campaign.html",
        campaign=campaign,
        status=campaigns.WORDS[campaign.state],
        topic=TOPICS[campaign.topic],
        told=audience_words(actor, campaign),
        channels=[channel_name(c) for c in campaign.channels],
        merge=campaigns.MERGES[campaign.merge],
        counts=counts,
        states=[(name, words, counts.states[name]) for name, words in accounting.STATES.items() if counts.states[name]],
        by_channel=[(name, channel_name(name), n) for name, n in counts.channels.most_common()],
        left_out=[(name, recipients.REASONS.get(name, name), n) for name, n in counts.left_out.most_common()],
        errors=counts.errors.most_common(10),
        course=course,
        remaining=_long(figures.remaining(counts, course.pace)),
        waits_for=_waits_for(campaign),
        every=max(EVERY_MS, campaign.total // 20),
        replies=inbox.replies(actor, campaign.subject)[:REPLIES],
        history=_history(campaign),
        wording=Wording.from_json(campaign.wording),
        may_write=may_write,
        may_pause=may_write and campaign.state in (campaigns.SCHEDULED, campaigns.FREEZING, campaigns.RUNNING),
        may_resume=may_write and campaign.state == campaigns.PAUSED,
        may_cancel=may_write and campaign.state not in campaigns.OVER,
        may_retry=may_write and campaign.state == campaigns.DONE and counts.states["failed"] > 0,
    )  # fmt: skip


def _waits_for(campaign: Campaign) -> Text:
    """What it waits for though it is at work, "" when nothing."""
    if campaign.state not in (campaigns.SCHEDULED, campaigns.FREEZING, campaigns.RUNNING):
        return ""
    now = clock.now()
    begins = max(campaign.send_at or now, now)
    leaves = quiet.earliest(campaign.org_id, begins, campaign.topic)
    if leaves > begins:
        return _("Quiet hours: it leaves {when}.", when=when(leaves))
    if begins > now:
        return _("It begins {when}.", when=when(begins))
    return ""


def _long(left: Any) -> Text:
    if left is None:
        return ""
    minutes = max(1, round(left.total_seconds() / 60))
    if minutes < 90:
        return ngettext("about {n} minute more", "about {n} minutes more", minutes)
    return ngettext("about {n} hour more", "about {n} hours more", round(minutes / 60))


def _history(campaign: Campaign) -> list[tuple[datetime, str, Text]]:
    """(when, who, what), the newest first."""
    entries = audit.of(campaign.subject, LOGGED)
    return [(e.at, e.actor_name, HISTORY.get(e.action, e.action)) for e in entries]


# --- acts -----------------------------------------------------------------------------------------------------

_ACTS: dict[str, tuple[Callable[[Actor, int], object], Msg]] = {
    "approve": (campaigns.approve, _("Approved. It takes its course.")),
    "pause": (campaigns.pause, _("Paused. What has not left stays here.")),
    "resume": (campaigns.resume, _("It goes on.")),
    "cancel": (campaigns.cancel, _("Cancelled. What has left, has left; nothing more leaves.")),
}


def _act(name: str) -> tuple[Callable[[Actor, int], object], Msg]:
    if name not in _ACTS:
        raise NotFound()
    return _ACTS[name]


@blueprint.post("/<int:campaign_id>/<act>")
@session.staff_only
def act(campaign_id: int, act: str) -> Any:
    actor = session.current_actor()
    to = url_for("campaigns.show", campaign_id=campaign_id)
    try:
        match act:
            case "submit":
                words = _submitted(campaigns.submit(actor, campaign_id))
            case "refuse":
                campaigns.refuse(actor, campaign_id, request.form.get("why", ""))
                words = _("Sent back with your reason.")
            case "retry":
                again = campaigns.retry_failed(actor, campaign_id)
                words = ngettext("Once more to one person.", "Once more to {n} people.", again)
            case "trial":
                campaign_trial.send(actor, campaign_id)
                words = _("A trial is on its way to you.")
            case "copy":
                name = say(_("{name}, again", name=campaigns.seen(actor, campaign_id).name))[:80]
                made = campaigns.copy(actor, campaign_id, name, locale())
                to = url_for("campaigns.look", campaign_id=made.id)
                words = _("This is the copy; nothing is sent yet.")
            case _:
                do, words = _act(act)
                do(actor, campaign_id)
    except Invalid as problem:
        if act == "refuse":
            return _before(actor, campaigns.seen(actor, campaign_id), problem), 422
        flash(say(problem.text), "warning")
    except Conflict as problem:
        flash(say(problem.text), "warning")
    else:
        flash(say(words), "success")
    return redirect(to, code=303)


def _submitted(campaign: Campaign) -> Msg:
    if campaign.state == campaigns.WAITING:
        return _("A second person looks at it now.")
    return _("Planned.") if campaign.send_at is not None else _("Off it goes.")
