"""She answers while somebody answers for her: neither waits for the other for ever, and both are taken."""

from __future__ import annotations

import threading
from datetime import time

from backend.alarms import listeners
from backend.alarms.actions import answer, climb
from backend.alarms.summary import Summary
from backend.care import answering, asking, following, hooks
from backend.care.answering import Voice
from backend.care.models import CheckIn
from backend.core import clock, db
from backend.residents import one_at_a_time
from tests.alarms.street import alarm, help_needed, settle
from tests.care import town as towns
from tests.databases import TestDatabase

assert hooks


def test_her_own_answer_and_one_for_her_at_the_same_moment_both_get_through(database: TestDatabase) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        town = towns.found()
        her = towns.elder(town, "陈秀英", 501, "sms")
        towns.plan(town, her, channels="sms")
        for minutes in (5, 30, 180, 180):
            hands.forward(minutes=minutes)
            asking.due()
            following.remind()
        missed = CheckIn.get(CheckIn.status == "missed")
        alarm_id = missed.alarm_id
        assert alarm_id is not None
        in_the_midst, tried = threading.Event(), threading.Event()
        answers: list[str] = []

        def linger(_alarm: Summary) -> None:
            """Between the alarm's lock and the check-in's, as the desk's answer takes them."""
            if threading.current_thread() is desk and not in_the_midst.is_set():
                in_the_midst.set()
                tried.wait(0.5)

        def she() -> None:
            in_the_midst.wait()
            answers.append(answering.well(Voice(towns.address(her, "sms").id, her), missed.id).what)
            tried.set()
            db.db.close()

        def somebody() -> None:
            answer(town.actor(town.desk), alarm_id, "safe")
            answers.append("safe")
            db.db.close()

        listeners.register("checkin", linger)
        desk = threading.Thread(target=somebody)
        threads = [desk, threading.Thread(target=she)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == ["again", "safe"]
    assert CheckIn.get_by_id(missed.id).status == "closed"
    assert alarm(alarm_id).status == "cleared"


def test_who_is_about_one_resident_keeps_no_other_alarm_from_climbing(
    postgres_database: TestDatabase,
) -> None:
    """Of a file there is one writer anyway."""
    street = settle()
    with clock.stopped() as hands:
        first, second = help_needed(street), help_needed(street, resident_id=street.zhou)
        hands.forward(minutes=4)
        before = (alarm(first).rung, alarm(second).rung)
        held, done = threading.Event(), threading.Event()

        def about_her() -> None:
            with db.transaction():
                one_at_a_time.hold(street.chen)
                held.set()
                done.wait(60)
            db.db.close()

        other = threading.Thread(target=about_her)
        other.start()
        try:
            assert held.wait(60)
            climb()
            assert alarm(first).rung == before[0] and alarm(second).rung > before[1]
        finally:
            done.set()
            other.join(60)
        climb()
        assert alarm(first).rung > before[0], "hers is taken up the next time"
