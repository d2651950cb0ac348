"""Keys: made by staff for another system, shown once, taken back at any time; and which key a call comes with."""

from __future__ import annotations

from backend.core import access, audit, clock, orgs, places, shown_once, webhooks
from backend.core.access import Actor, Post
from backend.core.db import transaction
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import _
from broadcasts.api.models import ApiKey

RIGHT = "api.manage"
ROLE, ROLE_DEVICES = "api", "api_devices"
READ_DEVICES = "device.read"
_LIVE, _SANDBOX = "linli_live_", "linli_test_"
_SHOWN = 15
"""Characters of a key that stay readable: its kind and four more."""


class NoKey(LinliError):
    """The call has no key, or one that does not open anything (any more)."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("This needs a valid API key: send it as “Authorization: Bearer …”."))


def create(
    actor: Actor,
    org_id: int,
    name: str,
    *,
    sandbox: bool,
    webhook_url: str = "",
    reads_devices: bool = False,
) -> tuple[ApiKey, str]:
    """A new key, and its secret, which nobody can be shown again. Raises Forbidden, Invalid."""
    access.check(actor, RIGHT, org_id)
    if reads_devices:
        access.check(actor, READ_DEVICES, org_id)
    name = name.strip()
    if not name:
        raise Invalid(_("Which system is it for? Please give it a name."), "name")
    url = checked_url(webhook_url)
    secret = shown_once.made(_SANDBOX if sandbox else _LIVE, _SHOWN)
    with transaction():
        made: ApiKey = ApiKey.create(
            org_id=org_id, name=name[:80], start=secret.start, digest=secret.digest, sandbox=sandbox, reads_devices=reads_devices,
            webhook_url=url or None, webhook_secret=webhooks.new_secret(), by_id=actor.id, by_name=actor.name[:80],
            created_at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor,
            "api_key.create",
            made.subject,
            org_id=org_id,
            after={"name": made.name, "sandbox": sandbox, "webhook": url, "devices": reads_devices},
        )
    return made, secret.text


def direct(actor: Actor, key_id: int, webhook_url: str) -> None:
    """Where receipts are posted from now on; "" for nowhere. Raises NotFound, Forbidden, Invalid."""
    key = seen(actor, key_id)
    url = checked_url(webhook_url)
    with transaction():
        before = key.webhook_url
        key.webhook_url = url or None
        key.save(only=(ApiKey.webhook_url,))
        audit.record(
            actor,
            "api_key.change",
            key.subject,
            org_id=key.org_id,
            before={"webhook": before},
            after={"webhook": url},
        )


def revoke(actor: Actor, key_id: int) -> None:
    """It opens nothing any more. Raises NotFound, Forbidden."""
    shown_once.revoke(actor, seen(actor, key_id), "api_key.revoke")


def seen(actor: Actor, key_id: int) -> ApiKey:
    """Raises NotFound, also for one that the actor may not see."""
    key: ApiKey = shown_once.seen(ApiKey, actor, key_id, RIGHT)
    return key


def listed(actor: Actor) -> list[ApiKey]:
    """Those that the actor may see, those in use first."""
    return shown_once.listed(ApiKey, actor, RIGHT)


def opened(authorization: str) -> ApiKey:
    """The key of a call's Authorization header (RFC 6750). Raises NoKey."""
    scheme, _space, secret = authorization.partition(" ")
    if scheme.casefold() != "bearer" or not secret.startswith((_LIVE, _SANDBOX)):
        raise NoKey()
    key: ApiKey | None = shown_once.opened(ApiKey, secret.strip())
    if key is None:
        raise NoKey()
    return key


def actor_of(key: ApiKey) -> Actor:
    """Who acts with it: nobody any more when it was taken back."""
    roles = (ROLE, ROLE_DEVICES) if key.reads_devices else (ROLE,)
    path = orgs.get(key.org_id).path
    posts = tuple(Post(role, path) for role in roles) if key.revoked_at is None else ()
    return Actor("api", key.id, key.name, posts)


def actor_by_id(key_id: int) -> Actor:
    """Raises NotFound."""
    key = ApiKey.get_or_none(ApiKey.id == key_id)
    if key is None:
        raise NotFound()
    return actor_of(key)


def checked_url(url: str) -> str:
    """An address that we may post to. Raises Invalid. Which machine it names is looked up when it is posted to."""
    url = url.strip()
    if not url:
        return ""
    try:
        place = places.of(url)
        known = place.secure or places.inside(place)
    except ValueError:
        known = False
    if not known or len(url) > 500:
        raise Invalid(_("Receipts go to an address that begins with https://."), "webhook_url")
    return url
