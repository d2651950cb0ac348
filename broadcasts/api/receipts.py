"""What other systems are told without asking: how a message fares, how a campaign stands, and what became of each of its people.

By the clock, never in the way of a delivery: what changed since it was last told becomes a WebhookPost (`posting`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.core import clock
from backend.core.db import execute, transaction
from broadcasts.api.messages import WAITING, told
from broadcasts.api.models import ApiKey, ApiMessage, WebhookPost
from broadcasts.campaigns import accounting
from broadcasts.models import Campaign

SETTLED = ("delivered", "read", "failed", "cancelled", "unknown")
PAGE = 500
"""People of one post about a campaign's receipts."""
_AT_ONCE = 500
_GIVEN_UP = timedelta(days=3)
"""No provider reports after so long."""
_RECENT = timedelta(days=7)
_CHANGED = (
    "SELECT a.id, COALESCE(a.outcome, d.status) FROM api_message a"
    " LEFT JOIN delivery d ON d.id = (SELECT MAX(x.id + 0) FROM delivery x WHERE x.message_id = a.message_id)"
    " WHERE NOT a.settled AND COALESCE(a.outcome, d.status) <> a.told ORDER BY a.id LIMIT ?"
)


def note() -> int:
    """Whatever changed becomes a post; how many changes there were."""
    return _messages() + _campaigns()


def _messages() -> int:
    with transaction():
        rows = execute(_CHANGED, (_AT_ONCE,)).fetchall()
        keys = {k.id: k for k in ApiKey.select()} if rows else {}
        for number, status in rows:
            message = ApiMessage.get_by_id(number)
            message.told, message.settled = status, status in SETTLED or message.outcome is not None
            message.save(only=(ApiMessage.told, ApiMessage.settled))
            key = keys[message.key_id]
            state = told(message, key.sandbox) | {"state": WAITING.get(status, status)}
            _post(key, f"m{number}-{status}", {"type": "message.state", "data": state})
        ApiMessage.update(settled=True).where(
            ~ApiMessage.settled & (ApiMessage.created_at < clock.now() - _GIVEN_UP)
        ).execute()
    return len(rows)


def _campaigns() -> int:
    since = clock.now() - _RECENT
    recent = Campaign.api_key_id.is_null(False) & (Campaign.changed_at > since) & (Campaign.state != "draft")
    count = 0
    for campaign in Campaign.select().where(recent):
        with transaction():
            key = ApiKey.get_by_id(campaign.api_key_id)
            moved = f"c{campaign.id}-{campaign.state}-{round(campaign.changed_at.timestamp())}"
            if not _post(
                key, moved, {"type": f"campaign.{campaign.state}", "data": campaign_state(campaign)}
            ):
                continue
            count += 1
            if campaign.ended_at is not None:
                for first in range(1, campaign.total + 1, PAGE):
                    body = {"type": "campaign.receipts", "data": {"campaign": campaign.id, "from": first}}
                    _post(key, f"{moved}-{first}", body)
    return count


def campaign_state(campaign: Campaign) -> dict[str, Any]:
    """As in `schema.CampaignState`."""
    counts = accounting.counts(campaign)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": campaign.state,
        "people": campaign.total,
        "states": dict(counts.states),
        "left_out": dict(counts.left_out),
        "sandbox": campaign.sandbox,
        "created_at": campaign.created_at.isoformat(),
        "ended_at": campaign.ended_at.isoformat() if campaign.ended_at is not None else None,
    }


_PEOPLE = (
    "SELECT r.number, {}, r.reason, d.channel, d.error FROM {} WHERE r.campaign_id = ? AND r.number >= ? AND r.number < ?"
    " ORDER BY r.number"
)


def people(campaign_id: int, first: int, limit: int = PAGE) -> list[dict[str, Any]]:
    """What became of those from number `first` on. Numbers are the places in the list that the system gave."""
    sql = _PEOPLE.format(accounting.STATE_SQL, accounting.JOINED)
    rows = execute(sql, (campaign_id, first, first + limit)).fetchall()
    return [
        {
            "number": number,
            "state": WAITING.get(state, state),
            "reason": reason,
            "channel": channel,
            "error": error,
        }
        for number, state, reason, channel, error in rows
    ]


def _post(key: ApiKey, uid: str, body: dict[str, Any]) -> bool:
    """Whether that was not noted before. A key without an address hears nothing, and is not asked again."""
    if key.webhook_url is None or key.revoked_at is not None:
        return False
    now = clock.now()
    row = WebhookPost.insert(
        key_id=key.id, uid=uid, body=body | {"timestamp": now.isoformat()}, status="waiting", next_at=now, created_at=now
    )  # fmt: skip
    return bool(list(row.on_conflict_ignore().returning(WebhookPost.id).execute()))
