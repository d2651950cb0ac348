"""A list whose people somebody else has found already, such as another system in its call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from backend.core import clock
from backend.core.access import Actor
from broadcasts.lists import actions as lists
from broadcasts.lists import work
from broadcasts.lists.columns import VALUE, Layout
from broadcasts.models import AudienceList


class Person(NamedTuple):
    """A resident, or an address of somebody else; `values` by the label of the column."""

    resident_id: int | None
    identity_id: int | None
    values: Mapping[str, str]


def keep(
    actor: Actor, org_id: int, name: str, labels: Sequence[str], people: Sequence[Person]
) -> AudienceList:
    """The list, ready to be told, inside the caller's transaction; the number of a row is its place, from 1. The caller has checked the
    actor's right."""
    layout = Layout(columns=tuple(enumerate(labels)), roles=(VALUE,) * len(labels))
    now = clock.now()
    made: AudienceList = AudienceList.create(
        org_id=org_id, name=name[:80], file_name="", choices=layout.to_json(),
        columns=[[key, label] for _n, key, label in layout.values], state=lists.READY, rows=len(people),
        position=len(people), total=len(people), by_id=actor.id, by_name=actor.name[:80], created_at=now, changed_at=now,
    )  # fmt: skip
    work.insert(
        made.id,
        [
            (number, [p.values.get(label) for label in labels], p.resident_id, p.identity_id, None)
            for number, p in enumerate(people, 1)
        ],
    )
    return made
