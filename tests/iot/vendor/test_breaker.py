"""A codec that misbehaves again and again is stopped, and what its devices say is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.core import access, clock
from backend.core.audit import AuditEntry
from backend.core.errors import Forbidden, NotFound
from backend.core.i18n import Msg
from iot.decoding import Payload, decode
from iot.models import DeviceProfile
from iot.uplink import Unreadable, Uplink
from iot.vendor import breaker, sources
from tests.databases import TestDatabase
from tests.iot.vendor.codecs import HOSTILE, IN_EVERY_WAY
from tests.requests.neighbourhood import settle
from tests.web.browser import employ

BAD, GOOD = HOSTILE["output over the cap"], IN_EVERY_WAY["standard"]
AT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def installed(tmp_path: Path, configure: Any) -> None:
    configure(VAR_DIR=str(tmp_path))
    for source in (BAD, GOOD):
        path = sources.path(sources.name(source))
        path.parent.mkdir(parents=True)
        path.write_text(source)


def said(*texts: str) -> list[Any]:
    uplink = Uplink("eui:1", raw=b"\1\2", port=5)
    found = decode([Payload(f"vendor:{sources.name(text)}", uplink) for text in texts])
    return [str(values) if isinstance(values, Unreadable) else values for values in found]


def test_three_faults_in_five_minutes_stop_a_codec_for_everybody_until_staff_let_it_go_on(
    database: TestDatabase, installed: None
) -> None:
    with clock.stopped(AT) as hands:
        bad, good = said(BAD, GOOD)
        assert bad == "the model’s codec was ended: its answer is longer than 64 kB"
        assert good == {"seen": 2, "port": 5}
        hands.forward(minutes=6)
        said(BAD)
        said(BAD)
        assert breaker.stops() == [], "the first is too long ago"
        said(BAD)
        (stop,) = breaker.stops()
        assert stop.codec == sources.name(BAD)
        stopped, good = said(BAD, GOOD)
        assert stopped == "the model’s codec is stopped: its answer is longer than 64 kB"
        assert good == {"seen": 2, "port": 5}
        well, words = breaker.well()
        assert not well and isinstance(words, Msg) and words.params == {"names": stop.codec[:12]}
        with pytest.raises(Forbidden):
            breaker.go_on(access.Actor("staff", 1, "somebody"), stop.id)
        breaker.go_on(access.SYSTEM, stop.id)
        assert said(BAD) == [bad], "it is asked again, and counts from the start"
        assert breaker.stops() == []
        assert AuditEntry.select().where(AuditEntry.action == "codec.go_on").count() == 1


def test_a_codec_goes_on_only_for_who_may_change_every_model_that_it_reads(database: TestDatabase) -> None:
    hood = settle()
    far = employ("he.ping", "何平", ("community_admin", hood.other))
    for key, org in (("happy", hood.happy), ("other", hood.other), ("everybody", None)):
        DeviceProfile.create(
            key=key, name=key, decoder="vendor:" + "a" * 64, rules=[], org_id=org.id if org else None,
            state="approved", by_name="林主任", created_at=clock.now(), changed_at=clock.now(),
        )  # fmt: skip
    breaker.note([("a" * 64, "it took more than 32 MiB of memory")] * 3)
    (stop,) = breaker.stops()
    for number in (far.id, hood.admin):
        with pytest.raises(Forbidden):
            breaker.go_on(hood.actor(number), stop.id)
    assert breaker.stops() == [stop] and not AuditEntry.select().where(AuditEntry.action == "codec.go_on")
    breaker.go_on(hood.actor(hood.street_admin), stop.id)
    assert breaker.stops() == [], "both communities are hers"
    with pytest.raises(NotFound):
        breaker.go_on(hood.actor(hood.street_admin), stop.id)


def test_a_codec_that_was_changed_on_disk_is_not_run(sqlite_database: TestDatabase, installed: None) -> None:
    source = IN_EVERY_WAY["legacy"]
    path = sources.path(sources.name(source))
    path.parent.mkdir(parents=True)
    path.write_text(source + " ")
    (why,) = said(source)
    assert why.endswith("was changed on disk after it was installed")
    path.unlink()
    assert said(source)[0].endswith("is not installed here")
    assert decode([Payload("vendor:../../etc", Uplink("eui:1", raw=b""))])[0].args[0].endswith("here")
    assert breaker.stops() == []
