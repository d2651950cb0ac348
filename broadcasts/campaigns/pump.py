"""Campaigns at work: people are written down, then told, a portion a transaction. Whatever is killed goes on where it was, and nobody
is told twice. What is due at the providers is never far ahead of what they take."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import peewee
import structlog
from rq.timeouts import BaseTimeoutException

from backend.alarms import queries as alarms
from backend.core import access, clock, db, lease
from backend.core.access import Actor
from backend.core.db import execute, transaction
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import DEFAULT_LOCALE, _, render
from broadcasts import precedence
from broadcasts.audiences.exclusion import Exclusion
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import freezing, recipients, stand_ins, telling
from broadcasts.campaigns.freezing import Portion
from broadcasts.campaigns.recipients import Waiting
from broadcasts.campaigns.telling import Letters
from broadcasts.models import Campaign
from broadcasts.notices.wording import Script, Wording
from broadcasts.quiet import actions as quiet
from conversations.store import HOLDER

PORTION, MEANWHILE = 500, 100
"""People of one transaction, and as long as a critical alarm is unanswered: on SQLite it waits for the transaction under way each time it has something to write."""
AHEAD = 2_000
"""Deliveries of a channel that may be due before the next portion for it is written."""
SLICE_S = 6.0
LEASE_S = 15.0
"""How long a campaign stands still when the worker that is at it dies. It may be too short: what two do at once is done once."""
_PAUSE_S = 0.005
"""Between portions: others write too."""
_ROOM_LOOKS, _ROOM_LOOK_S = 20, 0.05
"""How often it is looked for room at the providers, before the clock has to come by again; and how long after each other."""
_SOON_MS = 60_000
_BEYOND_S = 0.5
"""How often those behind are looked through for people of other channels, while a slow channel is full."""
_passed: dict[int, int] = {}
"""Of a campaign, the last one of those who wait for a full channel, by this process: who is behind is looked at next."""
log = structlog.get_logger()

JOBS = [("campaigns.go_on", 2, lambda: go_on())]


def go_on() -> int:
    """By the clock: ask workers for whatever has something to do; how many."""
    found = campaigns.due(clock.now())
    for campaign_id in found:
        campaigns.nudge(campaign_id)
    return len(found)


def step(campaign_id: int, seconds: float = SLICE_S, ahead: int = AHEAD) -> bool:
    """The RQ job: one turn of work at a campaign; whether something is left that could go on at once. May be called too often."""
    db.reconnect_if_lost()
    name, holder = f"pump:{campaign_id}", f"{HOLDER}:{threading.get_ident()}"
    if not lease.acquire(name, holder, LEASE_S):
        return False  # another worker is at it: both would write the same letters
    try:
        return _step(campaign_id, seconds, ahead)
    finally:
        lease.release(name, holder)


def _step(campaign_id: int, seconds: float, ahead: int) -> bool:
    ends = clock.now() + timedelta(seconds=seconds)
    work = _Work(campaign_id, ahead)
    looks = 0
    try:
        while looks < _ROOM_LOOKS:
            with precedence.letters():
                while (more := work.portion()) and clock.now() < ends:
                    looks = 0
                    threading.Event().wait(_PAUSE_S)
            if not (more or work.ahead):
                break
            if clock.now() >= ends:
                campaigns.nudge(campaign_id)
                return True
            looks += 1
            threading.Event().wait(_ROOM_LOOK_S)
    except (peewee.OperationalError, peewee.InterfaceError, BaseTimeoutException):
        raise  # the database is away, or a worker had no more time: it goes on later
    except Exception as error:
        if not isinstance(error, LinliError):
            log.exception("campaign.failed", campaign=campaign_id)
        with transaction():
            campaign = campaigns.locked(campaign_id)
            if campaign is not None and campaign.state in (
                campaigns.FREEZING,
                campaigns.RUNNING,
                campaigns.SCHEDULED,
            ):
                text = error.text if isinstance(error, LinliError) else type(error).__name__
                campaign.refused = render(text, DEFAULT_LOCALE)[:500]
                campaigns.move(campaign, campaigns.FAILED)
    return False


class _Work:
    """One turn at one campaign: what it needs for every portion is looked up once."""

    def __init__(self, campaign_id: int, most_ahead: int) -> None:
        self._id, self._most_ahead = campaign_id, most_ahead
        self._off: Exclusion | None = None
        self._script: Script | None = None
        self._looked = 0.0
        self.ahead = False
        """Enough is due at the providers already."""

    def portion(self) -> bool:
        """One transaction; whether there is more to do now. What takes long is done before it: others wait for it to end."""
        ready = self._ready()
        if self.ahead:
            return False
        with transaction():
            campaign = campaigns.locked(self._id)
            if campaign is None:
                return False
            if _too_late(campaign):
                return _expire(campaign)
            match campaign.state:
                case campaigns.SCHEDULED if campaign.send_at is None or campaign.send_at <= clock.now():
                    if _quiet(campaign):
                        return False
                    campaigns.move(campaign, campaigns.FREEZING)
                    return True
                case campaigns.FREEZING:
                    return _freeze(campaign, ready) if isinstance(ready, Portion) else True
                case campaigns.RUNNING:
                    return _tell(campaign, ready if isinstance(ready, Letters) else None)
            return False

    def _ready(self) -> Portion | Letters | None:
        """Who is to be written down next, or what the next people would be told as things stand; None where it is nobody's turn."""
        self.ahead = False
        campaign = Campaign.get_or_none(Campaign.id == self._id)
        if campaign is None or _too_late(campaign):
            return None
        if campaign.state == campaigns.FREEZING:
            actor = _answers_for(campaign)
            if self._off is None:
                self._off = freezing.excluded(campaign, actor)
            return freezing.portion(campaign, actor, self._off)
        if campaign.state == campaigns.RUNNING and not _quiet(campaign):
            return self._letters(campaign)
        return None

    def _letters(self, campaign: Campaign) -> Letters | None:
        waiting = self._next(campaign, _full(recipients.queue(campaign), self._most_ahead))
        if not waiting:
            return None
        actor = _answers_for(campaign)
        if self._script is None:
            self._script = Wording.from_json(campaign.wording).script()
        letters = telling.letters(campaign, actor, self._script, waiting)
        letters.seal()
        return letters

    def _next(self, campaign: Campaign, full: set[str]) -> list[Waiting]:
        """The next who are to be told, without those of full channels; `ahead` where these are all that were looked at."""
        self.ahead = bool(full) and (
            set(campaign.channels or campaigns.CHANNELS) <= full or not self._look_beyond()
        )
        if self.ahead:
            return []
        after = _passed.pop(campaign.id, 0) if full else 0
        most = MEANWHILE if alarms.is_any_unanswered() else PORTION
        found = recipients.waiting(campaign, most, after)
        if not full or not found:
            self.ahead = bool(after) and not found
            return found
        _passed[campaign.id] = found[-1].id
        going = telling.without(campaign, found, full)
        self.ahead = not going
        self._looked = 0.0 if going else time.monotonic()
        return going

    def _look_beyond(self) -> bool:
        return time.monotonic() - self._looked >= _BEYOND_S


def _freeze(campaign: Campaign, found: Portion) -> bool:
    if not freezing.write(campaign, found) or found.more:
        return True
    if campaigns.outgrown(campaign):
        campaigns.ask_again(campaign)
        return False
    campaigns.move(campaign, campaigns.RUNNING)
    return True


def _tell(campaign: Campaign, letters: Letters | None) -> bool:
    quiet_now = _quiet(campaign)
    if quiet_now:
        recipients.take_back(campaign)  # it would leave at night
    elif letters is not None:
        if telling.say(campaign, letters):
            campaigns.tell(campaign)
        return True
    if recipients.waiting(campaign, 1):
        return not quiet_now
    if recipients.open_deliveries(campaign):
        return False
    if recipients.held(campaign) or stand_ins.of_failed(campaign):
        return True
    campaigns.move(campaign, campaigns.DONE)
    return False


def _answers_for(campaign: Campaign) -> Actor:
    """Raises Invalid when her rights ended meanwhile: she would find nobody, and everybody would seem to be told."""
    actor = campaigns.actor_of(campaign)
    if not access.may(actor, "campaign.write", campaign.org_id):
        raise Invalid(
            _(
                "Who sent this off may not send to many here any more. A colleague can make a copy and send it to those who wait."
            )
        )
    return actor


def _too_late(campaign: Campaign) -> bool:
    return campaign.expires_at is not None and campaign.expires_at <= clock.now()


def _expire(campaign: Campaign) -> bool:
    if campaign.state in campaigns.OVER or campaign.state in campaigns.WRITABLE:
        return False
    recipients.end(campaign, "expired")
    campaigns.move(campaign, campaigns.DONE if campaign.started_at is not None else campaigns.EXPIRED)
    return False


def _quiet(campaign: Campaign) -> bool:
    """A trial sends nothing, so it disturbs nobody."""
    now = clock.now()
    return not campaign.sandbox and quiet.earliest(campaign.org_id, now, campaign.topic) > now


def _full(queue: str, most: int) -> set[str]:
    """Channels with so many Deliveries that the provider could take now, or when it is their turn; without those that a fault has put
    off for long."""
    soon = clock.now_ms() + _SOON_MS
    if int(execute(_DUE, (queue, soon, most)).fetchone()[0]) < most:
        return set()
    return {channel for channel, count in execute(_BY_CHANNEL, (queue, soon)).fetchall() if count >= most}


_DUE = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE queue = ? AND status IN ('pending', 'sending')"
    " AND next_at <= ? LIMIT ?) AS due"
)
_BY_CHANNEL = "SELECT channel, COUNT(*) FROM delivery WHERE queue = ? AND status IN ('pending', 'sending') AND next_at <= ? GROUP BY channel"
