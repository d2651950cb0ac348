"""Who lives where it smokes is told as well, on the phone too, and ends nothing by what she answers."""

from __future__ import annotations

import pytest

from backend.alarms import wording
from backend.alarms.actions import Caller, answer, raise_alarm
from backend.alarms.models import Alarm
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import people
from backend.messaging.models import Identity, Message
from tests.alarms.street import Street, acts, heard, help_needed, settle
from tests.databases import TestDatabase

HERS = "+8613800132210"


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    found = settle()
    people.join_resident(people.ensure("sms", HERS, "zh_CN").id, found.chen)
    return found


def smoke(street: Street, kind: str = "smoke", **given: object) -> int:
    return raise_alarm(
        kind,
        **{
            "org_id": street.grid.id,
            "severity": "critical",
            "words": Words(_("The smoke detector reports smoke.")),
            "source": "device:1",
            "resident_id": street.chen,
            **given,
        },  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("kind", ["smoke", "gas"])
def test_she_is_written_to_and_rung_up_at_once(street: Street, kind: str) -> None:
    alarm_id = smoke(street, kind)
    hers = [m for m in Message.select().order_by(Message.id) if m.resident_id == street.chen]
    telephone = people.find("voice", HERS)
    called = heard(identity_id=telephone.id) if telephone else []
    assert len(hers) == 1 and "119" in heard(resident_id=street.chen)[0].text
    assert len(called) == 1 and "119" in called[0].text and not called[0].options
    assert acts(alarm_id) == ["raised", "told", "home"]


def test_what_she_did_not_cry_out_for_herself_is_told_to_others_alone(street: Street) -> None:
    for kind in ("fall", "water_leak"):
        smoke(street, kind)
    help_needed(street)
    # The detector hangs in a flat that she left.
    smoke(street, elsewhere=True)
    assert heard(resident_id=street.chen) == []
    telephone = people.find("voice", HERS)
    assert telephone is None or heard(identity_id=telephone.id) == []


def test_somebody_without_any_address_keeps_nobody_from_being_told(street: Street) -> None:
    Identity.delete().where(Identity.resident_id == street.chen).execute()
    alarm_id = smoke(street)
    assert acts(alarm_id) == ["raised", "told"]


def test_who_goes_where_it_burns_is_asked_about_the_fire_brigade(street: Street) -> None:
    alarm_id = smoke(street)
    answer(Caller(street.daughter, None, None), alarm_id, "going")
    offered = [
        option.value.partition(":")[0] for option in wording.how_is_it(Alarm.get_by_id(alarm_id)).options
    ]
    assert offered == ["alarm.safe", "alarm.called_119", "alarm.cannot"]
