"""The life of a campaign, as acts of staff, of other systems and of the clock.

draft → (waiting for a second person) → scheduled → freezing → running ⇄ paused → done; or refused, cancelled, expired, failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock, jobs, live
from backend.core.access import SYSTEM, Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import DEFAULT_LOCALE, Msg, _
from backend.settings import settings
from backend.staff import queries as staff
from broadcasts.api import keys
from broadcasts.audiences import finding, shape
from broadcasts.campaigns import recipients
from broadcasts.models import Campaign
from broadcasts.notices import actions as notices
from broadcasts.notices.wording import Wording

DRAFT, WAITING, SCHEDULED, FREEZING = "draft", "waiting", "scheduled", "freezing"
RUNNING, PAUSED, DONE = "running", "paused", "done"
REFUSED, CANCELLED, EXPIRED, FAILED = "refused", "cancelled", "expired", "failed"
WORDS: dict[str, tuple[Msg, str]] = {
    DRAFT: (_("Draft"), "calm"),
    WAITING: (_("Waits for approval"), "attention"),
    SCHEDULED: (_("Planned"), "calm"),
    FREEZING: (_("Writing down the people"), "calm"),
    RUNNING: (_("On its way"), "calm"),
    PAUSED: (_("Paused"), "attention"),
    DONE: (_("Done"), "good"),
    REFUSED: (_("Sent back"), "attention"),
    CANCELLED: (_("Cancelled"), "attention"),
    EXPIRED: (_("Too late, not sent"), "attention"),
    FAILED: (_("Could not go on"), "urgent"),
}
"""What each state is called, and its tone."""
WRITABLE = (DRAFT, REFUSED)
OVER = (DONE, CANCELLED, EXPIRED, FAILED)
CHANNELS = ("telegram", "webchat", "sms", "email", "voice", "fax")
MERGES: dict[str, Msg] = {
    "person": _("Each person once"),
    "household": _("Each home once"),
}
GROWS = 0.1
"""An audience may grow by so much after a second person approved it: people move in every day."""
STEP = "broadcasts.campaigns.pump.step"
QUEUE = "bulk"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign shall be. `send_at` None: at once when it is sent off; `expires_at`: what has not left by then stays."""

    name: str
    topic: str
    kind: str
    audience: Mapping[str, Any]
    wording: Wording
    channels: tuple[str, ...] = ()
    merge: str = "person"
    send_at: datetime | None = None
    expires_at: datetime | None = None
    notice_id: int | None = None
    notice_version: int | None = None
    sandbox: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Who else had it made: `occasion_id` and `due_at`, or `api_key_id`."""


def draft(actor: Actor, org_id: int, plan: Plan, locale: str) -> Campaign:
    """Not sent yet. Raises Forbidden, Invalid, NotFound."""
    access.check(actor, "campaign.write", org_id)
    plan = _checked(actor, plan, locale)
    now = clock.now()
    with transaction():
        made: Campaign = Campaign.create(
            org_id=org_id, state=DRAFT, by_kind=actor.kind, by_id=actor.id, by_name=actor.name[:80],
            created_at=now, changed_at=now, **columns_of(plan), **plan.extra,
        )  # fmt: skip
        audit.record(actor, "campaign.create", made.subject, org_id=org_id, after={"name": made.name})
    return made


def change(actor: Actor, campaign_id: int, plan: Plan, locale: str) -> Campaign:
    """While it is a draft, or was sent back. Raises NotFound, Forbidden, Conflict, Invalid."""
    with transaction():
        campaign = _locked(actor, campaign_id, *WRITABLE)
        for name, value in columns_of(_checked(actor, plan, locale)).items():
            setattr(campaign, name, value)
        move(campaign, DRAFT)
        audit.record(
            actor, "campaign.change", campaign.subject, org_id=campaign.org_id, after={"name": campaign.name}
        )
    return campaign


def submit(actor: Actor, campaign_id: int) -> Campaign:
    """Send it off: planned at once, or laid before a second person when it goes to many. Sent off already: nothing happens.
    Raises NotFound, Forbidden, Invalid when nobody is in it or something of it is not written yet."""
    with transaction():
        campaign = _locked(actor, campaign_id)
        if campaign.state not in WRITABLE:
            return campaign
        # A draft may be unfinished, and columns come and go.
        _checked(actor, plan_of(campaign), DEFAULT_LOCALE)
        people = finding.count(actor, campaign.audience)
        if not people:
            raise Invalid(_("Nobody is in this audience."), "audience")
        # Who sends it off answers for it.
        campaign.by_kind, campaign.by_id, campaign.by_name = actor.kind, actor.id, actor.name[:80]
        campaign.submitted_at, campaign.refused, campaign.foreseen = clock.now(), None, people
        campaign.approver_id = campaign.approver_name = campaign.approved_at = None
        audit.record(
            actor, "campaign.submit", campaign.subject, org_id=campaign.org_id,
            after={"people": people, "topic": campaign.topic, "wording": campaign.wording},
        )  # fmt: skip
        move(campaign, WAITING if needs_approval(campaign, people) else SCHEDULED)
    return campaign


def needs_approval(campaign: Campaign, people: int) -> bool:
    """Whether a second person must look at it: it goes to many, and no life hangs on the minute."""
    return (
        people > settings().broadcast_approval_above
        and campaign.topic != "emergency"
        and not campaign.sandbox
    )


def outgrown(campaign: Campaign) -> bool:
    """Whether so many more people were written down than it was sent off or approved for, that a second person must look again."""
    if campaign.foreseen is None or not needs_approval(campaign, campaign.total):
        return False
    return campaign.approved_at is None or campaign.total > campaign.foreseen * (1 + GROWS)


def ask_again(campaign: Campaign) -> None:
    """A second person looks at how many it is now, before anybody else is told; inside the caller's transaction."""
    grown = {"foreseen": campaign.foreseen, "people": campaign.total}
    audit.record(SYSTEM, "campaign.grown", campaign.subject, org_id=campaign.org_id, after=grown)
    move(campaign, WAITING)


def approve(actor: Actor, campaign_id: int) -> Campaign:
    """By a second person. Raises NotFound, Forbidden, Conflict for one's own."""
    with transaction():
        campaign = _locked(actor, campaign_id, WAITING, right="campaign.approve")
        if (campaign.by_kind, campaign.by_id) == (actor.kind, actor.id):
            raise Conflict(_("You sent this off yourself. A second person has to look at it."))
        campaign.approver_id, campaign.approver_name = actor.id, actor.name[:80]
        campaign.approved_at = clock.now()
        begun = campaign.started_at is not None
        if begun:
            campaign.foreseen = campaign.total
        audit.record(
            actor,
            "campaign.approve",
            campaign.subject,
            org_id=campaign.org_id,
            after={"people": campaign.foreseen},
        )
        move(campaign, FREEZING if begun else SCHEDULED)
    return campaign


def refuse(actor: Actor, campaign_id: int, why: str) -> Campaign:
    """Back to who wrote it, with a reason; cancelled, where some were told already. Raises NotFound, Forbidden, Conflict, Invalid
    without a reason."""
    if not why.strip():
        raise Invalid(_("Please say what is to be changed."), "why")
    with transaction():
        campaign = _locked(actor, campaign_id, WAITING, right="campaign.approve")
        campaign.refused = why.strip()[:500]
        audit.record(
            actor,
            "campaign.refuse",
            campaign.subject,
            org_id=campaign.org_id,
            after={"why": campaign.refused},
        )
        if recipients.any_told(campaign):
            recipients.end(campaign, "cancelled")
            move(campaign, CANCELLED)
        else:
            recipients.forget_all(campaign)
            move(campaign, REFUSED)
    return campaign


def pause(actor: Actor, campaign_id: int) -> Campaign:
    """What has not left stays here for now. Raises NotFound, Forbidden, Conflict."""
    with transaction():
        campaign = _locked(actor, campaign_id, SCHEDULED, FREEZING, RUNNING)
        recipients.take_back(campaign)
        audit.record(actor, "campaign.pause", campaign.subject, org_id=campaign.org_id)
        move(campaign, PAUSED)
    return campaign


def resume(actor: Actor, campaign_id: int) -> Campaign:
    """Go on where it was. Raises NotFound, Forbidden, Conflict."""
    with transaction():
        campaign = _locked(actor, campaign_id, PAUSED)
        audit.record(actor, "campaign.resume", campaign.subject, org_id=campaign.org_id)
        move(campaign, SCHEDULED if campaign.started_at is None else FREEZING)
    return campaign


def cancel(actor: Actor, campaign_id: int) -> Campaign:
    """What has not left does not leave. Raises NotFound, Forbidden, Conflict when it is over."""
    with transaction():
        campaign = _locked(actor, campaign_id, DRAFT, REFUSED, WAITING, SCHEDULED, FREEZING, RUNNING, PAUSED)
        recipients.end(campaign, "cancelled")
        audit.record(actor, "campaign.cancel", campaign.subject, org_id=campaign.org_id)
        move(campaign, CANCELLED)
    return campaign


def retry_failed(actor: Actor, campaign_id: int) -> int:
    """Once more to those whom it could not reach; how many. Raises NotFound, Forbidden, Conflict while it is not done."""
    with transaction():
        campaign = _locked(actor, campaign_id, DONE)
        again = recipients.again(campaign)
        if again:
            campaign.sums = None
            audit.record(
                actor, "campaign.retry", campaign.subject, org_id=campaign.org_id, after={"people": again}
            )
            move(campaign, RUNNING)
    return again


def copy(actor: Actor, campaign_id: int, name: str, locale: str) -> Campaign:
    """A draft that says the same to the same audience. Raises NotFound, Forbidden, Invalid."""
    old = seen(actor, campaign_id)
    return draft(actor, old.org_id, replace(plan_of(old), name=name, send_at=None, expires_at=None), locale)


def plan_of(campaign: Campaign) -> Plan:
    return Plan(
        campaign.name,
        campaign.topic,
        campaign.kind,
        campaign.audience,
        Wording.from_json(campaign.wording),
        tuple(campaign.channels),
        campaign.merge,
        campaign.send_at,
        campaign.expires_at,
        campaign.notice_id,
        campaign.notice_version,
        campaign.sandbox,
    )


def seen(actor: Actor, campaign_id: int) -> Campaign:
    """Raises NotFound, also for one that the actor may not see."""
    campaign = Campaign.get_or_none(Campaign.id == campaign_id)
    if campaign is None or not access.may(actor, "campaign.read", campaign.org_id):
        raise NotFound()
    return campaign  # type: ignore[no-any-return]


def actor_of(campaign: Campaign) -> Actor:
    """Who answers for it, with today's rights. Raises NotFound when she is gone."""
    return (
        keys.actor_by_id(campaign.by_id) if campaign.by_kind == "api" else staff.actor_by_id(campaign.by_id)
    )


def move(campaign: Campaign, to: str) -> None:
    """Into another state, inside the caller's transaction."""
    now = clock.now()
    campaign.state, campaign.changed_at = to, now
    if to == FREEZING and campaign.started_at is None:
        campaign.started_at = now
    campaign.ended_at = now if to in OVER else None
    campaign.save()
    tell(campaign)
    if to in (SCHEDULED, FREEZING, RUNNING):
        campaign_id = campaign.id
        after_commit(lambda: nudge(campaign_id))


def nudge(campaign_id: int) -> None:
    """A worker looks at it soon."""
    jobs.ask(QUEUE, STEP, campaign_id, once=True)


def tell(campaign: Campaign) -> None:
    """Pages that show it look again."""
    live.publish(live.ADMIN, {"kind": "campaign", "id": campaign.id})


def locked(campaign_id: int) -> Campaign | None:
    """The campaign, which nobody else changes until the transaction ends."""
    query = Campaign.select().where(Campaign.id == campaign_id)
    found: Campaign | None = (query.for_update() if is_postgres() else query).first()
    return found


def due(now: datetime) -> list[int]:
    """Those with something to do: planned ones whose time has come, and those at work."""
    ready = (Campaign.state == SCHEDULED) & (Campaign.send_at.is_null() | (Campaign.send_at <= now))
    at_work = Campaign.state.in_((FREEZING, RUNNING))
    late = Campaign.state.in_((WAITING, PAUSED)) & (Campaign.expires_at <= now)
    return [c.id for c in Campaign.select(Campaign.id).where(ready | at_work | late).order_by(Campaign.id)]


def _locked(actor: Actor, campaign_id: int, *states: str, right: str = "campaign.write") -> Campaign:
    access.check(actor, right, seen(actor, campaign_id).org_id)
    found = locked(campaign_id)
    if found is None:
        raise NotFound()
    if states and found.state not in states:
        raise Conflict(_("This has moved on in the meantime. Please look at it again."))
    return found


def columns_of(plan: Plan) -> dict[str, Any]:
    """What a Campaign keeps of it."""
    return {
        "name": plan.name,
        "topic": plan.topic,
        "kind": plan.kind,
        "audience": dict(plan.audience),
        "wording": plan.wording.to_json(),
        "channels": list(plan.channels),
        "merge": plan.merge,
        "send_at": plan.send_at,
        "expires_at": plan.expires_at,
        "notice_id": plan.notice_id,
        "notice_version": plan.notice_version,
        "sandbox": plan.sandbox,
    }


def _checked(actor: Actor, plan: Plan, locale: str) -> Plan:
    name = plan.name.strip()
    if not name:
        raise Invalid(_("A campaign needs a name."), "name")
    if len(name) > 80:
        raise Invalid(_("This is longer than {n} characters.", n=80), "name")
    if unknown := set(plan.channels) - set(CHANNELS):
        raise Invalid(_("There is no channel named “{name}”.", name=sorted(unknown)[0]), "channels")
    if plan.merge not in MERGES:
        raise Invalid(_("Please choose one."), "merge")
    if plan.expires_at is not None and plan.expires_at <= (plan.send_at or clock.now()):
        raise Invalid(_("It would be too late before it begins."), "expires_at")
    finding.told(
        actor, shape.checked(dict(plan.audience))
    )  # raises Invalid or NotFound for what cannot be looked up
    wording = notices.check_wording(actor, plan.kind, plan.topic, plan.wording, locale)
    return replace(plan, name=name, wording=wording)
