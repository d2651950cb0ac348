"""How people are found for a campaign: each way registers itself, and gives rows and whose they are in portions, by the row's number.

An audience is JSON: {"kind": RowSource, "how": way, ...what the way needs, "only": "heads", "families": [kinds], "minus":
[audience, ...]}. `only` keeps the rows of heads of homes; with `families` the relatives of the rows' people are told instead of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from backend.core.access import Actor
from backend.core.errors import Invalid
from backend.core.i18n import LANGUAGES, Msg, Text, _, render
from backend.family import queries as family
from backend.family.topics import CALLED, KINDS
from backend.messaging import people
from backend.printing import rows
from backend.residents import consent, heads

Audience = Mapping[str, Any]
HEADS = "heads"
RELATIVES: dict[str, Msg] = {family.ANY: _("any relative"), **KINDS, **CALLED}
"""Whom `families` may name."""
_AT_ONCE = 2_000


class Found(NamedTuple):
    """Somebody of the audience: a resident, or an address of somebody else, with the row whose values the text is filled with.
    Neither: the row is nobody's who could be told."""

    row_id: int
    resident_id: int | None = None
    identity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """`ids(actor, audience, after, limit)`: the numbers of the next rows beyond `after`, in their order, as far as the actor may see
    them; `count` how many there are in all; `told` what staff read of it; `whose(actor, audience, resident_ids, identity_ids)` the numbers
    of those rows that are theirs, None where all must be gone through. Each raises Invalid for what makes no sense."""

    title: Text
    ids: Callable[[Actor, Audience, int, int], list[int]]
    count: Callable[[Actor, Audience], int]
    told: Callable[[Actor, Audience], Text]
    whose: Callable[[Actor, Audience, Sequence[int], Sequence[int]], list[int]] | None = None


_ways: dict[str, Way] = {}


def register(name: str, way: Way) -> None:
    """At import."""
    _ways[name] = way


def way(audience: Audience) -> Way:
    """Raises Invalid."""
    found = _ways.get(str(audience.get("how", "")))
    if found is None:
        raise Invalid(_("Who shall be told? Please choose."), "audience")
    return found


def portion(actor: Actor, audience: Audience, after: int, limit: int) -> list[Found]:
    """The next people of the audience, in the order of the numbers of their rows, with all that a row has; exclusions are not taken off
    yet. Fewer than `limit`: there are no more."""
    found: list[Found] = []
    last: int | None = after
    while last is not None and len(found) < limit:
        some, last = step(actor, audience, last, limit)
        found += some
    return found


def step(actor: Actor, audience: Audience, after: int, limit: int) -> tuple[list[Found], int | None]:
    """The people of the next rows, so many at most, which may be nobody at all; and the row it came to, None when it was the last."""
    ids = way(audience).ids(actor, audience, after, limit)
    found = narrowed(audience, people_of(str(audience["kind"]), ids))
    return found, ids[-1] if len(ids) >= limit else None


def people_of(kind: str, ids: Sequence[int]) -> list[Found]:
    """These rows of a RowSource with their people."""
    hearing = rows.find(kind).hearing
    if hearing is None:
        raise Invalid(_("Rows of this table are nobody’s who could be written to."), "audience")
    residents, addresses = hearing.people(ids), hearing.addresses(ids)
    return _settled([Found(i, residents.get(i), addresses.get(i)) for i in ids])


def whom(found: Found) -> str | None:
    """The name under which a person is told once."""
    if found.resident_id is not None:
        return f"r{found.resident_id}"
    return f"i{found.identity_id}" if found.identity_id is not None else None


def count(actor: Actor, audience: Audience) -> int:
    """People, before anybody is left out."""
    if not audience.get("only") and not audience.get("families"):
        return way(audience).count(actor, audience)
    total = after = 0
    while part := portion(actor, audience, after, _AT_ONCE):
        total, after = total + len(part), part[-1].row_id
    return total


def told(actor: Actor, audience: Audience) -> Text:
    """In words. Raises Invalid, NotFound, Forbidden for what cannot be looked up."""
    words: Text = way(audience).told(actor, audience)
    if "days" in audience:
        words = _("{audience}, whose day it is", audience=words)
    if audience.get("only") not in (None, HEADS):
        raise Invalid(_("Who shall be told? Please choose."), "audience")
    if audience.get("only"):
        words = _("{audience}: heads of the home only", audience=words)
    if kinds := audience.get("families"):
        if set(kinds) - set(RELATIVES):
            raise Invalid(_("Which relatives? Please choose."), "families")
        words = _(
            "Families ({who}) of: {audience}", who=_listed([RELATIVES[k] for k in kinds]), audience=words
        )
    if minus := audience.get("minus"):
        if any(one.get("minus") for one in minus):
            raise Invalid(_("An exclusion cannot have exclusions of its own."), "minus")
        words = _(
            "{audience}; without: {others}", audience=words, others=_listed([told(actor, m) for m in minus])
        )
    return words


def narrowed(audience: Audience, found: list[Found]) -> list[Found]:
    """Only heads of homes, or their families instead, where the audience says so."""
    if audience.get("only") == HEADS:
        mine = heads.among(_residents(found))
        found = [f for f in found if f.resident_id in mine]
    if kinds := audience.get("families"):
        found = _families(found, kinds)
    return found


def _families(found: Sequence[Found], kinds: Sequence[str]) -> list[Found]:
    """Nobody is told about somebody whom the office may tell nothing herself."""
    hers: dict[int, list[family.Relative]] = {}
    for one in family.relatives(sorted(consent.hearing(_residents(found))), kinds):
        hers.setdefault(one.of, []).append(one)
    return _settled(
        [
            Found(f.row_id, r.relative_id, r.identity_id)
            for f in found
            if f.resident_id is not None
            for r in hers.get(f.resident_id, ())
        ]
    )


def _settled(found: Sequence[Found]) -> list[Found]:
    """Each as a resident or as an address, not both: an address that is somebody's is that person; a resident who has no address of
    her own that she proved is told at the one that came with her, unless she is not to be told at all."""
    owners = people.owners({f.identity_id for f in found if f.identity_id is not None})
    if not owners:
        return [Found(f.row_id, f.resident_id) for f in found]
    both = sorted({f.resident_id for f in found if f.resident_id is not None and f.identity_id in owners})
    reached, hears = people.reached(both), consent.hearing(both)
    settled = []
    for f in found:
        owner = owners.get(f.identity_id) if f.identity_id is not None else None
        if f.identity_id not in owners:
            settled.append(Found(f.row_id, f.resident_id))
        elif f.resident_id is None:
            settled.append(Found(f.row_id, owner) if owner is not None else f)
        elif owner is not None or f.resident_id in reached or f.resident_id not in hears:
            settled.append(Found(f.row_id, f.resident_id))
        else:
            settled.append(Found(f.row_id, None, f.identity_id))
    return settled


def _residents(found: Sequence[Found]) -> list[int]:
    return sorted({f.resident_id for f in found if f.resident_id is not None})


def _listed(words: Sequence[Text]) -> Text:
    return {
        code: ("、" if code.startswith("zh") else ", ").join(render(w, code) for w in words)
        for code in LANGUAGES
    }
