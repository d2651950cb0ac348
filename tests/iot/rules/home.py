"""A home with devices, and rules over them: what the tests of rules talk about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.alarms.models import Alarm
from backend.core import clock, health
from backend.core.orgs import Org
from backend.residents.models import Resident
from iot import storing
from iot.mapping import written
from iot.models import Device
from iot.registry import devices
from iot.rules import actions, waking
from iot.rules.definition import Definition
from iot.rules.models import DeviceRule
from iot.uplink import Arrived
from tests.care.town import Town, daughter, elder, found

MAPPING = (
    "door_open=door",
    "temperature=t",
    "battery=bat",
    "motion=move",
    "water_total=water",
    "tamper=tamper",
    "moved=moved",
    "heart_rate=hr",
)


class Home:
    """Mrs Chen, 78, lives alone in 3-2-501; her daughter is on Telegram."""

    def __init__(self) -> None:
        self.town: Town = found()
        self.admin = self.town.actor(self.town.admin)
        self.chen = elder(self.town, "陈秀英", 501, "sms")
        Resident.update(birthday="1948-03-05").where(Resident.id == self.chen).execute()
        daughter(self.chen)
        self.count = 0
        model = devices.save_profile(self.admin, "all", "百宝箱", [written(rule) for rule in MAPPING])
        devices.approve(self.admin, model.id)
        self.model = model.id
        # Somebody hears at the broker: what is silent says something.
        health.beat("ingest", devices.LISTENING)

    def device(self, name: str = "door", resident_id: int | None = None, org: Org | None = None) -> Device:
        self.says(name)
        known = Device.get(Device.address == f"plain:{name}")
        return devices.bind(
            self.admin, known.id, name=f"传感器 {name}", org_id=(org or self.town.grid).id, profile_id=self.model,
            resident_id=resident_id or self.chen,
        )  # fmt: skip

    def says(self, device: str = "door", *, at: datetime | None = None, **values: Any) -> None:
        self.all_say([(device, values, at)])

    def all_say(self, said: Sequence[tuple[str, dict[str, Any], datetime | None]]) -> None:
        """In one batch."""
        batch = []
        for device, values, at in said:
            self.count += 1
            body = {"id": self.count, **values, **({"at": at.isoformat()} if at else {})}
            batch.append(Arrived(f"linli/{device}/up", json.dumps(body).encode(), clock.now()))
        storing.store(batch)

    def rule(
        self, condition: str, *, live: bool = True, org: Org | None = None, replaces: str = "", **more: Any
    ) -> DeviceRule:
        given: dict[str, Any] = {
            "name": "规则", "kind": "door_left_open", "severity": "warning", "words": {"zh_CN": "门开着。", "en": "It is open."}, **more,
        }  # fmt: skip
        made = actions.write(
            self.admin,
            Definition(condition=condition, **given),
            org_id=(org or self.town.happy).id,
            replaces=replaces,
        )
        return actions.make_live(self.admin, made.id) if live else made


def alarms(status: str = "open") -> list[str]:
    return [a.kind for a in Alarm.select().where(Alarm.status == status).order_by(Alarm.id)]


def later(hands: clock.Hands, **delta: float) -> int:
    """Time passes, and the scheduler comes round."""
    hands.forward(**delta)
    health.beat("ingest", devices.LISTENING)
    return waking.wake()
