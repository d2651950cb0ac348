"""What we say, as a telephone call: a script to read, and the TwiML that says it and listens. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, VoiceResponse

from backend.core.i18n import DEFAULT_LOCALE, Text, _, is_easy, language, render
from backend.messaging.content import Content
from bots.plain import plain

SECONDS = 8
"""How long somebody may think before it counts as silence."""
SECONDS_TO_LOOK, DIGITS_TO_LOOK_UP = 20, 6
"""A number this long stands on a card, or in a text message that is still on its way."""
LONGEST_SAY = 1000
"""Characters in one <Say>; Twilio takes 4,096."""
MOST_HINTS = 20
KEYED_AT_ONCE = 9
"""So many options are answered by one key; more need # to end a number."""
MOST_READ = 6
"""So many options are read out at once; nobody remembers more, so of a longer list she just says hers, or asks for it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The language tag of speech and recognition, and a voice that speaks it (twilio.com/docs/voice/twiml/say)."""

    language: str
    voice: str


SPEAKERS = {"zh_CN": Speaker("zh-CN", "Polly.Zhiyu"), "en": Speaker("en-US", "Polly.Joanna")}

LANGUAGES = {"zh_CN": "中文请按 1。", "en": "For English, press 2."}
"""Each offered in itself, in the order of their keys."""

_URL = re.compile(r"(?:https?://|www\.)[!-~]+")
_MASKED = re.compile(r"\d{2,4}\*{3,}(\d{2,4})")
_SPAN = re.compile(r"(\d:\d\d)\s*[-–—~\uff5e]\s*(?=\d)|(?<=\d)\s*[–—~\uff5e]\s*(?=\d)")
"""From when to when; a plain hyphen also stands in house numbers."""
_NUMBER = re.compile(r"(?<![A-Za-z\d])[A-Za-z]-?\d{3,}(?!\d)|\d(?:[ -]?\d){4,}")
_LINE = re.compile(r"\s*\n\s*")
_STOPS = ("\u3002", "\uff01", "\uff1f", "\uff1b", "\uff1a", "\uff0c", ".", "!", "?", ";", ":", ",", "\u2026")
_SENTENCE = re.compile(r"(?<=[\u3002\uff01\uff1f\uff1b\u2026])|(?<=[.!?;]\s)")


@dataclass(frozen=True, slots=True)
class Keys:
    """How the keypad answers: `digits` that end by themselves, or, when None, any number of them until `#`."""

    digits: int | None
    hints: str = ""


def spoken(text: str, locale: str) -> str:
    """`text` for the ear: no marks, no links, long numbers digit by digit, lines as sentences."""
    said = _URL.sub("", plain(text))
    ending = render(_("ending in {digits}", digits=r"\1"), locale)
    said = _MASKED.sub(ending, said)
    said = _SPAN.sub(lambda m: (m[1] or "") + render(_(" to "), locale), said)
    said = _NUMBER.sub(lambda m: " ".join(c for c in m[0] if c.isalnum()), said)
    said = re.sub(r"(?<=ending in )\d+|(?<=尾号)\d+", lambda m: " ".join(m[0]), said)
    lines = [line for line in _LINE.split(said) if line.strip()]
    stop = "\u3002" if language(locale) == "zh_CN" else ". "
    return "".join(
        line if n == len(lines) - 1 else line + (" " if line.endswith(_STOPS) else stop)
        for n, line in enumerate(lines)
    ).strip()


def withheld(replies: Sequence[Content]) -> bool:
    """Whether the options are too many to be read out unasked."""
    return bool(replies) and len(asked(replies).options) > MOST_READ


def keys(content: Content, *, listing: bool = False) -> Keys:
    """The keypad for answering `content`; `listing`: all its options are read out, however many."""
    labels = ",".join(
        plain(o.label).replace(",", " ").replace("\n", " ") for _n, o in content.answers[:MOST_HINTS]
    )
    if content.keypad is not None and (content.keypad > 2 or len(content.options) <= MOST_READ):
        return Keys(content.keypad, labels)
    if content.keypad == 0:
        return Keys(None, labels)
    # Of a list that was not read out nobody knows the numbers: the one key that counts is the star.
    return Keys(None if listing and len(content.options) > KEYED_AT_ONCE else 1, labels)


def script(replies: Sequence[Content], *, person: bool = False, listing: bool = False) -> list[str]:
    """What is said, line by line: the texts, then the options of the last reply that has any, then how to hear it again.

    Of more than MOST_READ options only how to hear them, unless `listing`.
    """
    if not replies:
        return []
    locale = replies[-1].locale
    lines = [line for content in replies for line in _lines(spoken(content.spoken, content.locale))]
    offering = next((c for c in reversed(replies) if c.answers), None)
    silent = withheld(replies) and not listing
    if silent:
        lines.append(render(_("Please just say it."), locale))
        lines.append(render(_("To hear the choices, say “more” or press star."), locale))
    elif offering is not None:
        lines += [
            render(_("{label}, press {number}.", label=spoken(o.label, locale), number=n), locale)
            for n, o in offering.answers
        ]
    if keys(asked(replies), listing=listing).digits is None:
        lines.append(render(_("After the number, press the pound key."), locale))
    if not silent and (offering is not None or person):
        lines.append(render(_("To hear it again, press star."), locale))
    if person:
        lines.append(render(_("To talk to a person, press zero."), locale))
    return lines


def asked(replies: Sequence[Content]) -> Content:
    """The reply that the keypad answers: the last one with options, else the last."""
    return next((c for c in reversed(replies) if c.answers), replies[-1])


def _lines(text: str) -> list[str]:
    if len(text) <= LONGEST_SAY:
        return [text] if text else []
    lines = [""]
    for sentence in _SENTENCE.split(text):
        for start in range(0, len(sentence), LONGEST_SAY):
            piece = sentence[start : start + LONGEST_SAY]
            if len(lines[-1]) + len(piece) > LONGEST_SAY:
                lines.append("")
            lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


def asking(
    replies: Sequence[Content],
    action: str,
    *,
    before: Text | None = None,
    slow: bool = False,
    person: bool = False,
    listing: bool = False,
) -> str:
    """TwiML that says `replies` (after `before`) and sends the answer, or the silence, to `action`.

    `slow`: at a slower pace; always so in the easy register. `person`: also tells how to reach one.
    `listing`: reads out all options, however many.
    """
    response = VoiceResponse()
    locale = replies[-1].locale if replies else DEFAULT_LOCALE
    pad = keys(asked(replies), listing=listing) if replies else Keys(1)
    gather = response.gather(
        input="dtmf speech",
        action=action,
        method="POST",
        language=SPEAKERS[language(locale)].language,
        timeout=SECONDS_TO_LOOK if (pad.digits or 0) >= DIGITS_TO_LOOK_UP else SECONDS,
        speech_timeout="auto",
        action_on_empty_result=True,
        profanity_filter=False,
        **({"num_digits": pad.digits, "finish_on_key": ""} if pad.digits else {"finish_on_key": "#"}),
        **({"hints": pad.hints} if pad.hints else {}),
    )
    lead = render(before, locale) if before is not None else ""
    if slow or is_easy(locale):
        _say_slowly(gather, lead, script(replies, person=person, listing=listing), locale)
    else:
        lines = script(replies, person=person, listing=listing)
        for n, line in enumerate([lead, *lines] if lead else lines):
            if n:
                gather.pause(length=1)
            _say(gather, line, locale)
    # For a provider that goes on here when nothing was keyed or said.
    response.redirect(action, method="POST")
    return str(response)


def _say(parent: VoiceResponse | Gather, line: str, locale: str) -> None:
    speaker = SPEAKERS[language(locale)]
    parent.say(line, language=speaker.language, voice=speaker.voice)


def _say_slowly(gather: Gather, lead: str, lines: Sequence[str], locale: str) -> None:
    speaker = SPEAKERS[language(locale)]
    if lead:
        _say(gather, lead, locale)
    for line in lines:
        gather.pause(length=1)
        gather.say(language=speaker.language, voice=speaker.voice).prosody(line, rate="slow")


def ending(text: Text, locale: str) -> str:
    """TwiML that says `text` and hangs up."""
    return telling([spoken(render(text, locale), locale)], locale)


def telling(lines: Sequence[str], locale: str) -> str:
    """TwiML that says the lines and hangs up, expecting nothing: to an answering machine, or at the end."""
    response = VoiceResponse()
    for n, line in enumerate(filter(None, lines)):
        if n:
            response.pause(length=1)
        _say(response, line, locale)
    response.hangup()
    return str(response)


def choosing_language(action: str) -> str:
    """TwiML that asks, in both, which language to go on in."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf speech",
        action=action,
        method="POST",
        language=SPEAKERS[DEFAULT_LOCALE].language,
        timeout=SECONDS,
        speech_timeout="auto",
        action_on_empty_result=True,
        num_digits=1,
        finish_on_key="",
    )
    for locale, offer in LANGUAGES.items():
        _say(gather, offer, locale)
    response.redirect(action, method="POST")
    return str(response)
