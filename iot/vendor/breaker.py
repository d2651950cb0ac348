"""A codec that runs into limits again and again is stopped, for all processes: its payloads are put aside, whole, until staff let it go on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import structlog

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import NotFound
from backend.core.i18n import Text, _
from iot.models import DeviceProfile
from iot.registry.devices import CHANGE
from iot.vendor import telling
from iot.vendor.models import CodecFault, CodecStop

FAULTS = 3
WITHIN = timedelta(minutes=5)
KEPT = timedelta(days=7)
log = structlog.get_logger()


def stopped(codecs: Collection[str]) -> dict[str, str]:
    """Which of these are stopped, and why."""
    rows = CodecStop.select(CodecStop.codec, CodecStop.why).where(CodecStop.codec.in_(sorted(codecs)))
    return dict(rows.tuples())


def note(faults: Sequence[tuple[str, str]]) -> None:
    """Write down (codec, why) of those that ran into a limit; the third within five minutes stops a codec."""
    if not faults:
        return
    now = clock.now()
    with transaction():
        CodecFault.insert_many([{"codec": c, "at": now, "why": why[:200]} for c, why in faults]).execute()
        CodecFault.delete().where(CodecFault.at < now - KEPT).execute()
        for codec, why in dict(faults).items():
            since = (CodecFault.codec == codec) & (CodecFault.at > now - WITHIN)
            if CodecFault.select().where(since).count() < FAULTS:
                continue
            made = CodecStop.insert(codec=codec, at=now, why=why[:200]).on_conflict_ignore()
            if list(made.returning(CodecStop.id).execute()):
                log.error("codec.stopped", codec=codec, why=why)
                telling.stopped(CodecStop.get(CodecStop.codec == codec))


def stops() -> list[CodecStop]:
    """The codecs that are stopped, the latest first."""
    return list(CodecStop.select().order_by(CodecStop.at.desc(), CodecStop.id.desc()))


def go_on(actor: Actor, stop_id: int) -> None:
    """Ask the codec again. What was put aside meanwhile is tried again from there. Raises NotFound, and Forbidden for a codec by which
    a model of another Org is read."""
    with transaction():
        stop = CodecStop.get_or_none(CodecStop.id == stop_id)
        if stop is None:
            raise NotFound()
        access.check(actor, CHANGE)
        for model in telling.models(stop.codec):
            if model.org_id is not None:
                access.check(actor, CHANGE, model.org_id)
        CodecFault.delete().where(CodecFault.codec == stop.codec).execute()
        stop.delete_instance()
        telling.goes_on(stop)
        audit.record(actor, "codec.go_on", stop.subject, before={"codec": stop.codec, "why": stop.why})


def well() -> tuple[bool, Text]:
    """Whether every codec is asked, and else whose is not."""
    names = [
        model.name or stop.codec[:12]
        for stop in stops()
        for model in telling.models(stop.codec) or [DeviceProfile()]
    ]
    if not names:
        return True, ""
    return False, _("Payloads are not read and are put aside: {names}.", names=", ".join(sorted(set(names))))
