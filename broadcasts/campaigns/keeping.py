"""What becomes of a campaign later: it is summed up once nothing changes any more, its people are forgotten after the months of the
rule, and at once for somebody who erases her file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from backend.core import clock, privacy, retention
from backend.core.db import execute, transaction
from backend.core.i18n import DEFAULT_LOCALE, _, render
from broadcasts.campaigns import accounting, tallies
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Campaign, Recipient

STILL = timedelta(days=30)
"""After the end: receipts come no later, and messages are kept longer than that by any rule."""
_AT_ONCE = 20
_SETTLE = (
    "UPDATE recipient SET reason = (SELECT d.status FROM delivery d WHERE d.message_id = recipient.message_id"
    " ORDER BY d.id + 0 DESC LIMIT 1) WHERE campaign_id = ? AND state = 'said'"
)


def sum_up() -> int:
    """By the clock: what campaigns that ended long ago came to; how many. The figures stay when people and messages go."""
    ended = Campaign.state.in_(campaigns.OVER) & (Campaign.ended_at < clock.now() - STILL)
    found = list(Campaign.select().where(ended & Campaign.sums.is_null()).limit(_AT_ONCE))
    for campaign in found:
        with transaction():
            execute(_SETTLE, (campaign.id,))
            sums, _minutes = accounting.added_up(tallies.all_anew(campaign))
            sums.despite = accounting.despite([campaign.id]).get(campaign.id, 0)
            tallies.forget(campaign)
            Campaign.update(sums=sums.to_json()).where(Campaign.id == campaign.id).execute()
    return len(found)


JOBS = [("campaigns.sum_up", 3600, sum_up)]


# --- after the months of the rule -----------------------------------------------------------------------------


def _old(before: datetime) -> Any:
    over = Campaign.sums.is_null(False) & (Campaign.ended_at < before)
    return Recipient.campaign_id.in_(Campaign.select(Campaign.id).where(over))


def _count(before: datetime) -> int:
    return int(Recipient.select().where(_old(before)).count())


def _clear(before: datetime, most: int) -> int:
    ids = [
        r.id for r in Recipient.select(Recipient.id).where(_old(before)).order_by(Recipient.id).limit(most)
    ]
    return int(Recipient.delete().where(Recipient.id.in_(ids)).execute()) if ids else 0


retention.register(
    retention.Kind(
        "campaigns",
        _("People of campaigns that ended"),
        _("erased: who got it goes; what was sent, when, and how many it reached is counted still"),
        12,
        2,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        _count,
        _clear,
    )
)


def _still_open(ids: Any) -> set[int]:
    """What was said about these is needed: they are at work, or not summed up yet."""
    query = Campaign.select(Campaign.id).where(Campaign.id.in_(list(ids)) & Campaign.sums.is_null())
    return {c.id for c in query}


retention.register_open("campaign", _still_open)


# --- her rights -----------------------------------------------------------------------------------------------


def export(resident_id: int) -> list[dict[str, Any]]:
    """The campaigns that she was in, and what became of it; the messages themselves are exported as such."""
    sql = (
        f"SELECT c.name, c.topic, c.started_at, {accounting.STATE_SQL}, r.reason FROM {accounting.JOINED}"  # noqa: S608
        " JOIN campaign c ON c.id = r.campaign_id WHERE r.resident_id = ? ORDER BY r.id"
    )
    return [
        {
            "campaign": name,
            "topic": topic,
            "at": clock.from_ms(at).isoformat() if at is not None else None,
            "became": render(accounting.STATES[became][0], DEFAULT_LOCALE),
            "reason": reason if became == "left_out" else None,
        }
        for name, topic, at, became, reason in execute(sql, (resident_id,)).fetchall()
    ]


def forget(resident_id: int) -> None:
    """She is nobody in the lists of people, and told nothing that has not been said; what was counted stays."""
    with transaction():
        hers = Recipient.resident_id == resident_id
        Recipient.update(state="left_out", reason="not_wanted").where(
            hers & (Recipient.state == "waiting")
        ).execute()
        Recipient.update(resident_id=None, identity_id=None, row_id=None, whom=None).where(hers).execute()


privacy.register("campaigns", export, forget)
