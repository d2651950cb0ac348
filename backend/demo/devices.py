"""Two devices in an elder's home, for a first look: a smoke detector and a help button, with their models looked over; and four homes full of devices that
publish by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core import clock
from backend.core.access import Actor
from backend.demo.repairs import Neighbour
from iot import storing
from iot.fleet import quiet
from iot.mapping import written
from iot.models import Device
from iot.registry import devices, teaching
from iot.registry.teaching import Written
from iot.uplink import Arrived

MODELS = {
    "烟雾报警器": (
        "demo-smoke",
        "厨房烟雾报警器",
        ("smoke=smoke", "temperature=temperature", "battery=battery"),
    ),
    "一键求助按钮": ("demo-button", "床头求助按钮", ("sos=pressed", "battery=battery")),
}
"""By the model's name: the device, what it is called, what its names mean."""
COMMANDS = {"烟雾报警器": "siren_on\nsiren_off"}
FIRST = b'{"battery": 96}'


def make(admin: Actor, community_id: int, neighbours: Mapping[str, Neighbour]) -> None:
    home = neighbours["陈秀英"]
    for model, (device, name, rules) in MODELS.items():
        storing.store([Arrived(f"linli/{device}/up", FIRST, clock.now())])
        profile = devices.save_profile(admin, device, model, [written(rule) for rule in rules])
        devices.approve(admin, profile.id)
        teaching.teach(admin, profile.id, Written(commands=COMMANDS.get(model, "")))
        known = Device.get(Device.address == f"plain:{device}")
        devices.bind(
            admin, known.id, name=name, org_id=home.org_id, profile_id=profile.id, resident_id=home.id
        )
    quiet.settle(
        admin, community_id, {name: (neighbours[name].org_id, neighbours[name].id) for name in quiet.HOMES}
    )
