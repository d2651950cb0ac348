"""A colleague on her round takes a photo, and says whose it is: it is kept among the files of that resident, home or request."""

from __future__ import annotations

import re
from typing import Any

from backend.attachments import actions as attachments
from backend.core import access, media
from backend.core.i18n import LOCALES, _, render
from backend.fields.base import Field
from backend.fields.choices import Choice
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.step import PHOTOS
from backend.fields.text import Text
from backend.fields.words import Media, Words
from backend.requests import meant
from backend.requests.meant import Meant
from conversations.flow import Answer, Flow, Opening, Person, Retry, Submitted
from conversations.flows.repair_work import actor_of

NAME = "file_photo"
FOUND = "found"
"""The fact that lists what her words may mean."""
MOST_OFFERED = 8
_INTENTS = (
    re.compile(
        r"(?:给|帮|为|替)(?!我)(?P<whom>.{1,40}?)(?:拍|照)(?:的|了)?(?:[一几两]?张)?(?:照片|相片|图片|照)?\W*$"
    ),
    re.compile(
        r"(?:给|帮|为|替|往)(?!我)(?P<whom>.{1,40}?)(?:里|上)?(?:存|传|加|附|留)(?:了|一)?(?:[一几两]?张|个)?(?:照片|相片|图片)\W*$"
    ),
    re.compile(
        r"(?:把)?(?:这张|这几张|这些)?(?:照片|相片|图片)(?:存|放|加|归|传)(?:到|进|给|在)(?P<whom>.{1,40}?)(?:的?(?:档案|资料|文件)(?:里|中)?)?\W*$"
    ),
    re.compile(
        r"\b(?:photo|picture)s? (?:of|for|from|taken (?:at|of|for)) (?P<whom>.{1,60}?)\W*$", re.IGNORECASE
    ),
    re.compile(
        r"\b(?:attach|file|keep|add) (?:this|the|a) (?:photo|picture) (?:to|for|with) (?P<whom>.{1,60}?)\W*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:存|归档)(?:一?张)?照片\W*$|^\W*(?:file|keep|attach) (?:a |this )?photo\W*$", re.IGNORECASE
    ),
)
_FIELDS: list[Field] = [
    Text(
        "whom",
        label=_("Belongs to"),
        ask=_("Whose photo is it? A name, a home like 3-2-501, or the number of a request like R-1047."),
        ask_short=_("Whose is it? A name, a home, or R-1047?"),
        max_length=80,
    ),
    Choice(
        "which",
        label=_("Which"),
        ask=_("Which of these do you mean?"),
        options_from=FOUND,
        when={"fact": FOUND, "op": "filled"},
    ),
    Photo(
        "photo",
        label=_("Photo"),
        ask=_("Please send the photo."),
        unless={"fact": PHOTOS, "op": "filled"},
    ),
]
FORM = Form(NAME, _("Keep a photo"), _FIELDS, review=False)


def may(person: Person) -> bool:
    """Whether the colleague keeps photos of residents somewhere."""
    return access.may(actor_of(person), "resident.attach")


def opened(keys: list[str]) -> Opening:
    """With photos that came already."""
    return Opening(NAME, facts={PHOTOS: keys, "known": ""})


def _start(person: Person, text: str) -> Opening:
    actor = actor_of(person)
    said = next((m for pattern in _INTENTS if (m := pattern.search(text))), None)
    whom = (said.groupdict().get("whom") or "").strip() if said else ""
    facts: dict[str, Any] = {PHOTOS: [], "known": ""}
    if not whom:
        return Opening(facts=facts)
    found = meant.meant(actor, whom)
    if not found:
        return Opening(facts=facts, before=(Words(_not_found(whom)),))
    if len(found) > 1:
        facts[FOUND] = _offered(found)
    return Opening(prefill={"whom": whom}, facts=facts)


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    actor, whom = actor_of(person), str(done.answers["whom"])
    found = meant.meant(actor, whom)
    picked = done.answers.get("which")
    chosen = [one for one in found if one.subject == picked] if picked else found
    if not chosen:
        return Retry("whom", _not_found(whom), {**done.facts, FOUND: []})
    if len(chosen) > 1:
        return Retry("which", _("There are several."), {**done.facts, FOUND: _offered(chosen)})
    one = chosen[0]
    asked: Media | None = done.answers.get("photo")
    keys = [*((asked.key,) if asked is not None else ()), *done.facts.get(PHOTOS, ())]
    for key in keys:
        attachments.add(actor, one.subject, "", media.load(key)[0])
    return Answer.of(Words(_("Kept among the files of {whom}. Thank you.", whom=one.label)))


def _not_found(whom: str) -> Any:
    return _("I found nobody and nothing called “{whom}” that you look after.", whom=whom[:40])


def _offered(found: list[Meant]) -> list[dict[str, Any]]:
    return [
        {"value": one.subject, "label": {locale: render(one.label, locale) for locale in LOCALES}}
        for one in found[:MOST_OFFERED]
    ]


FLOWS = [Flow(NAME, FORM, FORM.title, _start, _submit, intents=_INTENTS, audience="staff")]
