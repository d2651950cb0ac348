"""Random audiences with overlaps against a model in memory: everybody in exactly one state, nobody told twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from backend.core import clock as clocks
from backend.core.db import transaction
from backend.events.models import Event, EventSignup
from backend.family.models import Relation
from backend.messaging import people, topics
from backend.messaging.models import Identity
from backend.records import marking, tables
from backend.records.models import Record
from backend.residents.models import Resident
from broadcasts.audiences import finding
from broadcasts.audiences.exclusion import Exclusion
from broadcasts.campaigns import accounting, freezing, pump
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.lists import made as lists_made
from broadcasts.models import Campaign, Recipient
from broadcasts.notices.wording import Variant, Wording
from tests.broadcasts.village import Village, build
from tests.databases import TestDatabase

PEOPLE = 14
EXAMPLES = 50
SENT = 5
"""Of the examples, how many go out as campaigns."""
Row = tuple[int, int | None, int | None]
Name = str | None


@dataclass
class Model:
    """The village as plain data: what each resident, relation and row is."""

    homes: dict[int, int] = field(default_factory=dict)
    born: dict[int, str] = field(default_factory=dict)
    heads: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    relatives: list[tuple[int, str, int | None, int | None]] = field(default_factory=list)
    owners: dict[int, int | None] = field(default_factory=dict)
    rows: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def found(self, audience: dict[str, Any]) -> list[Row]:
        rows = [self.settled(r) for r in self.rows[audience["kind"]][self.key(audience)]]
        if audience.get("only"):
            heads = {h for home in set(self.homes.values()) if (h := self.head(home)) is not None}
            rows = [r for r in rows if r[1] in heads]
        if kinds := audience.get("families"):
            rows = [
                self.settled((row, who, at))
                for row, resident, _at in rows
                for of, kind, who, at in self.relatives
                if of == resident and of not in self.gone and ("any" in kinds or kind in kinds)
            ]
        return rows

    @staticmethod
    def key(audience: dict[str, Any]) -> str:
        return (
            ",".join(map(str, audience["ids"]))
            if audience["how"] == "ids"
            else str(audience.get("which", audience["how"]))
        )

    def head(self, home: int) -> int | None:
        here = [r for r, h in self.homes.items() if h == home and r not in self.gone]
        named = [r for r in here if r in self.heads]
        return min(
            named or [r for r in here if self.born[r] < "2008"], key=lambda r: (self.born[r], r), default=None
        )

    def settled(self, row: Row) -> Row:
        number, resident, at = row
        if at is None:
            return row
        owner = self.owners.get(at)
        if resident is None:
            return (number, owner, None) if owner is not None else row
        alone = owner is None and resident not in self.reached and resident not in self.gone
        return (number, None, at) if alone else (number, resident, None)

    def states(self, audience: dict[str, Any], merge: str) -> list[tuple[Row, str | None]]:
        off = {name(r) for m in audience.get("minus", ()) for r in self.found(m)}
        told: set[Name] = set()
        states: list[tuple[Row, str | None]] = []
        for row in self.found(audience):
            resident = row[1]
            mine = name(row)
            once = f"h{self.homes[resident]}" if merge == "household" and resident in self.homes else mine
            reason = None
            if mine is None:
                reason = "nobody"
            elif mine in off:
                reason = "excluded"
            elif resident in self.gone:
                reason = "not_wanted"
            elif resident in self.silent:
                reason = "opted_out"
            elif resident is not None and resident not in self.reached:
                reason = "no_address"
            elif once in told:
                reason = "twice"
            if reason is None:
                told.add(once)
            states.append((row, reason))
        return states


def name(row: Row) -> Name:
    _number, resident, at = row
    return f"r{resident}" if resident is not None else f"i{at}" if at is not None else None


def peopled(village: Village, chance: random.Random) -> Model:
    model = Model()
    for n in range(PEOPLE):
        channels = chance.choice((("sms",), ("telegram", "sms"), ()))
        born = f"{chance.choice((1940, 1955, 1980, 2015))}-0{chance.randint(1, 9)}-11"
        number = village.person(
            f"第{n}位",
            500 + n,
            *channels,
            birthday=born,
            status=chance.choice(("approved", "approved", "pending")),
        )
        model.born[number] = born
        if channels:
            model.reached.add(number)
    residents = list(model.born)
    for number in residents:
        one = Resident.get_by_id(number)
        home = int(Resident.get_by_id(chance.choice(residents)).household_id or 0)
        relation = chance.choice(("head", "child", ""))
        Resident.update(household=home, relation=relation).where(Resident.id == number).execute()
        model.homes[number] = home
        if relation == "head":
            model.heads.add(number)
        if one.status == "pending":
            model.gone.add(number)
        elif number in model.reached and chance.random() < 0.2:
            topics.leave(Identity.get(Identity.resident_id == number).id, "service")
            model.silent.add(number)
    strangers = [people.ensure("sms", f"+861390000000{n}").id for n in range(4)]
    model.owners = {i.id: i.resident_id for i in Identity.select()}
    _related(model, residents, strangers, chance)
    _rows(village, model, residents, strangers, chance)
    return model


def _related(model: Model, residents: list[int], strangers: list[int], chance: random.Random) -> None:
    for rank in range(12):
        of, kind = chance.choice(residents), chance.choice(("family", "volunteer"))
        who = chance.choice((None, *residents))
        at = chance.choice(strangers) if who is None else None
        Relation.create(
            resident_id=of, kind=kind, relative_id=who, identity_id=at, topics="alarm", status="active", rank=rank,
            created_at=clocks.now(),
        )  # fmt: skip
        model.relatives.append((of, kind, who, at))


def _rows(
    village: Village, model: Model, residents: list[int], strangers: list[int], chance: random.Random
) -> None:
    table = tables.of("resident")
    records = {r.subject_id: r.id for r in Record.select().where(Record.table_id == table.id)}
    every = sorted((row, resident) for resident, row in records.items())
    some = sorted(chance.sample(every, 6))
    tagged = sorted(chance.sample(every, 5))
    marking.mark(village.admin, table, [row for row, _r in tagged], add=["老人"])
    now = clocks.now()
    event = Event.create(
        org_id=village.happy.id, title={}, body={}, place={}, starts_at=now, ends_at=now + timedelta(hours=1),
        status="published", organiser_kind="staff", organiser_id=1, created_at=now, updated_at=now,
    )  # fmt: skip
    signups: dict[str, list[Row]] = {"signed": [], "waiting": []}
    for n, resident in enumerate([*chance.sample(residents, 7), None]):  # the last walked in
        status = chance.choice(("signed", "waiting")) if resident is not None else "signed"
        made = EventSignup.create(
            event=event, resident_id=resident, status=status, code=f"{n}", created_at=now, updated_at=now
        )
        signups[status].append((made.id, resident, None))
    mixed = [
        lists_made.Person(
            chance.choice((None, *residents)),
            chance.choice((None, *strangers, *model.owners)),
            {"名": f"{n}"},
        )
        for n in range(12)
    ]
    with transaction():
        one = lists_made.keep(village.admin, village.happy.id, "名单", ["名"], mixed)
    first = finding.portion(village.admin, {"kind": f"list:{one.id}", "how": "list"}, 0, 1)[0].row_id
    model.rows = {
        "table:resident": {
            "all": [(row, r, None) for row, r in every],
            ",".join(str(row) for row, _r in some): [(row, r, None) for row, r in some],
            "group": [(row, r, None) for row, r in tagged],
        },
        "event_signup": signups,
        f"list:{one.id}": {"list": [(first + n, p.resident_id, p.identity_id) for n, p in enumerate(mixed)]},
    }


def drawn(model: Model, chance: random.Random, *, inner: bool = False) -> dict[str, Any]:
    kind = chance.choice(list(model.rows))
    key = chance.choice(list(model.rows[kind]))
    audience: dict[str, Any] = {"kind": kind, "how": key}
    if kind == "event_signup":
        audience = {"kind": kind, "how": "event", "event": Event.get().id, "which": key}
    elif key == "group":
        audience["tag"] = "老人"
    elif key not in ("all", "list"):
        audience = {"kind": kind, "how": "ids", "ids": [int(i) for i in key.split(",")]}
    if chance.random() < 0.3:
        audience["only"] = "heads"
    if chance.random() < 0.3:
        audience["families"] = chance.choice((["any"], ["volunteer"], ["family"]))
    if not inner and chance.random() < 0.6:
        audience["minus"] = [drawn(model, chance, inner=True) for _ in range(chance.randint(1, 2))]
    return audience


def test_everybody_of_any_audience_is_in_the_one_state_that_a_simple_model_says(
    sqlite_database: TestDatabase, clock: Any
) -> None:
    chance = random.Random(5)
    village = build()
    model = peopled(village, chance)
    seen: set[str | None] = set()
    for number in range(EXAMPLES):
        audience, merge = drawn(model, chance), chance.choice(("person", "household"))
        expected = model.states(audience, merge)
        assert frozen(village, audience, merge, chance.randint(1, 5)) == expected, (audience, merge)
        assert finding.count(village.admin, audience) == len(expected)
        told = [once for row, reason in expected if reason is None and (once := name(row)) is not None]
        assert len(told) == len(set(told))
        if number < SENT and expected:
            assert sent(village, audience, merge) == expected, (audience, merge)
        seen |= {reason for _row, reason in expected}
    assert seen == {None, "nobody", "excluded", "not_wanted", "opted_out", "no_address", "twice"}


def frozen(
    village: Village, audience: dict[str, Any], merge: str, at_once: int
) -> list[tuple[Row, str | None]]:
    """As the pump writes people down, in portions of so many."""
    campaign = Campaign(audience=audience, merge=merge, topic="service", channels=[])
    off, taken = Exclusion(village.admin, audience.get("minus", ())), set[str]()
    states: list[tuple[Row, str | None]] = []
    after = 0
    while part := finding.portion(village.admin, audience, after, at_once):
        judged = freezing.judged(campaign, part, off, taken.intersection)
        taken |= {p.whom for p in judged if p.reason is None and p.whom is not None}
        states += [((p.row_id, p.resident_id, p.identity_id), p.reason) for p in judged]
        after = part[-1].row_id
    return states


def sent(village: Village, audience: dict[str, Any], merge: str) -> list[tuple[Row, str | None]]:
    words = Wording({"zh_CN": Variant("明天停水。"), "en": Variant("No water.")})
    plan = Plan("停水", "service", audience["kind"], audience, words, merge=merge)
    made = campaigns.draft(village.admin, village.happy.id, plan, "zh_CN")
    campaigns.submit(village.admin, made.id)
    pump.step(made.id)
    counts = accounting.counts(Campaign.get_by_id(made.id))
    rows = list(Recipient.select().where(Recipient.campaign_id == made.id).order_by(Recipient.id))
    assert sum(counts.states.values()) == counts.total == len(rows)
    assert all((r.state == "said") == (r.reason is None) for r in rows)
    return [((r.row_id, r.resident_id, r.identity_id), r.reason) for r in rows]
