"""The vocabulary of devices: what a reading means, whatever its maker calls it. Pure.

A Point has one unit. `safety`: somebody's life may hang on it, so that a device that has it and cannot say it is told of loudly. `body`: it is measured on
somebody's body, and is kept sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.core.i18n import Msg, _

Kind = Literal["yes_no", "number", "event", "text"]


@dataclass(frozen=True, slots=True)
class Point:
    """`kind`: a state that is or is not, a number in `unit`, something that happens at a moment, or words."""

    name: str
    title: Msg
    kind: Kind
    unit: str = ""
    safety: bool = False
    body: bool = False


def _all(*points: Point) -> dict[str, Point]:
    return {point.name: point for point in points}


POINTS: dict[str, Point] = _all(
    Point("smoke", _("Smoke"), "yes_no", safety=True),
    Point("gas", _("Gas"), "yes_no", safety=True),
    Point("carbon_monoxide", _("Carbon monoxide"), "yes_no", safety=True),
    Point("water_leak", _("Water on the floor"), "yes_no", safety=True),
    Point("sos", _("Help button"), "event", safety=True),
    Point("fall", _("Fall"), "event", safety=True),
    Point("door_open", _("Door open"), "yes_no"),
    Point("motion", _("Motion"), "yes_no"),
    Point("occupancy", _("Somebody is there"), "yes_no"),
    Point("in_bed", _("In bed"), "yes_no"),
    Point("tamper", _("Tampered with"), "yes_no"),
    Point("moved", _("Moved or opened"), "yes_no"),
    Point("tilt", _("Tilt"), "number", "°"),
    Point("temperature", _("Temperature"), "number", "°C"),
    Point("humidity", _("Humidity"), "number", "%"),
    Point("pressure", _("Air pressure"), "number", "hPa"),
    Point("co2", _("Carbon dioxide"), "number", "ppm"),
    Point("pm25", _("Fine dust PM2.5"), "number", "µg/m³"),
    Point("noise", _("Noise"), "number", "dB"),
    Point("light", _("Light"), "number", "lx"),
    Point("gas_level", _("Gas concentration"), "number", "%LEL"),
    Point("water_level", _("Water level"), "number", "m"),
    Point("heart_rate", _("Pulse"), "number", "/min", body=True),
    Point("breathing_rate", _("Breathing rate"), "number", "/min", body=True),
    Point("blood_pressure_high", _("Blood pressure, upper"), "number", "mmHg", body=True),
    Point("blood_pressure_low", _("Blood pressure, lower"), "number", "mmHg", body=True),
    Point("blood_oxygen", _("Blood oxygen"), "number", "%", body=True),
    Point("blood_glucose", _("Blood sugar"), "number", "mmol/L", body=True),
    Point("body_temperature", _("Body temperature"), "number", "°C", body=True),
    Point("weight", _("Weight"), "number", "kg", body=True),
    Point("steps", _("Steps"), "number"),
    Point("water_total", _("Water meter"), "number", "m³"),
    Point("gas_total", _("Gas meter"), "number", "m³"),
    Point("energy_total", _("Electricity meter"), "number", "kWh"),
    Point("heat_total", _("Heat meter"), "number", "kWh"),
    Point("power", _("Electric power"), "number", "W"),
    Point("voltage", _("Voltage"), "number", "V"),
    Point("current", _("Current"), "number", "A"),
    Point("switch", _("Switched on"), "yes_no"),
    Point("valve_open", _("Valve open"), "yes_no"),
    Point("battery", _("Battery"), "number", "%"),
    Point("battery_voltage", _("Battery voltage"), "number", "V"),
    Point("battery_low", _("Battery low"), "yes_no"),
    Point("signal", _("Signal"), "number", "dBm"),
    Point("latitude", _("Latitude"), "number", "°"),
    Point("longitude", _("Longitude"), "number", "°"),
    Point("accuracy", _("Accuracy of the position"), "number", "m"),
    Point("snapshot", _("Picture"), "text"),
    Point("video_event", _("Camera event"), "event"),
)
SAFETY = frozenset(name for name, point in POINTS.items() if point.safety)
PRESSED = frozenset({"sos", "fall"})
"""Each time calls for help anew, whatever was said a moment ago."""
BODY = frozenset(name for name, point in POINTS.items() if point.body)
