"""Those who act on what devices say do not get into each other's way."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import clock as clocks
from backend.core.db import transaction
from backend.core.i18n import render
from iot import alarming, listeners
from iot.heard import Heard
from iot.models import Device
from iot.uplink import Arrived, Uplink
from tests.iot.test_storing import House, alarms_open, house

__all__ = ["house"]


def _said(house: House, name: str) -> Heard:
    from iot.registry import devices

    device = house.bound(name, "smoke=smoke")
    now = clocks.now()
    values = {"smoke": True}
    return Heard(
        device,
        devices.profile(device.profile_id),
        Uplink(device.address, values=values),
        {},
        {},
        values,
        now,
        now,
        {},
        arrived=Arrived(f"linli/{name}/up", b"{}", now),
    )


def test_smoke_is_told_of_though_somebody_else_who_listens_breaks(house: House) -> None:
    batch = [_said(house, name) for name in ("kitchen", "bedroom", "cellar")]

    def chart(heard: Sequence[Heard]) -> None:
        for one in heard:
            Device.update(name="drawn").where(Device.id == one.device.id).execute()
            if one is batch[1]:
                raise ValueError("this one cannot be drawn")

    with transaction():
        aside = listeners.tell(batch, (chart, alarming.listen))
    # Staff see what was not drawn, and may try it again.
    assert [(one.arrived, one.device) for one in aside] == [(batch[1].arrived, "plain:bedroom")]
    assert "understood, but" in render(aside[0].why, "en") and aside[0].unheard == __name__
    assert alarms_open() == ["smoke"] * 3
    names = {device.address: device.name for device in Device.select()}
    assert names == {"plain:kitchen": "drawn", "plain:bedroom": "厨房烟感", "plain:cellar": "drawn"}
