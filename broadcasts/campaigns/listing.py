"""The list of campaigns, and what all their pages share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import Msg, Text, _, ngettext
from backend.core.orgs import Org
from backend.messaging import channels
from backend.messaging.topics import TOPICS
from backend.web import listing, nav, session, subjects
from backend.web.text import when
from broadcasts.audiences import finding
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Campaign

SEE, WRITE, APPROVE = "campaign.read", "campaign.write", "campaign.approve"
blueprint = Blueprint(
    "campaigns",
    __name__,
    url_prefix="/admin/campaigns",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)
CHIPS: dict[str, tuple[Msg, tuple[str, ...]]] = {
    "writing": (_("Being written"), campaigns.WRITABLE),
    "waiting": (campaigns.WORDS[campaigns.WAITING][0], (campaigns.WAITING,)),
    "planned": (campaigns.WORDS[campaigns.SCHEDULED][0], (campaigns.SCHEDULED,)),
    "running": (
        campaigns.WORDS[campaigns.RUNNING][0],
        (campaigns.FREEZING, campaigns.RUNNING, campaigns.PAUSED),
    ),
    "over": (_("Over"), campaigns.OVER),
}
"""The list by what is to be done about them."""


def _waiting(actor: Actor) -> int:
    """Those that wait for this actor to look at them."""
    there = Campaign.org_id.in_(access.org_ids(actor, APPROVE))
    others = ~((Campaign.by_kind == actor.kind) & (Campaign.by_id == actor.id))
    return int(Campaign.select().where((Campaign.state == campaigns.WAITING) & there & others).count())


nav.register(_("Send to many"), "campaigns.index", SEE, 44, _waiting, group="messages")
subjects.register("campaign", _("campaign {number}"), "campaigns.show", "campaign_id")


@blueprint.get("")
@session.needs(SEE)
def index() -> Any:
    actor, given = session.current_actor(), request.args
    found = Campaign.org_id.in_(access.org_ids(actor, SEE))
    if text := given.get("q", "").strip():
        found &= Campaign.name.contains(text)
    if given.get("state") in CHIPS:
        found &= Campaign.state.in_(CHIPS[given["state"]][1])
    if org := given.get("org", type=int):
        found &= Campaign.org_id == org
    if since := _day(given.get("from")):
        found &= Campaign.created_at >= since
    if until := _day(given.get("until")):
        found &= Campaign.created_at < until + timedelta(days=1)
    page = listing.paginate(Campaign.select().where(found).order_by(Campaign.id.desc()))
    return render_template(
        "broadcasts/campaigns.html",
        page=page,
        chips=[(name, words) for name, (words, _states) in CHIPS.items()],
        words=campaigns.WORDS,
        topics=TOPICS,
        told={c.id: audience_words(actor, c) for c in page.items},
        moment=moment,
        orgs=orgs_of(actor, SEE),
        may_write=access.may(actor, WRITE),
        may_note=access.may(actor, "notice.write"),
    )


def _day(given: str | None) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(given or ""), time(), clock.zone())
    except ValueError:
        return None


def audience_words(actor: Actor, campaign: Campaign) -> Text:
    """Whom it goes to; of what is gone by now, or not the reader's to know, the little that is certain."""
    if campaign.total:
        return ngettext("{n} person", "{n} people", campaign.total)
    try:
        return finding.told(actor, campaign.audience)
    except LinliError:
        return "–"


def moment(campaign: Campaign) -> Text:
    """The time that matters most of it."""
    if campaign.ended_at is not None:
        return _("ended {when}", when=when(campaign.ended_at))
    if campaign.started_at is not None:
        return _("since {when}", when=when(campaign.started_at))
    if campaign.send_at is not None:
        return _("planned for {when}", when=when(campaign.send_at))
    return when(campaign.created_at)


def orgs_of(actor: Actor, permission: str) -> list[tuple[int, str]]:
    """Where the actor holds the permission, from the top, as (id, name)."""
    mine = Org.id.in_(access.org_ids(actor, permission)) & Org.level.not_in(orgs.GUESTS)
    return [(o.id, o.name) for o in Org.select().where(mine).order_by(Org.path)]


def channel_name(channel: str) -> Text:
    return channels.NAMES.get(channel, _("Fax") if channel == "fax" else channel)
