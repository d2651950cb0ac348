"""One person is one resident, wherever she talks with us; what she began is not lost when the line is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e import journeys
from tests.e2e.people import newcomer
from tests.e2e.town import Town
from tests.harness.browser import PHONE, page

pytestmark = pytest.mark.e2e


def test_she_closes_the_browser_goes_on_where_she_was_and_is_known_by_text_message_afterwards(
    town: Town, chromium: Browser
) -> None:
    person, t = newcomer(town.language), journeys.TONGUES[town.language]
    locale = person.language.replace("_", "-")
    with page(chromium, PHONE, locale) as first:
        chat = town.webchat(person, first)
        chat.opens(hears=t.greeting)
        chat.says(t.register, hears=t.agree)
        chat.picks(t.agree, hears=t.name)
        cookies = first.context.storage_state()
    with page(chromium, PHONE, locale, storage_state=cookies) as second:
        again = town.webchat(person, second)
        again.opens(hears=t.name)
        assert len(again.heard) == len(chat.heard), "nothing is said twice"
        again.says(person.name, hears=t.consent)
        again.picks(t.agree, hears=t.document)
        again.picks(t.document_kind, hears=t.number)
        journeys.tells_the_rest(town, person, again)
    phone = town.sms(person)
    phone.says(t.leak, hears=t.leak_heard)
    assert any(known in phone.heard[0].casefold() for known in (person.short_home, person.home)), (
        "her home is known"
    )
    town.keeps(phone)


def test_a_dropped_call_goes_on_by_text_message(town: Town) -> None:
    person, t = newcomer(town.language), journeys.TONGUES[town.language]
    call = town.voice(person)
    call.calls(hears="请按")
    call.keys("1" if town.language == "zh_CN" else "2", hears=t.greeting)
    call.says(t.register, hears=t.agree)
    call.picks(t.agree, hears=t.name)
    call.says(person.name, hears=t.consent)
    call.hangs_up()
    phone = town.sms(person)
    offer = phone.says(t.hello, hears=t.go_on)
    town.keeps(call)
    town.keeps(phone)
    assert person.name not in offer, "the phone may be a shared one"
    phone.picks(t.go_on, hears=t.consent)
    phone.picks(t.agree, hears=t.document)
    phone.picks(t.document_kind, hears=t.number)
    journeys.tells_the_rest(town, person, phone)
    town.keeps(phone)


def test_a_repair_begun_by_telegram_is_seen_on_every_channel_of_hers(town: Town) -> None:
    person, t = newcomer(town.language), journeys.TONGUES[town.language]
    chat = town.telegram(person)
    journeys.registers(town, person, chat)
    number = journeys.books(person, chat)
    phone = town.sms(person)
    phone.says(t.my_repairs, hears=f"R{number}|R-{number}")
    call = town.voice(person)
    call.calls(hears=t.greeting)
    call.says(t.my_repairs, hears=t.stands)
    town.keeps(phone)
    town.keeps(call)
