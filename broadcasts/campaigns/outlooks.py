"""What a campaign to very many people would do: a page counts the first of them, a worker all of them, and keeps what it found for a
while. It is kept in Redis: whoever finds nothing there counts anew.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import orjson
import redis
import structlog

from backend.core import jobs, live
from backend.core.access import Actor
from backend.staff import queries as staff
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import freezing
from broadcasts.models import Campaign
from broadcasts.notices import estimate
from broadcasts.notices.estimate import Missing, Outlook, Row

KEPT_S = 600
COUNT = "broadcasts.campaigns.outlooks.count"
MOST_S = 150.0
"""Less than a job may take."""
log = structlog.get_logger()


def outlook(
    actor: Actor, campaign: Campaign, seconds: float = estimate.SECONDS, at_once: int = freezing.PORTION
) -> Outlook:
    """As `estimate.outlook`, of everybody where a worker has counted them; else it is asked to, and the page hears of it (live event
    "outlook")."""
    kept = _kept(actor, campaign)
    quick = estimate.outlook(actor, campaign, 0 if kept is not None else seconds, at_once)
    if kept is not None:
        kept.examples, kept.unfilled = quick.examples, quick.unfilled
        return estimate.with_names(actor, kept)
    if not quick.done and actor.kind == "staff":
        jobs.ask(campaigns.QUEUE, COUNT, campaign.id, actor.id, once=True)
        quick.counting = True
    return quick


def count(campaign_id: int, staff_id: int) -> None:
    """The RQ job: count everybody, for this member of staff."""
    campaign = Campaign.get_or_none(Campaign.id == campaign_id)
    if campaign is None:
        return
    actor = staff.actor_by_id(staff_id)
    if _kept(actor, campaign) is not None:
        return
    found = estimate.outlook(actor, campaign, MOST_S)
    try:
        jobs.connection().set(_key(actor, campaign), orjson.dumps(_to_json(found)), ex=KEPT_S)
    except redis.RedisError as error:
        log.warning("outlook.not_kept", error=type(error).__name__)
        return
    live.publish(live.ADMIN, {"kind": "outlook", "id": campaign_id})


def _kept(actor: Actor, campaign: Campaign) -> Outlook | None:
    try:
        found = jobs.connection().get(_key(actor, campaign))
    except redis.RedisError:
        return None
    return _from_json(orjson.loads(found)) if found else None  # type: ignore[arg-type]  # not awaited here


def _key(actor: Actor, campaign: Campaign) -> str:
    """Of this campaign as it is written now, for what this actor may see."""
    plan = campaigns.columns_of(campaigns.plan_of(campaign))
    asked = orjson.dumps(
        [
            actor.kind,
            actor.id,
            {k: plan[k] for k in ("topic", "kind", "audience", "wording", "channels", "merge")},
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return f"outlook:{campaign.id}:{hashlib.sha256(asked).hexdigest()[:32]}"


def _to_json(found: Outlook) -> dict[str, Any]:
    """Figures, placeholders and numbers of rows; nobody's name or words."""
    missing = {
        name: [one.people, [[row.row_id, row.resident_id, row.identity_id] for row in one.rows]]
        for name, one in found.missing.items()
    }
    return {
        "kind": found.kind,
        "total": found.total,
        "looked": found.looked,
        "channels": found.channels,
        "left_out": found.left_out,
        "missing": missing,
        "segments": found.segments,
        "longest": found.longest,
        "done": found.done,
    }


def _from_json(data: dict[str, Any]) -> Outlook:
    missing = {
        name: Missing(people, [Row(*row) for row in rows])
        for name, (people, rows) in data.pop("missing").items()
    }
    channels, left_out = Counter(data.pop("channels")), Counter(data.pop("left_out"))
    return Outlook(**data, channels=channels, left_out=left_out, missing=missing)
