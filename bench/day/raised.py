"""Whether each thing that befell a home was raised once, and nothing else was, by the fleet's own story. Each finding is a sentence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from backend.alarms.models import Alarm, AlarmNote
from bench.day.oracle import Known
from iot.fleet.faults import Handed, Outage
from iot.fleet.happenings import ALARMS, PRESSES, Happening
from iot.models import Device
from iot.points import SAFETY
from iot.unheard import AGAIN

SILENCES = {"device_silent", "devices_silent"}
BY_TIME = ("door_left_open", "no_movement", *sorted(SILENCES))
"""What time brings about, by what is known: while nobody listened that may be old. It says so with a pace of 60, where a start of ten seconds is ten minutes, and a
heartbeat that tells for half a minute that somebody listens does so for half an hour."""
COMES = timedelta(hours=1)
"""A message that was cut off is told of within this time, were ingest away meanwhile."""


def findings(
    living: Mapping[str, int],
    befell: Mapping[str, Sequence[Happening]],
    away: Mapping[str, Outage],
    lived: tuple[datetime, datetime],
    known: Known,
    handed: Iterable[Handed],
) -> list[str]:
    """`living`: who lives in each home; the fleet `lived` from when to when: before and after all devices are silent."""
    return [
        *_raised(living, befell, lived[1], known),
        *_pressed(),
        *_cut_off(handed, known),
        *_silent(living, befell, away, lived, known),
    ]


def _raised(
    living: Mapping[str, int], befell: Mapping[str, Sequence[Happening]], end: datetime, known: Known
) -> list[str]:
    expected: Counter[tuple[int | None, str]] = Counter(
        (living[home], ALARMS[one.what]) for home, them in befell.items() for one in them
    )
    found: Counter[tuple[int | None, str]] = Counter()
    forgiven: Counter[tuple[int | None, str]] = Counter()
    for alarm in Alarm.select().where(Alarm.kind != "unheard"):  # see _cut_off
        key = alarm.resident_id, alarm.kind
        if alarm.kind in SILENCES and (key not in expected or alarm.raised_at >= end):
            continue  # see _silent
        (forgiven if alarm.kind in BY_TIME and known.unheard(alarm.raised_at) else found)[key] += 1
    return [
        f"resident {key[0]}: {found[key]} alarms of {key[1]}, expected {expected[key]}"
        for key in sorted(found.keys() | expected.keys(), key=str)
        if not found[key] <= expected[key] <= found[key] + forgiven[key]
    ]


def _pressed() -> list[str]:
    wrong = []
    for alarm in Alarm.select().where(Alarm.kind == "sos"):
        again = AlarmNote.select().where((AlarmNote.alarm == alarm.id) & (AlarmNote.act == "again")).count()
        if again != len(PRESSES) - 1:
            wrong.append(f"{again + 1} presses stand in alarm {alarm.id}, there were {len(PRESSES)}")
    return wrong


def _cut_off(handed: Iterable[Handed], known: Known) -> list[str]:
    """Staff are asked to look where a detector's message was cut off: urgently where what is left of it speaks of what it is there for. It is told once until somebody
    closes it, and not again so soon after (`iot.unheard`)."""
    cuts: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for way in handed:
        if way.bad and _safety_names(way):
            _topic, payload = way.written()
            spoke = any(name.encode() in payload for name in _safety_names(way))
            cuts[way.said.thing.address].append((way.at, "critical" if spoke else "warning"))
    told: defaultdict[str, list[Alarm]] = defaultdict(list)
    addresses = dict(Device.select(Device.id, Device.address).tuples())
    for alarm in Alarm.select().where(Alarm.kind == "unheard").order_by(Alarm.id):
        told[addresses[alarm.device_id]].append(alarm)
    wrong = []
    for address in sorted(cuts.keys() | told.keys()):
        for severity in ("critical", "warning"):
            came = [at for at, how in cuts[address] if how == severity]
            alarms = [alarm for alarm in told[address] if alarm.severity == severity]
            if len(alarms) > len(came):
                wrong.append(f"{address}: {len(alarms)} {severity} alarms, {len(came)} messages were cut off")
            # Of two that came in one batch the urgent one is told.
            near = alarms if severity == "critical" else told[address]
            wrong += [
                f"{address}: nobody was told of what was cut off at {at:%H:%M:%S} ({severity})"
                for at in came
                if not known.unsaved(at)
                and not any(
                    alarm.raised_at <= at + COMES
                    and (alarm.cleared_at is None or at <= alarm.cleared_at + AGAIN[alarm.severity])
                    for alarm in near
                )
            ]
    return wrong


def _safety_names(way: Handed) -> list[str]:
    """What the device calls that for which it is there."""
    rules = (rule.partition("=") for rule in way.said.thing.model.rules)
    return [re.split(r"[^\w.]", how)[0].rpartition(".")[2] for point, _is, how in rules if point in SAFETY]


def _silent(
    living: Mapping[str, int],
    befell: Mapping[str, Sequence[Happening]],
    away: Mapping[str, Outage],
    lived: tuple[datetime, datetime],
    known: Known,
) -> list[str]:
    """Whoever was silent for long was told of, by itself or among many; nobody else was."""
    told = list(Alarm.select().where(Alarm.kind.in_(SILENCES) & Alarm.raised_at.between(*lived)))
    quiet = {who for home, who in living.items() if home not in away and home not in befell}
    wrong = [
        f"a device of resident {alarm.resident_id} was called silent at {alarm.raised_at:%H:%M}, and was not"
        for alarm in told
        if alarm.resident_id in quiet and not known.unheard(alarm.raised_at)
    ]
    wrong += [
        f"all devices were called silent at {alarm.raised_at:%H:%M}, and no gateway was away"
        for alarm in told
        if alarm.kind == "devices_silent"
        and not known.unheard(alarm.raised_at)
        and not any(o.begin <= alarm.raised_at <= o.end + timedelta(hours=1) for o in away.values())
    ]
    together = any(alarm.kind == "devices_silent" for alarm in told)
    who = {alarm.resident_id for alarm in told}
    return wrong + [
        f"nobody was told that the gateway of {home} is silent"
        for home in away
        if not together and living[home] not in who
    ]
