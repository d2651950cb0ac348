"""What a colleague's few words mean, so that a photo comes to where it belongs: a request by its number, a home by its address, a
resident by her name."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import LOCALES, Text, _
from backend.fields.address import Home, find_home
from backend.requests import queries, wording
from backend.residents import whom

_NUMBER = re.compile(
    r"(?:\bR\s*-?\s*|报修|工单|单号|request|repair)\D{0,4}(\d{4,9})|^\W*(\d{4,9})\W*$", re.IGNORECASE
)
_AROUND = re.compile(
    r"^(?:的|居民|住户|业主|resident)+\s*|\s*(?:的|家里?|那?户|居民|住户|业主|奶奶|爷爷|阿姨|叔叔|先生|女士)+$",
    re.IGNORECASE,
)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Meant:
    """A subject, such as `resident:12`, and how it is called to whoever may read it."""

    subject: str
    label: Text


def meant(actor: Actor, text: str) -> list[Meant]:
    """All that the words may mean among what the actor may read; with a name and an address only whom both fit."""
    if number := _NUMBER.search(text):
        with suppress(NotFound):
            request = queries.seen_by(actor, int(number[1] or number[2]))
            label = _("R-{number} ({category})", number=request.number, category=wording.category(request))
            return [Meant(f"request:{request.number}", label)]
        return []
    placed = find_home(text)
    home, rest = placed if placed else (None, text)
    name = _AROUND.sub("", rest.strip(" ，,。.、")).strip()
    people = whom.meant(actor, name, None) if 1 < len(name) <= _LONGEST_NAME else []
    if home is None:
        return [Meant(f"resident:{p.id}", _called(p.name, p.home)) for p in people]
    there = [p for p in people if p.home is not None and _same(Home.from_json(p.home), home)]
    if there:
        return [Meant(f"resident:{p.id}", _called(p.name, p.home)) for p in there]
    shown = {locale: home.show(locale) for locale in LOCALES}
    return [Meant(f"household:{one}", shown) for one in whom.at_home(actor, home)]


def _same(one: Home, other: Home) -> bool:
    return one.show("zh_CN") == other.show("zh_CN")


def _called(name: str, home: dict[str, str] | None) -> Text:
    if home is None:
        return name
    return _("{name} ({home})", name=name, home={x: Home.from_json(home).show(x) for x in LOCALES})
