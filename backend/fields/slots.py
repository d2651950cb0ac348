"""A time slot as an answer: one of those that have room now, picked or said ("周六上午")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, ClassVar

from backend.core.i18n import Msg, Text, _, text_from_json
from backend.fields.base import Context, Misunderstood
from backend.fields.calendar import Spoken, spoken, weekday_text
from backend.fields.choices import Choice
from backend.fields.finder import Finder, index_in
from backend.fields.words import Option, Said


@dataclass(frozen=True, init=False)
class TimeSlot(Choice):
    """One of the slots in the fact `options_from` (default "slots"); the value is the slot's id.

    A slot is `{"value": id, "label": text, "short"?: text, "start": ISO instant, "end": ISO instant}`.
    """

    kind: ClassVar[str] = "time_slot"
    aliases: ClassVar[tuple[str, ...]] = ("时间", "时段", "上门时间", "time")

    options_from: str | None = "slots"

    def options(self, ctx: Context) -> tuple[Option, ...]:
        """All, or the nearest as many as the fact `<options_from>_shown` says; the others can be said."""
        return super().options(ctx)[: self._shown(ctx)]

    def _shown(self, ctx: Context) -> int | None:
        shown = ctx.facts.get(f"{self.options_from}_shown")
        return int(shown) if shown else None

    def parse(self, said: Said, ctx: Context) -> str:
        if not ctx.facts.get(self.options_from or ""):
            raise Misunderstood(_("There is no free time at the moment."))
        shown, number = self._shown(ctx), index_in(said.text)
        if shown is not None and said.choice is None and number is not None and number > shown:
            raise Misunderstood(_("The choices go from 1 to {n}.", n=shown))
        return super().parse(said, ctx)

    def read(self, said: Said, ctx: Context, finder: Finder) -> str:
        try:
            want = spoken(said.text, ctx.today)
        except (ValueError, OverflowError):
            want = Spoken()
        if want == Spoken():
            return super().read(said, ctx, finder)
        slots = [s for s in ctx.facts.get(self.options_from or "") or () if "start" in s]
        fitting = [s for s in slots if fits(s, want, ctx.zone)]
        if len(fitting) == 1:
            return str(fitting[0]["value"])
        if fitting:
            raise Misunderstood(_("There are several: {slots}. Which one?", slots=_listed(fitting, ctx)))
        if want.day is not None:
            same_day = [s for s in slots if _start(s, ctx).date() == want.day]
            if same_day:
                raise Misunderstood(
                    _("On {day} we have {slots}.", day=weekday_text(want.day), slots=_listed(same_day, ctx))
                )
            raise Misunderstood(_("On {day} nothing is free.",
                                  day=weekday_text(want.day)))  # fmt: skip
        raise Misunderstood(_("Nothing is free at that time."))

    def example(self, ctx: Context) -> Text | None:
        return _("The number is enough, or a time like “Saturday morning”.")


def _start(slot: Mapping[str, Any], ctx: Context) -> datetime:
    return datetime.fromisoformat(slot["start"]).astimezone(ctx.zone)


def fits(slot: Mapping[str, Any], want: Spoken, zone: tzinfo) -> bool:
    """Whether a slot (see TimeSlot) lies on the day and in the time that was said."""
    start = datetime.fromisoformat(slot["start"]).astimezone(zone)
    end = datetime.fromisoformat(slot["end"]).astimezone(zone) if "end" in slot else start
    if want.day is not None and start.date() != want.day:
        return False
    if want.at is not None:
        at = start.replace(hour=want.at.hour, minute=want.at.minute)
        return start <= at < end or start == at
    return want.hours is None or want.hours[0] <= start.hour < want.hours[1]


def _listed(slots: list[Mapping[str, Any]], ctx: Context) -> Msg | Text:
    labels = [text_from_json(s["label"]) for s in slots[:3]]
    names = [f"t{i}" for i in range(len(labels))]
    return Msg(", ".join(f"{{{n}}}" for n in names), dict(zip(names, labels, strict=True)))
