"""A photo and a point on the map as answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from backend.core.i18n import Msg, Text, _, render
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.plain import half_width
from backend.fields.words import Media, Place, Said


@dataclass(frozen=True, kw_only=True)
class Photo(Field):
    """One photo, already held by `core.media`."""

    kind: ClassVar[str] = "photo"
    echo: ClassVar[bool] = False
    accepts: ClassVar[frozenset[str]] = frozenset({"photo"})
    aliases: ClassVar[tuple[str, ...]] = ("照片", "图片", "photo", "picture")

    def parse(self, said: Said, ctx: Context) -> Media:
        if said.media is None:
            raise Misunderstood(self.example(ctx))
        if not said.media.content_type.startswith("image/"):
            raise Misunderstood(_("This file is not a photo. Could you send a picture, like a JPEG?"))
        return said.media

    def known(self, given: Any, ctx: Context) -> Media | None:
        if isinstance(given, Media):
            given = Said(media=given)
        elif isinstance(given, dict) and {"key", "type"} <= given.keys():
            given = Said(media=self.load(given))
        known: Media | None = super().known(given, ctx)
        return known

    def show(self, value: Media, locale: str) -> str:
        return render(_("1 photo"), locale)

    def masked(self, value: Media, locale: str) -> str:
        return self.show(value, locale)

    def dump(self, value: Media) -> dict[str, str]:
        return {"key": value.key, "type": value.content_type}

    def load(self, data: Any) -> Media:
        return Media(data["key"], data["type"])

    def cell(self, value: Media, locale: str) -> str:
        return value.key

    def from_cell(self, cell: Any, ctx: Context) -> Media:
        raise Misunderstood(_("A photo cannot be read from a cell."))

    def search(self, value: Media) -> str:
        return ""

    def example(self, ctx: Context) -> Text:
        if self.optional:
            return _("Please send a photo, or say “skip”.")
        return _("Please send a photo here.")

    def default_question(self) -> Msg:
        return _("Could you send a photo?")

    def html(self) -> dict[str, Any]:
        return {
            "tag": "input",
            "type": "file",
            "accept": "image/*",
            "capture": "environment",
            "required": not self.optional,
        }


_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d{1,12})?)[°\s]*[,;\s]\s*(-?\d{1,3}(?:\.\d{1,12})?)°?")


@dataclass(frozen=True, kw_only=True)
class Location(Field):
    """A point on the map: shared from a phone, or typed as `31.2304, 121.4737` (latitude first)."""

    kind: ClassVar[str] = "location"
    digits: ClassVar[bool] = True
    accepts: ClassVar[frozenset[str]] = frozenset({"location"})
    aliases: ClassVar[tuple[str, ...]] = ("位置", "定位", "location")

    def parse(self, said: Said, ctx: Context) -> Place:
        if said.location is not None:
            latitude, longitude = said.location.latitude, said.location.longitude
        elif match := _PAIR.fullmatch(half_width(said.text)):
            latitude, longitude = float(match[1]), float(match[2])
        else:
            raise Misunderstood(self.example(ctx))
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise Misunderstood(self.example(ctx))
        return Place(round(latitude, 6) + 0.0, round(longitude, 6) + 0.0)

    def show(self, value: Place, locale: str) -> str:
        return f"{value.latitude:.6f}, {value.longitude:.6f}"

    def speak(self, value: Place, locale: str) -> str:
        return render(_("the place you shared"), locale)

    def dump(self, value: Place) -> list[float]:
        return [value.latitude, value.longitude]

    def load(self, data: Any) -> Place:
        return Place(float(data[0]), float(data[1]))

    def echoed(self, value: Place, locale: str) -> Text:
        return _("Got your location.")

    def example(self, ctx: Context) -> Text:
        return _("Please share your location with the paper clip or the button below.")

    def default_question(self) -> Msg:
        return _("Could you share your location?")
