"""Whether every message is stored once after the day, by the fleet's own story and what was done to the processes. Each finding is a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backend.core import clock, db
from iot import formats
from iot.fleet.faults import Handed
from iot.models import Device
from iot.uplink import Arrived

SAVED_S = 3.0
"""Mosquitto's autosave_interval of 1 saves every other second (docs/device-broker.md); on a busy machine a little later."""
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
    its messages began anew, so that it handed on again what was not acknowledged yet; from when to when the ladder stood `still`, nobody being there to climb it or
    nothing to write on, and how `late` it may climb else. By the community's clock."""

    killed: Sequence[datetime] = ()
    deaf: Sequence[tuple[datetime, datetime]] = ()
    anew: int = 0
    still: Sequence[tuple[datetime, datetime]] = ()
    late: timedelta = timedelta()

    def unsaved(self, said: datetime) -> bool:
        """Whether the broker may have had it in its memory alone when it was killed."""
        return any(at - clock.working(SAVED_S) <= said <= at for at in self.killed)

    def unheard(self, at: datetime) -> bool:
        return any(begin <= at <= end for begin, end in self.deaf)

    def latest(self, due: datetime) -> datetime:
        """By when that is done which was due then."""
        for begin, end in sorted(self.still):
            if begin <= due + self.late and end > due:
                due = end
        return due + self.late


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
    (verdict.aside,) = db.execute(
        "SELECT (SELECT COUNT(*) FROM quarantined_message) + (SELECT COALESCE(SUM(left_out), 0) FROM quarantine_pile)"
    ).fetchone()
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
