"""Addresses that network servers post to: ChirpStack's HTTP integration, webhooks of The Things Stack, anybody's JSON. The same way in as from the broker."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from backend.core import access, audit, clock, shown_once
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import Msg, _
from iot import storing
from iot.ingest.models import DeviceHook
from iot.registry.devices import CHANGE
from iot.storing import Stored
from iot.uplink import Arrived

FORMATS: dict[str, Msg] = {
    "chirpstack": _("ChirpStack v4, HTTP integration (JSON)"),
    "things_stack": _("The Things Stack v3, webhook (JSON)"),
    "plain": _("JSON of one’s own"),
}
PER_SECOND, AT_ONCE = 100.0, 1_000.0
"""Messages of one address, in each web process; a network server that was away for a while brings many at once."""


class NoHook(LinliError):
    """There is no such address, or not any more."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such address."))


class TooMany(LinliError):
    """It brings more than is agreed."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many at once. Please try again in a moment."))


def create(actor: Actor, org_id: int, name: str, format: str) -> tuple[DeviceHook, str]:
    """A new address, and its token, which nobody can be shown again. Raises Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    if not name.strip():
        raise Invalid(_("Which network server is it for? Please give it a name."), "name")
    if format not in FORMATS:
        raise Invalid(_("Please choose one."), "format")
    token = shown_once.made()
    with transaction():
        made: DeviceHook = DeviceHook.create(
            org_id=org_id, name=name.strip()[:80], format=format, start=token.start, digest=token.digest,
            by_id=actor.id, by_name=actor.name[:80], created_at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor,
            "device_hook.create",
            made.subject,
            org_id=org_id,
            after={"name": made.name, "format": format},
        )
    return made, token.text


def revoke(actor: Actor, hook_id: int) -> None:
    """It takes nothing any more. Raises NotFound."""
    shown_once.revoke(actor, seen(actor, hook_id), "device_hook.revoke")


def seen(actor: Actor, hook_id: int) -> DeviceHook:
    """Raises NotFound, also for one that the actor may not see."""
    hook: DeviceHook = shown_once.seen(DeviceHook, actor, hook_id, CHANGE)
    return hook


def listed(actor: Actor) -> list[DeviceHook]:
    """Those that the actor may see, those in use first."""
    return shown_once.listed(DeviceHook, actor, CHANGE)


def opened(format: str, token: str) -> DeviceHook:
    """Whose address it is. Raises NoHook, TooMany."""
    hook: DeviceHook | None = shown_once.opened(DeviceHook, token, DeviceHook.format == format)
    if hook is None:
        raise NoHook()
    if not _paces.takes(hook.id):
        raise TooMany()
    return hook


def take(hook: DeviceHook, payload: bytes, args: Mapping[str, str]) -> Stored:
    """One message into the database, or aside; `args` are those of the address (`event` of ChirpStack, `device` of plain JSON). Returns after the
    commit. Raises Invalid, and what the database raises while it is away."""
    topic = _topic(hook.format, args)
    if topic is None:
        return Stored()
    return storing.store_surely(
        [Arrived(topic, payload, clock.now(), source=hook.subject, org_id=hook.org_id)]
    )


def _topic(format: str, args: Mapping[str, str]) -> str | None:
    """Under which the broker would bring it; None for what is nothing to us. Raises Invalid."""
    if format == "chirpstack":
        event = args.get("event", "up")
        return f"application/-/device/-/event/{event}" if event.isalpha() and len(event) < 20 else None
    if format == "things_stack":
        return "v3/-/devices/-/up"
    device = args.get("device", "")
    if not device or len(device) > 80 or set("+#\0") & set(device) or device.startswith("/"):
        raise Invalid(_("Which device says it? Add ?device=… to the address."), "device")
    return f"linli/{device}/up"


@dataclass(slots=True)
class _Paces:
    """How much each address brought lately: a bucket that runs out (GCRA)."""

    lock: Lock
    due: dict[int, float]

    def takes(self, hook_id: int) -> bool:
        now = time.monotonic()
        with self.lock:
            due = max(self.due.get(hook_id, 0.0), now)
            if due - now > (AT_ONCE - 1) / PER_SECOND:
                return False
            self.due[hook_id] = due + 1 / PER_SECOND
            return True


_paces = _Paces(Lock(), {})
