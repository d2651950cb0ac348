"""What a relative writes about an alarm is read by the desk that deals with it, though his address belongs to another community."""

from __future__ import annotations

import pytest

from backend.alarms import queries, timeline
from backend.alarms.climbing import climb
from backend.core.clock import Hands
from backend.core.i18n import render
from backend.fields.words import Words
from backend.inbox.models import Handover
from backend.messaging import At, people, say
from backend.messaging.models import Delivery, Identity, Message
from bots import message_log
from tests.alarms.street import DAUGHTER, Street, alarm, heard, help_needed, settle
from tests.databases import TestDatabase
from tests.requests.neighbourhood import talker

WORDS = "钥匙在门口的花盆底下"


@pytest.fixture
def street(database: TestDatabase) -> Street:
    found = settle()
    # Her first family lives in the other community: her address belongs there.
    Identity.update(org_id=found.other.id).where(Identity.id == found.daughter).execute()
    return found


def lines(street: Street, alarm_id: int) -> str:
    seen = queries.seen_by(street.actor(street.desk), alarm_id)
    first, last, _between = queries.timeline(seen)
    return "\n".join(str(render(timeline.said_of(note), "zh_CN")) for note in (*first, *last))


def test_her_words_stand_on_the_alarms_page_and_reach_whoever_was_told(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    for _minute in range(12):
        clock.forward(minutes=1)
        climb()
    assert heard(staff_id=street.desk), "the desk was told"
    talker("sms", DAUGHTER).say(WORDS)
    assert WORDS in lines(street, alarm_id)
    assert WORDS in heard(staff_id=street.desk)[-1].text
    thread = Handover.get()
    assert (thread.org_id, thread.reason) == (street.other.id, "reply"), (
        "and in the inbox of her own desk, as ever"
    )


def test_words_of_somebody_who_was_not_told_stand_nowhere(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    stranger = people.ensure("sms", "+8613512345678", "zh_CN").id
    Message.update(identity_id=stranger).where(Message.identity_id == street.daughter).execute()
    talker("sms", "+8613512345678").say(WORDS)
    assert WORDS not in lines(street, alarm_id)
    assert alarm(alarm_id).status == "open"


def test_what_he_is_told_of_an_alarm_is_read_where_that_is_and_not_where_his_address_belongs(
    street: Street,
) -> None:
    help_needed(street)
    at = Delivery.identity_id == street.daughter

    def read_by(staff_id: int) -> int:
        return int(message_log.listed(street.actor(staff_id), message_log.Filters()).where(at).count())

    assert read_by(street.desk) == 1
    assert read_by(street.stranger) == 0
    say(At(street.daughter), Words("您好"), purpose="reply")
    assert (read_by(street.desk), read_by(street.stranger)) == (1, 1)
