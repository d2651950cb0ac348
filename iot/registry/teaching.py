"""What the devices of a model can do, as staff write it down: how often they report, commands, settings, the map of Modbus registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from iot.codecs import modbus
from iot.codecs.modbus import Register
from iot.decoding import REGISTERS
from iot.models import DeviceProfile
from iot.registry import abilities, devices
from iot.registry.abilities import Ability, Setting

LONGEST_S = 32 * 24 * 3600
MOST = 200
T = TypeVar("T", Ability, Setting, Register)


@dataclass(frozen=True, slots=True)
class Written:
    """As it stands on the page: `minutes` between two reports ("": not known), the others one a line."""

    minutes: str = ""
    commands: str = ""
    settings: str = ""
    registers: str = ""


def written(its: DeviceProfile) -> Written:
    return Written(
        f"{its.period_s / 60:g}" if its.period_s else "",
        "\n".join(abilities.as_written(Ability.from_json(one)) for one in its.commands or ()),
        "\n".join(abilities.as_written(Setting.from_json(one)) for one in its.settings or ()),
        "\n".join(modbus.as_written(Register.from_json(one)) for one in its.registers or ()),
    )


def teach(actor: Actor, profile_id: int, text: Written) -> DeviceProfile:
    """Raises NotFound, Forbidden, Invalid, Conflict: detectors rely on an approved model's registers."""
    with transaction():
        its = devices.changeable(actor, profile_id)
        before = written(its)
        registers = [one.to_json() for one in _lines(text.registers, modbus.written)]
        if its.state == "approved" and registers != (its.registers or []):
            raise Conflict(
                _(
                    "Devices rely on this model. Please make a new one, and give it to them when it is approved."
                )
            )
        its.period_s = _seconds(text.minutes)
        its.commands = [one.to_json() for one in _lines(text.commands, abilities.ability)]
        its.settings = [one.to_json() for one in _lines(text.settings, abilities.setting)]
        its.registers = registers
        if registers:
            its.decoder = f"{REGISTERS}{its.id}"
        elif its.decoder.startswith(REGISTERS):
            its.decoder = ""
        its.changed_at = clock.now()
        its.save(only=("period_s", "commands", "settings", "registers", "decoder", "changed_at"))
        audit.record(
            actor, "device.abilities", f"device_profile:{its.id}", org_id=its.org_id, before=_plain(before),
            after=_plain(written(its)),
        )  # fmt: skip
        return its


def _lines(text: str, read: Callable[[str], T]) -> list[T]:
    return [read(line) for line in text.splitlines()[:MOST] if line.strip()]


def _seconds(minutes: str) -> int | None:
    if not minutes.strip():
        return None
    try:
        seconds = round(float(minutes.strip()) * 60)
    except (ValueError, OverflowError):
        seconds = 0
    if not 1 <= seconds <= LONGEST_S:
        raise Invalid(
            _("How many minutes pass between two reports? 60 for once an hour, 1440 for once a day."),
            "minutes",
        )
    return seconds


def _plain(text: Written) -> dict[str, Any]:
    return {part: getattr(text, part) for part in text.__slots__}
