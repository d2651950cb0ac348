"""Posting to other systems' addresses, signed as Standard Webhooks says, until they take it or a day is over."""

from __future__ import annotations

from datetime import timedelta

import orjson
import structlog

from backend.core import backoff, clock, webhooks
from backend.core.db import transaction
from broadcasts.api import receipts
from broadcasts.api.models import ApiKey, WebhookPost

TRIES = 10
"""Then it has failed: about a day after the first."""
LEASE = timedelta(seconds=60)
AT_ONCE = 50
log = structlog.get_logger()


def post_due() -> int:
    """Post what is due; how many were taken. By the clock: one at a time, so that a slow address holds up nobody but receipts."""
    due = WebhookPost.select().where((WebhookPost.status == "waiting") & (WebhookPost.next_at <= clock.now()))
    taken, slow = 0, set[int]()
    for post in due.order_by(WebhookPost.next_at, WebhookPost.id).limit(AT_ONCE):
        if post.key_id not in slow and _claimed(post):
            error, wait = _posted(ApiKey.get_by_id(post.key_id), post)
            _settle(post, error, wait)
            taken += error is None
            if error is not None:
                slow.add(post.key_id)  # its other posts wait for the next time
    return taken


def _claimed(post: WebhookPost) -> bool:
    """Nobody else posts it meanwhile; who dies over it leaves it for after the lease."""
    mine = (
        (WebhookPost.id == post.id)
        & (WebhookPost.next_at == post.next_at)
        & (WebhookPost.status == "waiting")
    )
    changed = {WebhookPost.next_at: clock.now() + LEASE, WebhookPost.attempts: WebhookPost.attempts + 1}
    return bool(WebhookPost.update(changed).where(mine).execute())


def _settle(post: WebhookPost, error: str | None, wait: float | None) -> None:
    with transaction():
        found = WebhookPost.get_by_id(post.id)
        if error is None:
            found.status, found.error = "taken", None
        elif found.attempts >= TRIES or error == str(webhooks.GONE):
            found.status, found.error = "failed", error[:120]
        else:
            ours = backoff.after(found.attempts, first=5, factor=4, most=43_200)
            found.next_at = clock.now() + max(ours, timedelta(seconds=wait or 0))
            found.error = error[:120]
        found.save()


def _posted(key: ApiKey, post: WebhookPost) -> tuple[str | None, float | None]:
    """(None when it was taken, else why not; seconds that the receiver asks us to wait)."""
    if key.webhook_url is None or key.revoked_at is not None:
        return str(webhooks.GONE), None
    body = orjson.dumps(_whole(post))
    try:
        with webhooks.Line(key.webhook_url) as line:
            answer = line.post(key.webhook_secret, post.uid, body)
    except webhooks.UNREACHED as error:
        log.info("webhook.not_posted", key=key.id, error=type(error).__name__)
        return type(error).__name__, None
    return None if answer.taken else str(answer.status), answer.wait


def _whole(post: WebhookPost) -> dict[str, object]:
    """Receipts of a campaign are looked up when they are posted: a list of thousands is not kept twice."""
    body: dict[str, object] = dict(post.body)
    data = body.get("data")
    if body.get("type") == "campaign.receipts" and isinstance(data, dict):
        body["data"] = data | {"people": receipts.people(data["campaign"], data["from"])}
    return body
