"""What the devices of a model can be told: commands and settings, as staff write them down, one a line. Pure.

siren_on                                       as its format usually says it
close_valve = 10:0100 -> valve_open=false      LoRaWAN: port and bytes; and what the device says when it has done it
open_door = {"lock": "open"}                   a JSON message
switch_on = POWER2 ON                          Tasmota
interval = report_s | 85:ff03{u2le} | 60..65535 s     a setting: its own name for it, how it is told, between what
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _


@dataclass(frozen=True, slots=True)
class Act:
    """A command that we know. `once`: it must never happen twice by itself."""

    title: Msg
    once: bool = False


ACTS: dict[str, Act] = {
    "siren_on": Act(_("Sound the siren")),
    "siren_off": Act(_("Silence the siren")),
    "open_door": Act(_("Open the door"), once=True),
    "switch_on": Act(_("Switch it on")),
    "switch_off": Act(_("Switch it off")),
    "close_valve": Act(_("Close the valve")),
    "open_valve": Act(_("Open the valve")),
}
_BYTES = re.compile(r"(?P<port>\d{1,3}):(?P<hex>(?:[0-9a-fA-F]{2}|\{[ui][124](?:le)?\})*)")
_PLACES = re.compile(r"\{(?P<sign>[ui])(?P<size>[124])(?P<order>le)?\}")
_SETTING = re.compile(
    r"(?P<key>[a-z][a-z0-9_]{0,30})\s*=\s*(?P<name>[^|=]+?)\s*\|\s*(?P<said>.+?)\s*(?:\|\s*(?P<least>-?\d+)\.\.(?P<most>-?\d+)\s*(?P<unit>\S*))?"
)


EXAMPLE = "interval = report_s | 85:ff03{u2le} | 60..65535 s"


@dataclass(frozen=True, slots=True)
class Ability:
    """One of ACTS; `said` is "" where the format's own way will do; `expects` (name, value): what the device says once it has done it, by Point or by its
    own name."""

    name: str
    said: str = ""
    expects: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "said": self.said, "expects": list(self.expects) if self.expects else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ability:
        expects = data.get("expects")
        return cls(str(data["name"]), str(data.get("said", "")), tuple(expects) if expects else None)


@dataclass(frozen=True, slots=True)
class Setting:
    """A whole number that the device keeps: it reports it as `name`, and is told it as `said`, with {value} or, in bytes, {u2} and the like."""

    key: str
    name: str
    said: str
    least: int = 0
    most: int = 65_535
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Setting:
        return cls(**data)


def ability(line: str) -> Ability:
    """Raises Invalid."""
    head, _arrow, expected = line.partition("->")
    name, _sign, said = (part.strip() for part in head.partition("="))
    if name not in ACTS:
        raise Invalid(
            _("“{name}” is no command that I know: {all}.", name=name, all=", ".join(ACTS)), "commands"
        )
    checked(said)
    point, sign, value = (part.strip() for part in expected.partition("="))
    if expected.strip() and not (point and sign and value):
        raise Invalid(_("After -> stands what the device says then: valve_open=false."), "commands")
    return Ability(name, said, (point, value) if expected.strip() else None)


def setting(line: str) -> Setting:
    """Raises Invalid."""
    match = _SETTING.fullmatch(line.strip())
    if match is None:
        raise Invalid(
            _(
                "“{text}” is no setting: write {example}.",
                text=line.strip(),
                example=EXAMPLE,
            ),
            "settings",
        )
    checked(match["said"])
    if "{" not in match["said"]:
        raise Invalid(_("“{text}” has no place for the value.", text=match["said"]), "settings")
    least, most = int(match["least"] or 0), int(match["most"] or 65_535)
    if least > most:
        raise Invalid(_("The smaller number comes first."), "settings")
    return Setting(match["key"], match["name"], match["said"], least, most, match["unit"] or "")


def checked(said: str) -> None:
    """Raises Invalid when a text that begins like port and bytes is none."""
    if re.match(r"\d+:", said) and (
        (match := _BYTES.fullmatch(said)) is None or not 1 <= int(match["port"]) <= 223
    ):
        raise Invalid(
            _("“{text}”: write the port (1 to 223), a colon, and the bytes as digits 0 to F.", text=said)
        )


def as_written(one: Ability | Setting) -> str:
    """The inverse of `ability` and `setting`."""
    if isinstance(one, Setting):
        return f"{one.key} = {one.name} | {one.said} | {one.least}..{one.most} {one.unit}".rstrip()
    text = f"{one.name} = {one.said}" if one.said else one.name
    return f"{text} -> {one.expects[0]}={one.expects[1]}" if one.expects else text


def filled(said: str, value: int) -> str:
    """`said` with this value in its places. Raises Invalid when it does not fit into them."""

    def digits(match: re.Match[str]) -> str:
        order = "little" if match["order"] else "big"
        return value.to_bytes(int(match["size"]), order, signed=match["sign"] == "i").hex()  # type: ignore[arg-type]

    try:
        return _PLACES.sub(digits, said).replace("{value}", str(value))
    except OverflowError:
        raise Invalid(_("{value} does not fit.", value=value)) from None


def port_and_bytes(said: str) -> tuple[int, bytes] | None:
    """(10, b"\\x01\\x00") of "10:0100"; None when it is something else."""
    match = _BYTES.fullmatch(said)
    return (int(match["port"]), bytes.fromhex(match["hex"])) if match and "{" not in said else None
