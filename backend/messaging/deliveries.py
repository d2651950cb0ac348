"""The life of a Delivery: claimed under a lease, settled, retried, passed on to the next Identity, receipted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from backend.core import clock, crypto, jobs, live
from backend.core.db import after_commit, execute, is_postgres, transaction
from backend.messaging import outbox, passing_on, people, topics
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Message

LEASE_MS = 60_000
UNREADABLE = "the message or its address cannot be read"
UNREADABLE_MS = 900_000
_AT_ONCE = 500
"""Rows of one statement."""
MAX_ATTEMPTS = {"alerts": 20, "replies": 8, "default": 8, "bulk": 5}
RANK = {
    "pending": 0,
    "sending": 1,
    "unknown": 2,
    "sent": 3,
    "failed": 4,
    "delivered": 5,
    "read": 6,
    "cancelled": 7,
}

_Row = TypeVar("_Row")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """A Delivery that this process has under lease."""

    id: int
    message_id: int
    identity_id: int
    channel: str
    address: str
    content: Content
    queue: str
    purpose: str
    attempts: int
    correlation: str
    about: str | None = None


# `status IN ('pending', 'sending')` is said in full wherever the index of open Deliveries is meant: SQLite takes a partial
# index only when its own condition stands in the query.
_CLAIM = """
UPDATE delivery SET status = 'sending', lease_by = ?, lease_until = ?, attempts = attempts + 1, updated_at = ?
WHERE id IN (
    SELECT d.id FROM delivery d
    WHERE d.queue = ? AND d.status = 'pending' AND d.status IN ('pending', 'sending') AND {due} {order}
    ORDER BY d.next_at, d.id LIMIT ? {skip}
) RETURNING id
"""
_ANY = """
SELECT 1 FROM delivery d WHERE d.queue = ? AND d.status = 'pending' AND d.status IN ('pending', 'sending') AND {due} LIMIT 1
"""
# An alarm that was last written down later than now was so by a clock that has been set back: its time does not come for hours.
_DUE = "d.next_at <= ?"
_ALARM_DUE = "(d.next_at <= ? OR d.updated_at > ?)"
# One person's messages keep their order: a later one waits until the earlier one is settled. Alarms wait for nothing. `|| ''`: else
# PostgreSQL, before it knows the table, looks through the whole queue for each of the queue instead of through hers.
_IN_ORDER = """AND NOT EXISTS (
        SELECT 1 FROM delivery e WHERE e.identity_id = d.identity_id AND e.id < d.id
        AND e.queue || '' = d.queue AND e.status IN ('pending', 'sending'))"""
_LOAD = """
SELECT d.id, d.message_id, d.identity_id, d.channel, i.address, m.content, d.queue, m.purpose, d.attempts, m.correlation, m.about
FROM delivery d JOIN message m ON m.id = d.message_id JOIN identity i ON i.id = d.identity_id
WHERE d.id IN ({places}) ORDER BY d.id
"""


def claim(queue: str, holder: str, limit: int = 100) -> list[Due]:
    """Take up to `limit` due Deliveries of `queue` under a lease of a minute."""
    now = clock.now_ms()
    sql = _CLAIM.format(
        due=_due_sql(queue),
        order="" if queue == "alerts" else _IN_ORDER,
        skip="FOR UPDATE OF d SKIP LOCKED" if is_postgres() else "",
    )
    until = now + int(LEASE_MS * clock.speed())
    with transaction(urgent=queue == "alerts"):
        ids = [r[0] for r in execute(sql, (holder, until, now, queue, *_due_at(queue), limit)).fetchall()]
        # A server may be lost in between, and then nothing is claimed. A file is not, and whoever writes next need not wait.
        rows = _rows(ids) if is_postgres() else None
    found = _opened(_rows(ids) if rows is None else rows)
    if unreadable := {*ids} - {due.id for due in found}:
        with transaction():
            for number in sorted(unreadable):
                _put_aside(number)
    return found


def load(ids: list[int]) -> list[Due]:
    """These Deliveries; those whose address is gone, or that cannot be decrypted, are absent."""
    return _opened(_rows(ids))


def _rows(ids: list[int]) -> list[tuple[Any, ...]]:
    return list(execute(_LOAD.format(places=",".join("?" * len(ids))), ids).fetchall()) if ids else []


def _opened(rows: Sequence[tuple[Any, ...]]) -> list[Due]:
    return [due for row in rows if (due := _due(*row)) is not None]


def _due(
    delivery_id: int, message_id: int, who: int, channel: str, to: bytes, content: bytes, *rest: Any
) -> Due | None:
    try:
        address = crypto.decrypt(to, "identity.address").decode()
        return Due(delivery_id, message_id, who, channel, address, Content.unseal(content), *rest)
    except crypto.DecryptError as error:
        log.error("delivery.unreadable", delivery=delivery_id, error=str(error))
        return None


def _put_aside(delivery_id: int) -> None:
    """It must not keep the others of its queue from being sent. A data key may be missing here only, or for now."""
    delivery = Delivery.get_or_none(Delivery.id == delivery_id)
    if delivery is None:
        return  # forgotten a moment ago
    last = delivery.attempts >= MAX_ATTEMPTS[delivery.queue]
    _settle(delivery_id, "failed" if last else "pending", UNREADABLE, next_at=clock.now_ms() + UNREADABLE_MS)


def last_reply(identity_id: int, before: int) -> tuple[str, Content] | None:
    """(provider's id, what was said) of the last reply that reached this Identity before Delivery `before`."""
    sql = (
        "SELECT d.provider_id, m.content FROM message m JOIN delivery d ON d.message_id = m.id"
        " WHERE m.identity_id = ? AND d.id < ? AND d.queue = 'replies' AND d.provider_id IS NOT NULL"
        " AND d.identity_id = m.identity_id ORDER BY m.id DESC LIMIT 1"
    )
    row = execute(sql, (identity_id, before)).fetchone()
    return (row[0], Content.unseal(row[1])) if row else None


def due(queue: str) -> bool:
    """Whether anything in `queue` can be sent now."""
    return execute(_ANY.format(due=_due_sql(queue)), (queue, *_due_at(queue))).fetchone() is not None


def _due_sql(queue: str) -> str:
    return _ALARM_DUE if queue == "alerts" else _DUE


def _due_at(queue: str) -> tuple[int, ...]:
    now = clock.now_ms()
    return (now, clock.to_ms(clock.now() + clock.CLOCKS_DIFFER)) if queue == "alerts" else (now,)


_SENT = (
    "UPDATE delivery SET status = ?, provider_id = COALESCE(v.column2, provider_id), lease_until = NULL, lease_by = NULL,"
    " error = NULL, updated_at = ? FROM (VALUES {rows}) AS v"
    " WHERE delivery.id = v.column1 AND status IN ('sending', 'pending', 'unknown')"
)


def sent(results: list[tuple[int, str | None]], status: str = "sent") -> None:
    """Record successful sends, (delivery id, provider's id) each, in one transaction."""
    now = clock.now_ms()
    with transaction():
        _together(_SENT, (status, now), results, "(?::int, ?::varchar)")
    live.publish_seldom(live.ADMIN, {"kind": "message", "id": None})


def retry(delivery_id: int, error: str, after_s: float | None = None) -> None:
    """Try again later: after the provider's own `after_s`, else with a doubling pause (2 s … 15 min). Gives up, and falls back,
    after MAX_ATTEMPTS. An alarm does not wait for that: see `passing_on.waits`."""
    delivery = Delivery.get_by_id(delivery_id)
    if delivery.error == outbox.TAKEN_BACK:
        _settle(delivery_id, "cancelled", outbox.TAKEN_BACK)
        return
    if delivery.attempts >= MAX_ATTEMPTS[delivery.queue]:
        fail(delivery_id, error)
        return
    pause_s = after_s if after_s is not None else min(2 ** min(delivery.attempts, 10), 900)
    with transaction():
        _settle(delivery_id, "pending", error, next_at=clock.now_ms() + round(pause_s * 1000))
        if passing_on.waits(delivery, pause_s):
            beside(delivery_id)


def beside(delivery_id: int) -> bool:
    """What cannot leave soon goes to the person's next address as well (see `passing_on.beside`); whether it went."""
    with transaction():
        delivery = locked(delivery_id)
        return delivery is not None and passing_on.beside(delivery)


# `outbox.TAKEN_BACK` in full.
_POSTPONE = (
    "UPDATE delivery SET status = CASE WHEN error = 'taken back' THEN 'cancelled' ELSE 'pending' END, attempts = attempts - 1,"
    " next_at = v.column2, lease_by = NULL, lease_until = NULL,"
    " updated_at = ? FROM (VALUES {rows}) AS v WHERE delivery.id = v.column1 AND status = 'sending'"
)


def postpone(early: list[tuple[int, float]]) -> None:
    """It was not the turn of these yet: each goes back for so many seconds, and this was no attempt."""
    now = clock.now_ms()
    rows = [(delivery_id, now + round(after_s * 1000)) for delivery_id, after_s in early]
    with transaction():
        _together(_POSTPONE, (now,), rows, "(?::int, ?::bigint)")


def _together(sql: str, params: tuple[Any, ...], rows: list[tuple[int, Any]], typed: str) -> None:
    """A change of many Deliveries in few statements: between two of one thread, another may hold the interpreter for long, and the
    database is not to wait for that. `typed`: a row for PostgreSQL, which does not guess the kinds."""
    place = typed if is_postgres() else "(?, ?)"
    for some in _portions(rows):
        execute(sql.format(rows=", ".join([place] * len(some))), (*params, *(v for row in some for v in row)))


def _portions(rows: list[_Row]) -> Iterator[list[_Row]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def release(delivery_id: int) -> None:
    """Hand an own, unsent Delivery to the workers at once; it does not count as an attempt of theirs."""
    _settle(delivery_id, "pending", None, next_at=clock.now_ms())
    jobs.kick(Delivery.get_by_id(delivery_id).queue)


def fail(delivery_id: int, error: str, *, ends_identity: bool = False, opted_out: bool = False) -> None:
    """It cannot be delivered there. The person's next Identity is tried, unless it has been already; without one it stays visibly
    failed.

    `ends_identity`: the provider says that this address is gone (blocked, unsubscribed, no such number). `opted_out`: that she wants
    nothing more there, which counts as if she had told us.
    """
    with transaction():
        delivery = _locked(Delivery.id == delivery_id)
        if delivery is None or delivery.status in ("failed", "cancelled"):
            return
        message = Message.get_by_id(delivery.message_id)
        ahead = passing_on.leads_on(delivery)
        following = None if ahead else passing_on.following(delivery, message)
        when = passing_on.when(message) if following is not None else "never"
        held = when == "later" or (following is not None and delivery.error == outbox.TAKEN_BACK)
        _settle(delivery_id, *(("cancelled", outbox.TAKEN_BACK) if held else ("failed", error)))
        if ends_identity and delivery.identity_id:
            people.set_state(delivery.identity_id, "blocked")
        elif opted_out and delivery.identity_id:
            topics.silence(delivery.identity_id)
        if not held and following is not None and isinstance(when, int):
            outbox.deliver_again(delivery.message_id, following, delivery.queue, when)
        elif not held and not ahead:
            passing_on.got_nowhere(message)
        live.publish(live.ADMIN, {"kind": "message", "id": delivery.message_id})


def unknown(delivery_id: int, error: str) -> None:
    """The answer to the send was lost: it may or may not have arrived, and is not repeated."""
    _settle(delivery_id, "unknown", error)


def locked(delivery_id: int) -> Delivery | None:
    """The Delivery, kept from everybody else until the transaction ends."""
    return _locked(Delivery.id == delivery_id)


def _locked(which: Any) -> Delivery | None:
    """The Delivery, kept from everybody else until the transaction ends: reports come from several sides at once."""
    query = Delivery.select().where(which)
    return (query.for_update() if is_postgres() else query).first()  # type: ignore[no-any-return]


def _settle(delivery_id: int, status: str, error: str | None, next_at: int | None = None) -> None:
    """Write how it stands now; what was cancelled meanwhile stays so."""
    values: dict[str, Any] = {
        "status": status,
        "error": (error or "")[:200] or None,
        "lease_until": None,
        "lease_by": None,
    }
    if next_at is not None:
        values["next_at"] = next_at
    Delivery.update(**values, updated_at=clock.now()).where(
        (Delivery.id == delivery_id) & (Delivery.status != "cancelled")
    ).execute()


def receipt(
    channel: str,
    provider_id: str,
    status: str,
    error: str | None = None,
    delivery_id: int | None = None,
    *,
    ends_identity: bool = False,
    opted_out: bool = False,
) -> bool:
    """A provider's report. Reports come late and out of order: a status only ever moves forward. False: not one of ours.

    `delivery_id` (carried in the callback's own URL) finds a Delivery whose provider's id is not stored yet.
    `ends_identity`, `opted_out`: see `fail`.
    """
    before = _status_of(channel, provider_id, delivery_id)
    if before is not None and RANK[before] >= RANK[status]:
        return True  # every other report says what is known: it need not wait for whoever is writing
    with transaction():
        if status != "failed":
            return _moved_on(channel, provider_id, status, error, delivery_id)
        which = (Delivery.id == delivery_id) if delivery_id else (Delivery.provider_id == provider_id)
        delivery = _locked(which & (Delivery.channel == channel))
        if delivery is None:
            return False
        if RANK[status] > RANK[delivery.status]:
            fail(
                delivery.id,
                error or "the provider could not deliver it",
                ends_identity=ends_identity,
                opted_out=opted_out,
            )
    return True


_MOVE_ON = (
    "UPDATE delivery SET status = ?, error = ?, lease_until = NULL, lease_by = NULL, updated_at = ?"
    " WHERE {which} = ? AND channel = ? AND status IN ({places}) RETURNING message_id"
)
_STATUS_OF = "SELECT status FROM delivery WHERE {which} = ? AND channel = ? LIMIT 1"


def _status_of(channel: str, provider_id: str, delivery_id: int | None) -> str | None:
    which, key = ("id", delivery_id) if delivery_id else ("provider_id", provider_id)
    found = execute(_STATUS_OF.format(which=which), (key, channel)).fetchone()
    return found[0] if found is not None else None


def _moved_on(
    channel: str, provider_id: str, status: str, error: str | None, delivery_id: int | None
) -> bool:
    """In one statement: after a campaign these come by the thousand. Whether it is one of ours."""
    before = [known for known, rank in RANK.items() if rank < RANK[status]]
    which, key = ("id", delivery_id) if delivery_id else ("provider_id", provider_id)
    sql = _MOVE_ON.format(which=which, places=",".join("?" * len(before)))
    short = (error or "")[:200] or None
    moved = execute(sql, (status, short, clock.now_ms(), key, channel, *before)).fetchone()
    if moved is not None:
        live.publish_seldom(live.ADMIN, {"kind": "message", "id": None})
        return True
    return _status_of(channel, provider_id, delivery_id) is not None


_FAILED = (
    "SELECT message_id FROM delivery WHERE message_id IN ({places}) GROUP BY message_id"
    " HAVING SUM(CASE WHEN status = 'failed' THEN 0 ELSE 1 END) = 0"
)


def failed(message_ids: list[int]) -> set[int]:
    """Those of the Messages that visibly got nowhere: every Delivery of theirs has failed."""
    found: set[int] = set()
    for some in _portions(message_ids):
        rows = execute(_FAILED.format(places=",".join("?" * len(some))), some).fetchall()
        found.update(row[0] for row in rows)
    return found


_REAP_SPOKEN = (
    "UPDATE delivery SET status = 'cancelled', updated_at = ?"
    " WHERE status = 'sending' AND status IN ('pending', 'sending') AND (lease_until < ? OR lease_until > ?) AND channel = 'voice' AND queue = 'replies'"
)
_REAP_BULK = (
    "UPDATE delivery SET status = 'unknown', error = 'the sender stopped before the answer came', updated_at = ?"
    " WHERE status = 'sending' AND status IN ('pending', 'sending') AND (lease_until < ? OR lease_until > ?) AND queue = 'bulk'"
)
_REAP = (
    "UPDATE delivery SET status = CASE WHEN error = 'taken back' THEN 'cancelled' ELSE 'pending' END, next_at = ?,"
    " lease_by = NULL, lease_until = NULL, updated_at = ?"
    " WHERE status = 'sending' AND status IN ('pending', 'sending') AND (lease_until < ? OR lease_until > ?)"
)


def reap() -> int:
    """Free what died under its lease, or was leased by a clock that has been set back. A send whose outcome is lost is repeated, except bulk, which is marked unknown, and spoken
    replies, whose call is over: the conversation itself resumes when she calls again."""
    now = clock.now_ms()
    lapsed = (now, now + 2 * int(LEASE_MS * clock.speed()))
    with transaction():
        counts = [execute(sql, (now, *lapsed)).rowcount for sql in (_REAP_SPOKEN, _REAP_BULK)]
        counts.append(execute(_REAP, (now, now, *lapsed)).rowcount)
        if counts[-1] > 0:
            after_commit(_kick_all)
    return sum(max(c, 0) for c in counts)


def _kick_all() -> None:
    for queue in jobs.QUEUES:
        if due(queue):
            jobs.kick(queue)


def depth() -> dict[tuple[str, str], int]:
    """How many Deliveries stand in each (queue, status) that still wants attention."""
    open_ones = "SELECT queue, status, COUNT(*) FROM delivery WHERE status IN ('pending', 'sending') GROUP BY queue, status"
    troubled = "SELECT queue, status, COUNT(*) FROM delivery WHERE status IN ('failed', 'unknown') GROUP BY queue, status"
    rows = [*execute(open_ones).fetchall(), *execute(troubled).fetchall()]
    return {(queue, status): count for queue, status, count in rows}
