"""What the scheduler does for Occasions: at its time each makes a Campaign, exactly once, whichever process dies.

Campaign and next time are written in one transaction, under a lock of the Occasion; (occasion, due time) is unique besides. Of
several times that were missed only the last makes a campaign. What could not start before the following time, or within three
days, is too late (`Campaign.expires_at`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import peewee
import structlog

from backend.core import audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import savepoint, transaction
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.staff import queries as staff
from broadcasts.audiences import finding, of_events_to_come
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.models import Campaign, Occasion
from broadcasts.notices import actions as notices
from broadcasts.occasions import actions as occasions
from broadcasts.occasions.schedule import Rule
from broadcasts.quiet import actions as quiet

GRACE = timedelta(minutes=10)
"""Later than this a time was missed."""
LONGEST = timedelta(days=3)
"""Its campaign may start until then, or until the following time when that is earlier."""
CATCH_UP = 7
"""Days whose people are told late, when the system was away."""
log = structlog.get_logger()


def due() -> int:
    """Make what is due; how many campaigns."""
    ready = (Occasion.state == occasions.ACTIVE) & (Occasion.next_at <= clock.now())
    made = 0
    for row in list(Occasion.select(Occasion.id).where(ready).order_by(Occasion.next_at, Occasion.id)):
        try:
            made += make(row.id)
        except (peewee.OperationalError, peewee.InterfaceError):
            raise  # the database is away: all of them wait
        except Exception:
            # The others shall not wait for it; it is tried again in a moment.
            log.exception("occasion.failed", occasion=row.id)
    return made


JOBS = [("occasions.due", 10, due)]


def make(occasion_id: int) -> bool:
    """The campaign of the time that has come, and the following time; whether there is one: perhaps it is nobody's day."""
    now = clock.now()
    with transaction():
        occasion = occasions.locked(SYSTEM, occasion_id)
        if occasion.state != occasions.ACTIVE or occasion.next_at is None or occasion.next_at > now:
            return False
        rule, tz = Rule.from_json(occasion.rule), quiet.zone(occasion.org_id)
        first, last = occasion.next_at, rule.last_until(occasion.next_at, now, tz)
        occasion.last_due, occasion.next_at = last, rule.next(last, tz)
        if occasion.next_at is None:
            occasion.state = occasions.ENDED
        made = None
        days = _days(first, last, tz)
        expires = min(last + LONGEST, occasion.next_at or last + LONGEST)
        if expires <= now or (occasion.missed == "skip" and now - last > GRACE):
            audit.record(
                SYSTEM,
                "occasion.missed",
                occasions.subject(occasion),
                org_id=occasion.org_id,
                after={"due": last},
            )
        else:
            if occasion.missed == "skip":
                days = days[-1:]
            made = _tried(occasion, last, days, expires)
        occasion.save()
    return made is not None


def _days(first: datetime, last: datetime, tz: ZoneInfo) -> list[date]:
    """The days that came due from `first` to `last`: the last CATCH_UP of them."""
    end = last.astimezone(tz).date()
    passed = min((end - first.astimezone(tz).date()).days, CATCH_UP - 1)
    return [end - timedelta(days=n) for n in range(passed, -1, -1)]


def _tried(occasion: Occasion, at: datetime, days: Sequence[date], expires: datetime) -> Campaign | None:
    """None for nobody. What cannot be made stops the Occasion, and says why."""
    try:
        with savepoint():
            made = _made(staff.actor_by_id(occasion.by_id), occasion, at, days, expires)
    except LinliError as error:
        why = render(error.text, DEFAULT_LOCALE)
        log.warning("occasion.stopped", occasion=occasion.id, why=why)
        occasion.state, occasion.next_at = occasions.STOPPED, None
        audit.record(SYSTEM, "occasion.stopped", occasions.subject(occasion), org_id=occasion.org_id, why=why)
        return None
    if made is not None:
        after = {"campaign": made.id, "due": at}
        audit.record(SYSTEM, "occasion.due", occasions.subject(occasion), org_id=occasion.org_id, after=after)
    return made


def _made(
    actor: Actor, occasion: Occasion, at: datetime, days: Sequence[date], expires: datetime
) -> Campaign | None:
    done = (Campaign.occasion_id == occasion.id) & (Campaign.due_at == at)
    if Campaign.select().where(done).exists():
        return None
    notice = notices.seen(actor, occasion.notice_id)
    if notice.state != notices.ACTIVE:
        raise Invalid(_("Its notice is out of use."))
    if notice.kind != occasion.audience.get("kind"):
        raise Invalid(_("The notice is written for other people. Please choose them anew."))
    audience = occasions.on_day(occasion, days)
    if not finding.count(actor, audience):
        return None
    if audience.get("how") == of_events_to_come.HOW:
        expires = min(expires, max(of_events_to_come.begins(actor, audience).values()))
    day = at.astimezone(quiet.zone(occasion.org_id)).date()
    plan = Plan(
        name=f"{occasion.name} {day.isoformat()}",
        topic=notice.topic,
        kind=notice.kind,
        audience=audience,
        wording=notices.wording_of(notice),
        channels=tuple(occasion.channels),
        merge=occasion.merge,
        expires_at=expires,
        notice_id=notice.id,
        notice_version=notice.version,
        extra={"occasion_id": occasion.id, "due_at": at},
    )
    made = campaigns.draft(actor, occasion.org_id, plan, DEFAULT_LOCALE)
    return campaigns.submit(actor, made.id)
