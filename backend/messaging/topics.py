"""What a notice is about, and who does not wish to hear of it: a no to one topic, at one address.

Opting out of everything (STOP, 退订) is the state of an Identity and stands beside this. Emergencies are exempt from both
topics and silence: the law and common sense want them heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
import structlog

from backend.core import audit, clock, crypto
from backend.core.access import Actor
from backend.core.db import Instant, Model, execute, savepoint, transaction
from backend.core.i18n import Msg, _
from backend.messaging import people
from backend.messaging.content import Content

log = structlog.get_logger()
AT_ONCE = 500
TO_MANY = ("bulk", "default")
"""Queues of what has a topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`exempt`: nobody can leave it, and who stopped everything is told all the same."""

    title: Msg
    exempt: bool = False


TOPICS: dict[str, Topic] = {
    "service": Topic(_("Community notices")),
    "event": Topic(_("Events and activities")),
    "greeting": Topic(_("Greetings")),
    "survey": Topic(_("Surveys")),
    "reminder": Topic(_("Reminders")),
    "offer": Topic(_("Offers and advertisements")),
    "emergency": Topic(_("Emergencies"), exempt=True),
}
LEAVABLE = tuple(key for key, topic in TOPICS.items() if not topic.exempt)


class TopicOptout(Model):
    """At this address she said no to this topic. It goes with the address."""

    identity_id = peewee.IntegerField()
    topic = peewee.CharField(12)
    at = Instant()

    class Meta:
        indexes = ((("identity_id", "topic"), True),)


_LEFT = (
    "SELECT DISTINCT i.resident_id FROM identity i JOIN topic_optout t ON t.identity_id = i.id"
    " WHERE t.topic = ? AND i.resident_id IN ({})"
)
_LEFT_AT = "SELECT identity_id FROM topic_optout WHERE topic = ? AND identity_id IN ({})"
# Of one address: what was said at it, and at the others of the same resident.
_HERS = (
    "SELECT id FROM identity WHERE id = ?"
    " OR resident_id = (SELECT resident_id FROM identity WHERE id = ? AND resident_id IS NOT NULL)"
)
_LEFT_BY = "SELECT DISTINCT topic FROM topic_optout WHERE identity_id IN ({})"
_UNSENT = (
    "SELECT d.id, m.content FROM delivery d JOIN message m ON m.id = d.message_id WHERE d.identity_id IN ({})"
    " AND d.queue IN ('bulk', 'default') AND d.status IN ('pending', 'sending')"
)
# What a worker holds may still arrive; what it could not send does not leave later (`outbox.hold`).
_RECALL = (
    "UPDATE delivery SET status = CASE status WHEN 'pending' THEN 'cancelled' ELSE status END, error = 'taken back', updated_at = ?"
    " WHERE id = ? AND status IN ('pending', 'sending')"
)
_SILENCED = (
    "UPDATE delivery SET status = CASE status WHEN 'pending' THEN 'cancelled' ELSE status END,"
    " error = CASE status WHEN 'pending' THEN error ELSE 'taken back' END, updated_at = ?"
    " WHERE identity_id = ? AND queue = 'bulk' AND status IN ('pending', 'sending')"
)
_JOIN = "DELETE FROM topic_optout WHERE topic = ? AND identity_id IN ({})"


def left(resident_ids: Iterable[int], topic: str) -> set[int]:
    """Those of the residents who said no to `topic` at any of their addresses; nobody, where it is exempt."""
    return _found(_LEFT, list(resident_ids), topic)


def left_at(identity_ids: Iterable[int], topic: str) -> set[int]:
    """Those of the addresses at which somebody said no to `topic`: for addresses that are no resident's."""
    return _found(_LEFT_AT, list(identity_ids), topic)


def _found(sql: str, ids: Sequence[int], topic: str) -> set[int]:
    if TOPICS[topic].exempt:
        return set()
    found: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found.update(row[0] for row in execute(sql.format(", ".join("?" * len(part))), (topic, *part)))
    return found


def left_by(identity_id: int) -> set[str]:
    """The topics that whoever has this address does not wish to hear of, wherever she said so."""
    rows = execute(_LEFT_BY.format(_HERS), (identity_id, identity_id))
    return {row[0] for row in rows}


def leave(identity_id: int, topic: str) -> bool:
    """No more about `topic`, said at this address and holding at all of hers; what was said about it and has not left does not
    leave. False: it is so already. ValueError where the topic is exempt, KeyError where there is none."""
    if TOPICS[topic].exempt:
        raise ValueError(f"nobody can leave {topic}")
    with transaction():
        if topic in left_by(identity_id):
            return False
        values = {"identity_id": identity_id, "topic": topic, "at": clock.now()}
        TopicOptout.insert(**values).on_conflict_ignore().execute()
        _recall(identity_id, topic)
        _record(identity_id, "topic.leave", topic)
    return True


def _recall(identity_id: int, topic: str) -> None:
    for number, content in execute(_UNSENT.format(_HERS), (identity_id, identity_id)).fetchall():
        try:
            if Content.unseal(content).topic == topic:
                execute(_RECALL, (clock.now_ms(), number))
        except crypto.DecryptError:
            continue  # nor can it be sent


def join(identity_id: int, topic: str) -> bool:
    """About `topic` again, at all addresses of whoever has this one. False: nothing had been left."""
    TOPICS[topic]
    with transaction():
        gone = execute(_JOIN.format(_HERS), (topic, identity_id, identity_id))
        if not gone.rowcount:
            return False
        _record(identity_id, "topic.join", topic)
    return True


def leave_all(identity_id: int) -> bool:
    """She complained to her provider that our letters are unwanted: nothing that can be left comes to her any more. False: that
    is so already."""
    with transaction():
        return sum(leave(identity_id, topic) for topic in LEAVABLE) > 0


def _record(identity_id: int, action: str, topic: str) -> None:
    resident_id, _staff_id, org_id = people.whose(identity_id)
    channel = people.get(identity_id).channel
    actor = Actor("resident", resident_id or 0, channel)
    audit.record(actor, action, f"identity:{identity_id}", org_id=org_id, after=topic)


def export(resident_id: int) -> list[dict[str, Any]]:
    """What she said no to, for her own file."""
    addresses = {i.id: i.channel for i in people.identities(people.Resident(resident_id), reachable=False)}
    rows = TopicOptout.select().where(TopicOptout.identity_id.in_(list(addresses))).order_by(TopicOptout.id)
    return [{"topic": r.topic, "channel": addresses[r.identity_id], "at": r.at.isoformat()} for r in rows]


def forget(identities: Any) -> None:
    """These addresses (a query of their ids) are forgotten, and so is what was said at them."""
    TopicOptout.delete().where(TopicOptout.identity_id.in_(identities)).execute()


_on_silence: dict[str, list[Callable[[int], None]]] = {"stopped": [], "active": []}


def on_silence(stopped: Callable[[int], None], began_again: Callable[[int], None]) -> None:
    """A domain that relies on reaching people has these called with an Identity's id, in the transaction that silences it or ends that."""
    _on_silence["stopped"].append(stopped)
    _on_silence["active"].append(began_again)


def silence(identity_id: int) -> bool:
    """Nothing more at this address but what she asks for and emergencies: STOP. What many were told and has not left for her yet does
    not leave. False: it is so already."""
    with transaction():
        execute(_SILENCED, (clock.now_ms(), identity_id))
        return _state(identity_id, "stopped", "identity.stop")


def hear_again(identity_id: int) -> bool:
    """The end of `silence`. False: there was none."""
    return people.get(identity_id).state == "stopped" and _state(identity_id, "active", "identity.start")


def _state(identity_id: int, wanted: str, action: str) -> bool:
    with transaction():
        before = people.get(identity_id).state
        if before == wanted:
            return False
        people.set_state(identity_id, wanted)
        resident_id, _staff_id, org_id = people.whose(identity_id)
        actor = Actor("resident", resident_id or 0, "")
        audit.record(actor, action, f"identity:{identity_id}", org_id=org_id, before=before, after=wanted)
        for hears in _on_silence[wanted]:
            try:
                with savepoint():
                    hears(identity_id)
            except (peewee.OperationalError, peewee.InterfaceError):
                raise
            except Exception:
                # What she wishes is done, whoever cannot hear of it.
                log.exception("topics.unheard", identity=identity_id, state=wanted)
    return True
