"""Posting to other systems' addresses, signed as Standard Webhooks says, until they take it or a day is over."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import orjson
import structlog
import urllib3

from backend.core import clock
from backend.core.db import transaction
from broadcasts.api import places, receipts
from broadcasts.api.models import ApiKey, WebhookPost

WAITS = (5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200)
"""Seconds before each further try; then it has failed."""
LEASE = timedelta(seconds=60)
AT_ONCE = 50
SECONDS = 5.0
_GONE = 410
log = structlog.get_logger()


def post_due() -> int:
    """Post what is due; how many were taken. By the clock: one at a time, so that a slow address holds up nobody but receipts."""
    due = WebhookPost.select().where((WebhookPost.status == "waiting") & (WebhookPost.next_at <= clock.now()))
    taken, slow = 0, set[int]()
    for post in due.order_by(WebhookPost.next_at, WebhookPost.id).limit(AT_ONCE):
        if post.key_id not in slow and _claimed(post):
            error = _posted(ApiKey.get_by_id(post.key_id), post)
            _settle(post, error)
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


def _settle(post: WebhookPost, error: str | None) -> None:
    with transaction():
        found = WebhookPost.get_by_id(post.id)
        if error is None:
            found.status, found.error = "taken", None
        elif found.attempts > len(WAITS) or error == str(_GONE):
            found.status, found.error = "failed", error[:120]
        else:
            found.next_at, found.error = (
                clock.now() + timedelta(seconds=WAITS[found.attempts - 1]),
                error[:120],
            )
        found.save()


def _posted(key: ApiKey, post: WebhookPost) -> str | None:
    """None when it was taken, else why not."""
    if key.webhook_url is None or key.revoked_at is not None:
        return str(_GONE)
    body = orjson.dumps(_whole(post))
    moment = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Linli",
        "webhook-id": post.uid,
        "webhook-timestamp": moment,
        "webhook-signature": signature(key.webhook_secret, post.uid, moment, body),
    }
    try:
        answer = _send(key.webhook_url, headers, body)
    except (urllib3.exceptions.HTTPError, OSError, ValueError, places.Refused) as error:
        # ValueError: a name that is none, or that no header can hold.
        log.info("webhook.not_posted", key=key.id, error=type(error).__name__)
        return type(error).__name__
    return None if 200 <= answer < 300 else str(answer)


def _whole(post: WebhookPost) -> dict[str, object]:
    """Receipts of a campaign are looked up when they are posted: a list of thousands is not kept twice."""
    body: dict[str, object] = dict(post.body)
    data = body.get("data")
    if body.get("type") == "campaign.receipts" and isinstance(data, dict):
        body["data"] = data | {"people": receipts.people(data["campaign"], data["from"])}
    return body


def signature(secret: str, uid: str, moment: str, body: bytes) -> str:
    """The header `webhook-signature` of the Standard Webhooks specification; `secret` is whsec_ and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{uid}.{moment}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _send(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post to exactly the machine that was looked at: a name may mean another one a moment later. No redirect is followed."""
    place = places.of(url)
    address = places.looked_up(place)
    timeout = urllib3.Timeout(total=SECONDS)
    more = {"Host": place.netloc}
    if place.secure:
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            address, place.port, server_hostname=place.host, assert_hostname=place.host, timeout=timeout
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, place.port, timeout=timeout)
    with pool:
        answer = pool.urlopen(
            "POST", place.path, body=body, headers=headers | more, retries=False, redirect=False
        )
        return int(answer.status)
