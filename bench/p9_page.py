"""The page of a campaign to very many people while it is sent: `python -m bench.p9_campaign --page 100000`.

Most of its people were told before, which is written down by statements, tallied as the scheduler would have; `--size` of them are told
meanwhile, really, by two workers. Somebody looks at the page all the time.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import sink
from bench.house import House, free_port
from bench.p3_campaign import Street, settings
from bench.page import Desk

LOOKS = 20
EVERY_S = 0.3
LASTED_MS = 600_000
"""As long as those before took."""


def looked_at(people: int, sent: int, database: str = "") -> dict[str, Any]:
    """The figures of one database; "" for SQLite. `sent` of the people are told while the page is looked at."""
    port = free_port()
    known = settings(port) | {"STAFF_SECOND_FACTOR": "offered"}
    known |= {"DATABASE_URL": database} if database else {}
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="linli-bench-"))
        house = stack.enter_context(House(Path(name), known))
        street = Street(house, port, sent)
        street.hire()
        street.campaign(max(sent // 10, 1))  # to warm up
        house.start("backend.serve", port=house.port)
        desk = Desk(house.port, "li")
        sink.asked(port, "POST", "/forget")
        number = street.drafted()
        _told_before(number, people - sent)
        street.send_off(number)
        meanwhile = _looks_meanwhile(desk, street, number, people)
        still = [_look(desk, number, people) for _ in range(LOOKS)]
        _exact(number, people, sent, port)
    return {
        "sent_meanwhile": sent,
        "looks": len(meanwhile),
        "sending_ms": [_ms(statistics.median(meanwhile)), _ms(max(meanwhile))],
        "over_ms": [_ms(statistics.median(still)), _ms(max(still))],
    }


def _told_before(number: int, people: int) -> None:
    """So many were delivered to, one in a hundred in vain, in the ten minutes before."""
    from backend.core import clock, db
    from backend.messaging.content import Content
    from broadcasts.campaigns import tallies
    from broadcasts.models import Campaign

    about, now = f"campaign:{number}", clock.now_ms()
    content = Content("停水", "停水", "停水", "zh_CN", topic="service").seal()
    with db.transaction():
        db.execute(_MESSAGES.format(people), (content, f"c{number}:before:", about, now - LASTED_MS))
        db.execute(_RECIPIENTS.format(number), (about,))
        # Each some moments after the one before.
        db.execute(_DELIVERIES.format(now - LASTED_MS, LASTED_MS / people), (number,))
        Campaign.update(total=people, started_at=clock.from_ms(now - LASTED_MS)).where(
            Campaign.id == number
        ).execute()
    if db.is_postgres():
        db.execute("ANALYZE")
    assert tallies.take() > 0


_MESSAGES = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    " INSERT INTO message (content, purpose, queue, dedupe, about, correlation, created_at)"
    " SELECT ?, 'campaign', 'bulk', ? || i, ?, '', ? FROM n"
)
_RECIPIENTS = (
    "INSERT INTO recipient (campaign_id, number, state, round, message_id, segments)"
    " SELECT {}, ROW_NUMBER() OVER (ORDER BY id), 'said', 0, id, 1 FROM message WHERE about = ?"
)
_DELIVERIES = (
    "INSERT INTO delivery (message_id, channel, queue, status, attempts, next_at, provider_id, error, created_at, updated_at)"
    " SELECT message_id, 'sms', 'bulk', CASE WHEN number / 100 * 100 = number THEN 'failed' ELSE 'delivered' END, 1, {0}, 'SM' || message_id,"
    " CASE WHEN number / 100 * 100 = number THEN 'Twilio 30003: unreachable' END, {0}, {0} + CAST(number * {1} AS BIGINT)"
    " FROM recipient WHERE campaign_id = ?"
)


def _looks_meanwhile(desk: Desk, street: Street, number: int, people: int) -> list[float]:
    """From when everybody is written down until the last is told."""
    from backend.core import db

    taken: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(EVERY_S):
            state = db.execute("SELECT state FROM campaign WHERE id = ?", (number,)).fetchone()[0]
            if state == "running":
                taken.append(_look(desk, number, people))
        db.db.close()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        street.wait(number)
    finally:
        over.set()
        looking.join()
    return taken


def _look(desk: Desk, number: int, people: int) -> float:
    return desk.looked(f"/admin/campaigns/{number}", f" / {people}")


def _exact(number: int, people: int, sent: int, port: int) -> None:
    from broadcasts.campaigns import accounting
    from broadcasts.models import Campaign

    failed = (people - sent) // 100
    counts = accounting.counts(Campaign.get_by_id(number))
    assert dict(counts.states) == {"delivered": people - failed, "failed": failed}, counts
    counted = sink.asked(port, "GET", "/counted")
    assert counted == {"requests": sent, "distinct": sent, "twice": 0}, counted


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
