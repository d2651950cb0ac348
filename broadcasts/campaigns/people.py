"""The people of a campaign, one by one: the list, each one's story, the file; and the figures of many campaigns by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Response, render_template, request

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.i18n import _
from backend.messaging.topics import TOPICS
from backend.web import session, workbook
from backend.web.text import say
from backend.web.workbook import Cell, Sheet
from broadcasts.campaigns import accounting, recipients
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import figures as campaign_figures
from broadcasts.campaigns import stories as campaign_stories
from broadcasts.campaigns.listing import SEE, blueprint, channel_name
from broadcasts.campaigns.stories import Filters
from broadcasts.models import Campaign

EXPORT = "resident.export"


@blueprint.get("/<int:campaign_id>/people")
@session.needs(SEE)
def people(campaign_id: int) -> Any:
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    after = request.args.get("after", "")
    lines, further = campaign_stories.listed(
        actor, campaign, _filters(), int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    )  # fmt: skip
    counts = accounting.counts(campaign)
    return render_template(
        "broadcasts/campaign_people.html",
        campaign=campaign,
        lines=lines,
        further=further,
        states=[(name, words, counts.states[name]) for name, (words, _tone) in accounting.STATES.items() if counts.states[name]],
        state_words=accounting.STATES,
        reasons=[(name, recipients.REASONS.get(name, name), n) for name, n in counts.left_out.most_common()],
        channels=[(name, channel_name(name), n) for name, n in counts.channels.most_common()],
        channel_name=channel_name,
        may_export=access.may(actor, EXPORT, campaign.org_id),
        gone=bool(campaign.total) and campaign.sums is not None and not lines and not any(request.args.values()),
    )  # fmt: skip


@blueprint.get("/<int:campaign_id>/people/<int:recipient_id>")
@session.needs(SEE)
def person(campaign_id: int, recipient_id: int) -> Any:
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    return render_template(
        "broadcasts/campaign_person.html",
        campaign=campaign,
        story=campaign_stories.story(actor, campaign, recipient_id),
        despite=campaign_stories.DESPITE,
        state_words=accounting.STATES,
        channel_name=channel_name,
    )


@blueprint.get("/<int:campaign_id>/people.xlsx")
@session.needs(SEE)
def download(campaign_id: int) -> Response:
    """The people that fit the filters, as an Excel file."""
    actor = session.current_actor()
    campaign = campaigns.seen(actor, campaign_id)
    access.check(actor, EXPORT, campaign.org_id)
    audit.record(actor, "campaign.export", campaign.subject, org_id=campaign.org_id, after=_noted(_filters()))
    headers = (_("Number"), _("Name"), _("Status"), _("Why"), _("Channel"), _("Attempts"), _("When"), _("Segments"))  # fmt: skip
    return workbook.download(
        campaign.name, Sheet(campaign.name, [say(h) for h in headers], _cells(actor, campaign))
    )


def _cells(actor: Actor, campaign: Campaign) -> Iterator[list[Cell]]:
    for line in campaign_stories.every(actor, campaign, _filters()):
        yield [
            line.number, line.who, say(accounting.STATES[line.state][0]), say(line.why), say(channel_name(line.channel)),
            line.attempts or None, line.at, line.segments,
        ]  # fmt: skip


def _noted(filters: Filters) -> dict[str, Any]:
    """For the log: whom somebody looked for by name or number is not kept there."""
    given = {name: value for name, value in asdict(filters).items() if value}
    return given | ({"text": True} if filters.text else {})


def _filters() -> Filters:
    given = request.args
    return Filters(
        given.get("state", ""), given.get("reason", ""), given.get("channel", ""), given.get("error", ""), given.get("q", "")
    )  # fmt: skip


@blueprint.get("/statistics")
@session.needs(SEE)
def statistics() -> Any:
    given = request.args
    today = clock.local(clock.now()).date()
    since = date(today.year - 1, today.month, 1) if given.get("span") != "all" else date(2000, 1, 1)
    topic = given.get("topic", "") if given.get("topic") in TOPICS else ""
    channel = given.get("channel", "") if given.get("channel") in campaigns.CHANNELS else ""
    months = campaign_figures.months(session.current_actor(), since, topic, channel)
    return render_template(
        "broadcasts/campaign_statistics.html",
        months=months,
        most=max((m.people for m in months), default=0),
        topics=[(key, t.title) for key, t in TOPICS.items()],
        topic_words=TOPICS,
        channels=[(c, channel_name(c)) for c in campaigns.CHANNELS],
        channel_name=channel_name,
    )
