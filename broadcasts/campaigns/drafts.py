"""A campaign put together step by step: each step is kept by itself, in any order, and the whole is looked at when it is sent off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from backend.messaging.topics import TOPICS
from broadcasts.audiences import finding
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import CHANNELS, DRAFT, MERGES, WRITABLE
from broadcasts.models import Campaign
from broadcasts.notices import actions as notices
from broadcasts.notices.wording import Wording

NAME_LENGTH = 80


def begin(
    actor: Actor, org_id: int, audience: Mapping[str, Any], notice_id: int | None, locale: str
) -> Campaign:
    """A draft that has an audience, and with `notice_id` also its words. Raises Forbidden, NotFound, Invalid."""
    access.check(actor, "campaign.write", org_id)
    finding.told(actor, audience)
    now = clock.now()
    said: dict[str, Any] = {"name": "", "topic": "service", "wording": {}}
    if notice_id is not None:
        said = _of_notice(actor, notice_id, audience["kind"], locale)
    with transaction():
        made: Campaign = Campaign.create(
            org_id=org_id, state=DRAFT, kind=audience["kind"], audience=dict(audience), by_kind=actor.kind, by_id=actor.id,
            by_name=actor.name[:80], created_at=now, changed_at=now, **said,
        )  # fmt: skip
        audit.record(
            actor, "campaign.create", made.subject, org_id=org_id, after={"audience": _noted(audience)}
        )
    return made


def who(actor: Actor, campaign_id: int, org_id: int, audience: Mapping[str, Any]) -> Campaign:
    """To whom, and whose campaign it is. Raises NotFound, Forbidden, Conflict once it was sent off, Invalid."""
    access.check(actor, "campaign.write", org_id)
    finding.told(actor, audience)
    values = {"org_id": org_id, "kind": audience["kind"], "audience": dict(audience)}
    return _kept(actor, campaign_id, values)


def take(actor: Actor, campaign_id: int, notice_id: int, locale: str) -> Campaign:
    """What a notice says, in its newest version. Raises NotFound, Forbidden, Conflict, Invalid where these people have no such values."""
    kind = campaigns.seen(actor, campaign_id).kind
    return _kept(actor, campaign_id, _of_notice(actor, notice_id, kind, locale))


def what(actor: Actor, campaign_id: int, name: str, wording: Wording, locale: str) -> Campaign:
    """Words of its own. Raises NotFound, Forbidden, Conflict, Invalid."""
    name = _name(name)
    found = campaigns.seen(actor, campaign_id)
    checked = notices.check_wording(actor, found.kind, found.topic, wording, locale).to_json()
    values: dict[str, Any] = {"name": name, "wording": checked}
    if checked != found.wording:
        values |= {"notice_id": None, "notice_version": None}
    return _kept(actor, campaign_id, values)


def how(actor: Actor, campaign_id: int, topic: str, channels: list[str], merge: str) -> Campaign:
    """`channels` in the order in which they are tried; none: as each person prefers. Raises NotFound, Forbidden, Conflict, Invalid."""
    if topic not in TOPICS:
        raise Invalid(_("What is the notice about? Please choose."), "topic")
    if set(channels) - set(CHANNELS) or merge not in MERGES:
        raise Invalid(_("Please choose one."), "merge")
    values = {"topic": topic, "channels": list(dict.fromkeys(channels)), "merge": merge}
    return _kept(actor, campaign_id, values)


def when(actor: Actor, campaign_id: int, send_at: datetime | None, expires_at: datetime | None) -> Campaign:
    """None: at once, and never too late. Raises NotFound, Forbidden, Conflict, Invalid."""
    now = clock.now()
    if send_at is not None and send_at <= now:
        raise Invalid(_("That moment is over already."), "send_at")
    if expires_at is not None and expires_at <= (send_at or now):
        raise Invalid(_("It would be too late before it begins."), "expires_at")
    return _kept(actor, campaign_id, {"send_at": send_at, "expires_at": expires_at})


def discard(actor: Actor, campaign_id: int) -> None:
    """A draft that nobody wants any more. Raises NotFound, Forbidden, Conflict once it was sent off."""
    with transaction():
        found = _draft(actor, campaign_id)
        if found.submitted_at is not None:
            raise Conflict(_("This has moved on in the meantime. Please look at it again."))
        audit.record(
            actor, "campaign.discard", found.subject, org_id=found.org_id, before={"name": found.name}
        )
        found.delete_instance()
        campaigns.tell(found)


def lacks(campaign: Campaign) -> str:
    """The step that is not done yet, "" when it can be sent off."""
    return "" if campaign.name and campaign.wording else "what"


def _of_notice(actor: Actor, notice_id: int, kind: str, locale: str) -> dict[str, Any]:
    notice = notices.seen(actor, notice_id)
    wording = notices.check_wording(actor, kind, notice.topic, notices.wording_of(notice), locale)
    return {
        "name": notice.name,
        "topic": notice.topic,
        "wording": wording.to_json(),
        "notice_id": notice.id,
        "notice_version": notice.version,
    }


def _kept(actor: Actor, campaign_id: int, values: dict[str, Any]) -> Campaign:
    with transaction():
        found = _draft(actor, campaign_id)
        changed = {name: value for name, value in values.items() if getattr(found, name) != value}
        if not changed:
            return found
        for name, value in changed.items():
            setattr(found, name, value)
        noted = {n: _noted(v) if n == "audience" else v for n, v in changed.items() if n != "wording"}
        audit.record(actor, "campaign.change", found.subject, org_id=found.org_id, after=noted)
        # What was sent back stays so until it is sent off again: the reason is still to be read.
        campaigns.move(found, found.state)
    return found


def _noted(audience: Mapping[str, Any]) -> dict[str, Any]:
    """Without the numbers of thousands of rows."""
    return {name: len(v) if name == "ids" else v for name, v in audience.items()}


def _draft(actor: Actor, campaign_id: int) -> Campaign:
    access.check(actor, "campaign.write", campaigns.seen(actor, campaign_id).org_id)
    found = campaigns.locked(campaign_id)
    if found is None:
        raise NotFound()
    if found.state not in WRITABLE:
        raise Conflict(_("This has moved on in the meantime. Please look at it again."))
    return found


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(_("A campaign needs a name."), "name")
    if len(name) > NAME_LENGTH:
        raise Invalid(_("This is longer than {n} characters.", n=NAME_LENGTH), "name")
    return name
