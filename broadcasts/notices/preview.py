"""A notice as each channel gives it: filled for one row of a table, or with its columns' names where nobody is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import Text, _
from backend.messaging import people
from backend.messaging.channels import NAMES
from backend.messaging.content import Content
from backend.messaging.topics import TOPICS
from backend.printing import record_rows, rows
from backend.printing.columns import Columns
from backend.printing.rows import RowSource
from backend.records import query, reading, tables
from backend.records.query import Query
from backend.residents import queries as residents
from backend.settings import settings
from bots import bubbles, email, fax_shape, photo_link, sms_shape
from bots.bubbles import Bubble, Shape
from bots.email_shape import Mail
from broadcasts.audiences import finding
from broadcasts.campaigns import freezing, telling
from broadcasts.campaigns.recipients import REASONS
from broadcasts.models import Campaign
from broadcasts.notices import wording
from broadcasts.notices.wording import Script, Wording

CHANNELS = ("telegram", "webchat", "sms", "voice", "email", "fax")
MOST_OFFERED = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What one person would get. `missing`: the names without a value, for whose sake she would not be told; `refused`: why else."""

    shapes: list[Shape]
    locale: str
    missing: list[str]
    refused: Text = ""


def look(
    actor: Actor,
    kind: str,
    topic: str,
    written: Wording,
    row_id: int | None,
    locale: str,
    photo: Mapping[str, str],
) -> Look:
    """`written`, which is `checked`, for this row in its person's language; without a row, or where the actor may not see it, its
    columns' names in the language `locale`. `photo`: addresses of photos by key."""
    script = written.script()
    columns = rows.columns(actor, kind)
    if row_id is not None:
        address = _address(kind, topic, row_id)
        spoken = script.locale(address.locale if address is not None else locale)
        row = telling.values_of(actor, kind, script, columns, [row_id], spoken).get(row_id)
        if row is not None:
            missing = wording.lacking(wording.needs(script, spoken, columns), row)
            refused = _refused(kind, topic, row_id)
            best = address.channel if address is not None and not refused and not missing else ""
            drawn = shapes(_said(script, spoken, columns, row), photo, best)
            return Look(sorted(drawn, key=lambda shape: not shape.mark), spoken, missing, refused)
    spoken = script.locale(locale)
    labels = {**telling.own_words(spoken), **rows.sample(columns, spoken)}
    return Look(shapes(_said(script, spoken, columns, labels), photo), spoken, [])


def _said(script: Script, locale: str, columns: Columns, row: Mapping[str, str]) -> Content:
    values = {**row, "number": "1"}
    return script.said(locale, lambda name: columns.value(values, name))


def _refused(kind: str, topic: str, row_id: int) -> Text:
    """Why she would not be told whatever it says."""
    (one,) = finding.people_of(kind, [row_id])
    known = [one.resident_id] if one.resident_id is not None else []
    others = [one.identity_id] if one.identity_id is not None and not known else []
    if not known and not others:
        return REASONS["nobody"]
    campaign = Campaign(topic=topic, channels=[])
    reasons = freezing.refusals(campaign, known, others, freezing.addresses(campaign, known))
    return next((REASONS[reason] for reason in reasons.values()), "")


def shapes(content: Content, photo: Mapping[str, str] | None = None, best: str = "") -> list[Shape]:
    """On every channel, in `content`'s language; `best` is the channel on which she would be told."""
    pictures = tuple(address for key in content.media if (address := (photo or {}).get(key)))
    return [
        replace(_shape(channel, content, pictures), mark=_("is told here") if channel == best else "")
        for channel in CHANNELS
    ]


def _shape(channel: str, content: Content, pictures: tuple[str, ...]) -> Shape:
    title = NAMES[channel]
    if channel == "email":
        shown = [Bubble(False, [], pictures=pictures)] if pictures else []
        return Shape(title, shown, _("One letter"), letter=email.shape(content))
    if channel == "fax":
        return Shape(title, [], _("One page or more"), letter=Mail("", "", _faxed(content)))
    if channel == "sms":
        content = photo_link.linked(content, telling.A_NUMBER)
        drawn = bubbles.drawn(channel, [content])
        return Shape(title, drawn, bubbles.sms_total(len(drawn), telling.segments(content)))
    drawn = bubbles.drawn(channel, [content])
    if channel == "voice":
        return Shape(title, drawn, _("Read out, about {n} seconds", n=_seconds(drawn)))
    with_pictures = [replace(drawn[0], pictures=pictures), *drawn[1:]] if drawn else []
    return Shape(title, with_pictures, bubbles.counted(len(drawn)))


def _faxed(content: Content) -> str:
    now = settings()
    day = telling.own_words(content.locale)["today"]
    page = fax_shape.shape(content, now.community_name, now.hotline, day)
    return page.html.replace("</head>", f"<style>{page.css}</style></head>", 1)


def _seconds(drawn: list[Bubble]) -> int:
    """Spoken slowly: four Chinese characters a second, or about fifteen letters."""
    text = "".join(part for bubble in drawn for part, _bold in bubble.runs)
    wide = sum(not sms_shape.is_gsm(c) for c in text)
    return max(1, round(wide / 4 + (len(text) - wide) / 15))


def _address(kind: str, topic: str, row_id: int) -> people.Address | None:
    hearing = rows.find(kind).hearing
    if hearing is None:
        return None
    if (resident_id := hearing.people([row_id]).get(row_id)) is not None:
        return people.best([resident_id], stopped=TOPICS[topic].exempt).get(resident_id)
    if (identity_id := hearing.addresses([row_id]).get(row_id)) is not None:
        found = people.by_ids([identity_id])[identity_id]
        return people.Address(found.id, found.channel, found.locale)
    return None


def offered(actor: Actor, kind: str, words: str, locale: str) -> Sequence[tuple[int, Text]]:
    """Rows to look at the notice with: those that fit `words`, or the last ones; (number, name)."""
    source = rows.find(kind)
    if not access.may(actor, source.permission):
        return []
    prefix, _colon, key = kind.partition(":")
    if prefix == record_rows.PREFIX:
        table = tables.of(key)
        found = query.page(actor, Query(table, text=words), limit=MOST_OFFERED)
        return [(int(row.id or 0), reading.title(table, row, locale)) for row in found]
    named = _named(actor, source, locale)
    fitting = [(i, name) for i, name in named if words.casefold() in name.casefold()]
    return [(i, name or _("Row {n}", n=i)) for i, name in fitting[:MOST_OFFERED]]


def _named(actor: Actor, source: RowSource, locale: str) -> list[tuple[int, str]]:
    """The last rows, by their person's name, or by what stands in their first column."""
    recent, hearing = source.recent(actor), source.hearing
    if hearing is None:
        return []
    owners = hearing.people(recent)
    names = {number: one.name for number, one in residents.by_ids(set(owners.values())).items()}
    first = frozenset(c.key for c in source.columns(actor)[:1])
    shown = hearing.rows(actor, recent, locale, first)
    return [
        (i, names.get(owners.get(i, 0)) or next(iter(shown.get(i, {}).values()), ""))
        for i in recent
        if i in shown
    ]
