"""A Form talked through without anybody: for the preview in the admin, and for tests. Pure; nothing takes effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.fields.base import Field
from backend.fields.choices import Choice, Choices, MultiChoice
from backend.fields.dates import Date, limit
from backend.fields.form import Form
from backend.fields.state import SendCode, State, Step, code_digest
from backend.fields.words import Media, Place, Said, Words

CODE = "123456"
"""The one-time code that every simulated proof asks for."""
MOST = 80
"""Exchanges of a walk: a Form that asks more than this asks for ever."""

_SAMPLES: dict[str, Said] = {
    "real_name": Said(text="王秀英"),
    "id_number": Said(text="11010519491231002X"),
    "phone": Said(text="13800138000"),
    "email": Said(text="xiuying@example.com"),
    "address": Said(text="3-2-501"),
    "integer": Said(text="2"),
    "decimal": Said(text="2"),
    "money": Said(text="20"),
    "rating": Said(text="5"),
    "text": Said(text="厨房"),
    "long_text": Said(text="厨房的水管在滴水"),
    "photo": Said(media=Media("sample", "image/jpeg")),
    "location": Said(location=Place(39.9, 116.4)),
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said (None: the conversation begins) and what the Form answers. `code`: a code was sent before."""

    said: Said | None
    replies: tuple[Words, ...]
    outcome: str
    code: bool = False


def play(
    form: Form,
    channel: str,
    inputs: Sequence[Said],
    now: datetime,
    locale: str,
    facts: dict[str, Any] | None = None,
) -> list[Exchange]:
    """The conversation that these inputs make on `channel`; what comes after its end is left out."""
    waiting = list(inputs)
    return _talk(form, channel, lambda _state: waiting.pop(0) if waiting else None, now, locale, facts)


def walk(
    form: Form, channel: str, now: datetime, locale: str, facts: dict[str, Any] | None = None
) -> list[Exchange]:
    """The whole conversation with somebody who answers every question: the first option, or a likely answer."""
    return _talk(form, channel, lambda step: _answer(form, step, now), now, locale, facts)


def sample_facts(form: Form, now: datetime) -> dict[str, Any]:
    """What Flows look up for their Forms, made up: two free windows tomorrow, two things to choose from."""
    tomorrow = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    offered = [
        Choices("1", {"zh_CN": "第一个", "en": "The first"}),
        Choices("2", {"zh_CN": "第二个", "en": "The second"}),
    ]
    looked_up = {field.options_from for field in form.fields if isinstance(field, Choice | MultiChoice)}
    return {
        **{name: [option.to_json() for option in offered] for name in looked_up if name},
        "slots": [_window(tomorrow.replace(hour=9)), _window(tomorrow.replace(hour=14))],
    }


def _window(begins: datetime) -> dict[str, Any]:
    ends = begins + timedelta(hours=2)
    hours = f"{begins.hour}–{ends.hour}"
    return {
        "value": str(begins.hour),
        "label": {"zh_CN": f"明天 {hours}点", "en": f"Tomorrow {hours}:00"},
        "short": {"zh_CN": f"明天{hours}点", "en": f"tomorrow {hours}h"},
        "start": begins.isoformat(),
        "end": ends.isoformat(),
    }


def _talk(
    form: Form,
    channel: str,
    next_said: Callable[[Step], Said | None],
    now: datetime,
    locale: str,
    facts: dict[str, Any] | None,
) -> list[Exchange]:
    step = form.start({}, {**sample_facts(form, now), **(facts or {}), "channel": channel}, now, locale)
    step, coded = _with_code(form, step, now)
    told = [Exchange(None, step.replies, step.outcome, coded)]
    while step.outcome in ("asking", "misheard") and len(told) < MOST:
        said = next_said(step)
        if said is None:
            break
        step, coded = _with_code(form, form.step(step.state, said, now, locale), now)
        told.append(Exchange(said, step.replies, step.outcome, coded))
    return told


def _with_code(form: Form, step: Step, now: datetime) -> tuple[Step, bool]:
    """What the engine does when a code is to be sent, but always the same code."""
    wanted = any(isinstance(effect, SendCode) for effect in step.effects)
    if not wanted:
        return step, False
    until_ms = round((now + timedelta(minutes=10)).timestamp() * 1000)
    state = form.with_code(step.state, code_digest(CODE, "salt"), "salt", until_ms)
    return Step(state, step.replies, step.outcome, (), step.answers, step.proven), True


def _answer(form: Form, step: Step, now: datetime) -> Said | None:
    state: State = step.state
    if state.phase == "code":
        return Said(text=CODE)
    options = next((w.options for w in reversed(step.replies) if w.options), ())
    asked = _asked(form, state)
    if isinstance(asked, Date):
        return Said(text=_day_of(asked, now).isoformat())
    if asked is not None and asked.kind in _SAMPLES and (not options or options[0].value.startswith("!")):
        return _SAMPLES[asked.kind]
    return Said(choice=options[0].value) if options else None


def _day_of(asked: Date, now: datetime) -> date:
    """A birthday long ago, or the day after the first that is taken, or the first."""
    if asked.birthday:
        return date(1949, 12, 31)
    first = limit(asked.earliest, now.date()) or now.date()
    last = limit(asked.latest, now.date())
    return first if last is not None and last <= first else first + timedelta(days=1)


def _asked(form: Form, state: State) -> Field | None:
    return form.by_name.get(state.asking or "") if state.phase in ("asking", "correcting") else None
