"""One attempt at a Delivery, and what is written down about it: the same for the process that holds a turn and for the workers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from backend.core import metrics
from backend.messaging import deliveries
from backend.messaging.deliveries import Due
from backend.messaging.passing_on import ALERTS, HELD_S
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.persist import persist
from conversations.inbound import Turn

SEND_SECONDS = 15.0
"""The longest that one send may take; shorter than every lease, so that nobody else sends the same meanwhile."""
PATIENCE_S = 4.0
"""How long after the turn a further reply is begun: with SEND_SECONDS it ends before the lease of replies does."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. `sent` is set exactly when `result` is "sent"."""

    due: Due
    result: Literal["sent", "retry", "postponed", "failed", "unknown"]
    sent: Sent | None = None
    error: str = ""
    after_s: float | None = None
    ends_identity: bool = False
    opted_out: bool = False

    @property
    def pause_s(self) -> float:
        """How long the provider wants to be left alone; 0 when it said nothing of it."""
        return (self.after_s or 0.0) if self.result == "retry" else 0.0


async def attempt(channel: Channel, due: Due) -> Outcome:
    """Send one Delivery; touches no database and raises nothing but cancellation."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            taken = await channel.send(due)
        outcome = Outcome(due, "sent", sent=taken)
    except TryLater as error:
        outcome = Outcome(due, "retry", error=str(error), after_s=error.after_s)
    except Refused as error:
        outcome = Outcome(
            due, "failed", error=str(error), ends_identity=error.ends_identity, opted_out=error.opted_out
        )
    except (AnswerLost, TimeoutError) as error:
        # A campaign must not go twice; everything else better twice than never.
        lost = str(error) or "no answer in time"
        outcome = Outcome(due, "unknown" if due.queue == "bulk" else "retry", error=lost)
    except Exception as error:
        log.exception("delivery.crashed", channel=due.channel, delivery=due.id, correlation=due.correlation)
        outcome = Outcome(due, "retry", error=type(error).__name__)
    return outcome


def _note(outcomes: Sequence[Outcome]) -> None:
    """Count them, and a line in the log for each; one for all that went well of a campaign."""
    together: Counter[str] = Counter()
    counted: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        due = outcome.due
        if outcome.result == "postponed":
            continue
        counted[due.channel, outcome.result] += 1
        if due.queue == "bulk" and outcome.result == "sent":
            together[due.channel] += 1
            continue
        log.info(
            "delivery.attempted",
            channel=due.channel,
            delivery=due.id,
            queue=due.queue,
            result=outcome.result,
            error=outcome.error or None,
            correlation=due.correlation,
        )
    for channel, count in together.items():
        log.info("delivery.sent", channel=channel, queue="bulk", count=count)
    for labels, count in counted.items():
        metrics.deliveries_total.inc(*labels, by=count)


def settle(outcomes: Sequence[Outcome]) -> None:
    """Write down how the attempts ended; the successful ones of a status in one transaction. Blocks on the database."""
    _note(outcomes)
    taken: dict[str, list[tuple[int, str | None]]] = {}
    for outcome in outcomes:
        if outcome.result == "sent":
            sent = outcome.sent or Sent()
            taken.setdefault(sent.status, []).append((outcome.due.id, sent.provider_id))
    # First: what is lost of these is sent twice.
    for status, results in taken.items():
        persist(partial(deliveries.sent, results, status))
    early = [(o.due.id, o.after_s or 0.0) for o in outcomes if o.result == "postponed"]
    if early:
        persist(partial(deliveries.postpone, early))
    for outcome in outcomes:
        if (
            outcome.result == "postponed"
            and outcome.due.queue == ALERTS
            and (outcome.after_s or 0.0) > HELD_S
        ):
            persist(partial(_beside, outcome.due.id))
    for outcome in outcomes:
        if outcome.result not in ("sent", "postponed"):
            persist(partial(_settle_unsent, outcome))


def _beside(delivery_id: int) -> None:
    deliveries.beside(delivery_id)


def _settle_unsent(outcome: Outcome) -> None:
    match outcome.result:
        case "retry":
            deliveries.retry(outcome.due.id, outcome.error, outcome.after_s)
        case "unknown":
            deliveries.unknown(outcome.due.id, outcome.error)
        case "failed":
            deliveries.fail(
                outcome.due.id,
                outcome.error,
                ends_identity=outcome.ends_identity,
                opted_out=outcome.opted_out,
            )


async def settle_one(channel: Channel, due: Due) -> Outcome:
    """Send one leased Delivery and write down how it ended."""
    outcome = await attempt(channel, due)
    await asyncio.to_thread(settle, [outcome])
    return outcome


async def deliver_now(turn: Turn, channel: Channel, address: str) -> list[Outcome]:
    """Deliver the replies of a turn that this process holds under lease, in order; what cannot go now is left to the workers.

    A repeated turn's replies are not sent again: they were, or a worker sends them when their lease ends.
    """
    if turn.repeated or not turn.replies:
        return []
    began = time.perf_counter()
    correlation = str(structlog.contextvars.get_contextvars().get("correlation", ""))
    outcomes: list[Outcome] = []
    left = list(turn.replies)
    while left and time.perf_counter() - began < PATIENCE_S:
        reply = left.pop(0)
        outcome = await attempt(
            channel,
            Due(
                id=reply.delivery_id,
                message_id=reply.message_id,
                identity_id=turn.identity_id,
                channel=channel.name,
                address=address,
                content=reply.content,
                queue="replies",
                purpose="reply",
                attempts=1,
                correlation=correlation,
            ),
        )
        outcomes.append(outcome)
        if outcome.result == "sent":
            metrics.delivery_seconds.observe(time.perf_counter() - began, "replies")
        elif outcome.result == "retry":
            break  # the rest must not overtake it
    await asyncio.to_thread(_settle_turn, outcomes, [reply.delivery_id for reply in left])
    return outcomes


def _settle_turn(outcomes: Sequence[Outcome], unsent: Sequence[int]) -> None:
    settle(outcomes)
    for delivery_id in unsent:
        deliveries.release(delivery_id)
