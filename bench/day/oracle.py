"""Whether all is as it must be after the day, by the fleet's own story and what was done to the processes. Each finding is a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.alarms.models import Alarm, AlarmNote, AlarmStep
from backend.core import clock, db
from bench.day.people import SILENCES
from iot import formats
from iot.fleet.faults import Handed, Outage
from iot.fleet.happenings import ALARMS, PRESSES, Happening
from iot.models import Device
from iot.uplink import Arrived

SAVED_S = 3.0
"""Mosquitto's autosave_interval of 1 saves every other second (docs/device-broker.md); on a busy machine a little later."""
BY_TIME = ("door_left_open", "no_movement", *sorted(SILENCES))
"""What time brings about, by what is known: while nobody listened that may be old. It says so with a pace of 60, where a start of ten seconds is ten minutes, and a
heartbeat that tells for half a minute that somebody listens does so for half an hour."""
FRAMES = ("cjt188", "dlt645")
"""A meter's frame has no name and no time that we go by: what is said again in another minute is another answer, so it may stand there as often as it came."""


@dataclass(frozen=True)
class Told:
    """What the fleet said: `names` (device's address, the message's name) of all that was whole; `frames`, by device, how many different ones and how many came at
    all; `cut` messages were cut off."""

    names: Mapping[tuple[str, str], Handed]
    frames: Mapping[str, tuple[int, int]]
    cut: int

    @staticmethod
    def by(handed: Iterable[Handed]) -> Told:
        names: dict[tuple[str, str], Handed] = {}
        frames: defaultdict[str, list[bytes]] = defaultdict(list)
        cut = 0
        for way in handed:
            topic, payload = way.written()
            if way.bad:
                cut += 1
            elif way.said.thing.model.format in FRAMES:
                frames[way.said.thing.address].append(payload)
            else:
                codec = formats.of(topic)
                assert codec is not None, topic
                (uplink,) = codec.read(Arrived(topic, payload, way.at))
                assert uplink.key, topic
                names.setdefault((uplink.device, uplink.key), way)
        return Told(names, {device: (len(set(all_)), len(all_)) for device, all_ in frames.items()}, cut)

    @property
    def different(self) -> int:
        return len(self.names) + sum(once for once, _often in self.frames.values())


@dataclass(frozen=True)
class Known:
    """What was done to the processes: when the broker was killed, with ingest away or not, from when to when nobody listened, and how often the broker or who takes
    its messages began anew, so that it handed on again what was not acknowledged yet. By the community's clock."""

    killed: Sequence[datetime]
    deaf: Sequence[tuple[datetime, datetime]]
    anew: int

    def unsaved(self, said: datetime) -> bool:
        """Whether the broker may have had it in its memory alone when it was killed."""
        return any(at - clock.working(SAVED_S) <= said <= at for at in self.killed)

    def unheard(self, at: datetime) -> bool:
        return any(begin <= at <= end for begin, end in self.deaf)


@dataclass
class Verdict:
    """`lost`: messages that the broker acknowledged and nobody stored; `unsaved`: those of them that a killed broker had in its memory alone; `twice`: stored more
    than once."""

    stored: int = 0
    lost: list[Handed] = field(default_factory=list)
    unsaved: int = 0
    lost_frames: int = 0
    twice: int = 0
    frames_again: int = 0
    aside: int = 0
    strange: int = 0
    findings: list[str] = field(default_factory=list)


def stored() -> int:
    """Messages in the database, and those put aside."""
    return int(
        db.execute(
            "SELECT (SELECT COUNT(*) FROM reading) + (SELECT COUNT(*) FROM quarantined_message)"
        ).fetchone()[0]
    )


def messages(told: Told, said: Mapping[tuple[str, bytes], datetime], known: Known) -> Verdict:
    """Each that was acknowledged, once. `said`: when each was handed to the broker."""
    verdict, addresses = Verdict(), dict(Device.select(Device.id, Device.address).tuples())
    found: Counter[tuple[str, str]] = Counter()
    counted: Counter[str] = Counter()
    for device_id, key in db.execute("SELECT device_id, key FROM reading").fetchall():
        address = addresses[device_id]
        if address in told.frames:
            counted[address] += 1
        else:
            found[address, key] += 1
    verdict.stored = found.total() + counted.total()
    missing = sorted((way for name, way in told.names.items() if not found[name]), key=lambda way: way.at)
    verdict.lost = [way for way in missing if not known.unsaved(said[way.written()])]
    verdict.twice = sum(n - 1 for n in found.values())
    verdict.strange = len(found.keys() - told.names.keys())
    lost_frames = 0
    for address, (once, often) in told.frames.items():
        lost_frames += max(once - counted[address], 0)
        verdict.frames_again += max(counted[address] - once, 0)
        if counted[address] > often + known.anew:
            verdict.findings.append(f"{counted[address]} frames of {address} are stored, {often} were said")
    (verdict.aside,) = db.execute("SELECT COUNT(*) FROM quarantined_message").fetchone()
    # Frames and what was cut off have no names: they can have been lost where others were, no more than a few.
    nameless = lost_frames + told.cut - verdict.aside
    verdict.unsaved = len(missing) - len(verdict.lost) + nameless
    if verdict.lost:
        when = ", ".join(f"{way.said.thing.name} {way.at:%H:%M:%S}" for way in verdict.lost[:5])
        verdict.findings.append(f"{len(verdict.lost)} messages were lost: {when}")
    if verdict.twice or verdict.strange:
        verdict.findings.append(
            f"{verdict.twice} messages are stored again, {verdict.strange} that nobody said"
        )
    if nameless < 0 or nameless > (len(missing) - len(verdict.lost)) / 5 + len(known.killed):
        verdict.findings.append(
            f"{lost_frames} frames were lost, {verdict.aside} messages put aside of {told.cut} cut off"
        )
    return verdict


def alarms(
    living: Mapping[str, int],
    befell: Mapping[str, Sequence[Happening]],
    away: Mapping[str, Outage],
    lived: tuple[datetime, datetime],
    known: Known,
) -> list[str]:
    """Each condition raised once, each critical alarm answered or climbing, silence told where there was silence while the fleet `lived`, from
    when to when: before and after all devices are silent."""
    return [
        *_raised(living, befell, lived[1], known),
        *_pressed(),
        *_answered(),
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
    for alarm in Alarm.select():
        key = alarm.resident_id, alarm.kind
        if alarm.kind in SILENCES and (key not in expected or alarm.raised_at >= end):
            continue  # see _silent
        if alarm.kind == "unheard":
            continue  # a detector's message came cut off: it may have called for help
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


def _answered() -> list[str]:
    soon = clock.now() + timedelta(minutes=45)
    return [
        f"critical alarm {alarm.id} ({alarm.kind}) is {alarm.status}, and wakes at {alarm.wake_at}"
        for alarm in Alarm.select().where((Alarm.severity == "critical") & (Alarm.status != "cleared"))
        if alarm.wake_at is None
        or alarm.wake_at > soon
        or not AlarmStep.select().where(AlarmStep.alarm == alarm.id).exists()
    ]


def _silent(
    living: Mapping[str, int],
    befell: Mapping[str, Sequence[Happening]],
    away: Mapping[str, Outage],
    lived: tuple[datetime, datetime],
    known: Known,
) -> list[str]:
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
