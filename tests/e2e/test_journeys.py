"""The main promise: registered with her real name and a tap mended, on each channel, in both languages, on both databases.

Chinese on SQLite, English on PostgreSQL; the repair worker answers from his Telegram, or by text message.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from bots.sms_shape import segments
from tests.e2e import journeys
from tests.e2e.desk import Desk
from tests.e2e.lines import Line
from tests.e2e.people import newcomer
from tests.e2e.town import Town
from tests.harness.browser import DESKTOP, PHONE, page

pytestmark = pytest.mark.e2e


def keep(town: Town, *lines: Line) -> None:
    """What was said, to be read by a person afterwards."""
    for line in lines:
        town.keeps(line)


def test_by_text_message(town: Town) -> None:
    person = newcomer(town.language)
    phone = town.sms(person)
    journeys.lives_through_it(town, person, phone, town.li, "李师傅")
    keep(town, phone, town.li)
    assert not [text for text in phone.heard if segments(text).segments > 2], "more than two segments"


def test_by_telegram(town: Town) -> None:
    person = newcomer(town.language)
    chat = town.telegram(person)
    journeys.lives_through_it(town, person, chat, town.wang, "王师傅")
    keep(town, chat, town.wang)


def test_by_phone_call(town: Town) -> None:
    person = newcomer(town.language)
    call = town.voice(person)
    call.calls(hears="请按")
    call.keys("1" if town.language == "zh_CN" else "2", hears=journeys.TONGUES[town.language].greeting)
    journeys.lives_through_it(town, person, call, town.wang, "王师傅")
    keep(town, call)
    assert call.longest < 30, "nobody remembers what was said half a minute ago"


def test_by_webchat_with_the_office_in_its_browser(town: Town, chromium: Browser) -> None:
    """Both sides sit before a real browser; the office works in Chinese whatever the resident speaks."""
    person = newcomer(town.language)
    t = journeys.TONGUES[person.language]
    with (
        page(chromium, PHONE, person.language.replace("_", "-")) as hers,
        page(chromium, DESKTOP) as theirs,
    ):
        office = Desk(theirs, town.base)
        office.signs_in("street", town.passwords["street"])
        worker, chat = town.wang, town.webchat(person, hers)
        chat.opens(hears=t.greeting)
        journeys.registers(town, person, chat)
        office.approves(person.name)
        chat.waits_for(t.approved)
        number = journeys.books(person, chat)
        office.finds_on_board(number)
        office.assigns(number, "王师傅")
        journeys.is_mended_once_assigned(number, chat, person.language, worker, "王师傅")
        journeys.reopens(town, number, chat, person.language)
        office.assigns(number, "王师傅")
        journeys.is_mended_once_assigned(number, chat, person.language, worker, "王师傅")
        journeys.rates(chat, person.language)
        log = office.reads_messages_to(person.name)
        assert f"R-{number}" in log and t.finished in log
    keep(town, chat)
