"""What each kind of Telegram update means to us."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from backend.fields.words import Place
from bots.telegram_update import Heard, InGroup, Meaning, Reach, Stray, Unreadable, inbound_of

CHEN = {"id": 7, "is_bot": False, "first_name": "Chen", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Chen"}
GROUP = {"id": -100500, "type": "supergroup", "title": "3号楼"}


def meaning(**update: Any) -> Meaning:
    found = Update.de_json({"update_id": 1, **update}, None)
    assert found is not None
    return inbound_of(found, "linli_bot")


def message(chat: dict[str, Any] = PRIVATE, sender: dict[str, Any] = CHEN, **parts: Any) -> Meaning:
    return meaning(message={"message_id": 5, "date": 1, "chat": chat, "from": sender, **parts})


def heard(found: Meaning) -> Heard:
    assert isinstance(found, Heard), found
    return found


def test_a_text_is_heard_with_its_address_its_event_and_the_senders_language() -> None:
    inbound = heard(message(text="水管漏水了")).inbound
    assert (inbound.channel, inbound.address, inbound.event_id) == ("telegram", "7", "7:5")
    assert (inbound.said.text, inbound.locale) == ("水管漏水了", "zh_CN")


def test_a_language_that_we_do_not_speak_is_left_open() -> None:
    assert heard(message(sender={**CHEN, "language_code": "fr"}, text="Bonjour")).inbound.locale is None


def test_start_is_first_contact_and_carries_the_links_payload() -> None:
    assert heard(message(text="/start")).inbound.start
    inbound = heard(message(text="/start register")).inbound
    assert inbound.start and inbound.said.choice == "flow:registration"


@pytest.mark.parametrize("text", ["/repair", "/repair@linli_bot", "/REPAIR"])
def test_the_commands_of_the_menu_open_their_conversation(text: str) -> None:
    assert heard(message(text=text)).inbound.said.choice == "flow:repair"


def test_other_commands_are_words_that_the_engine_knows() -> None:
    assert heard(message(text="/help")).inbound.said.text == "/help"
    assert heard(message(text="/cancel@linli_bot")).inbound.said.text == "/cancel"


def test_her_own_contact_is_vouched_for_and_somebody_elses_is_only_text() -> None:
    own = heard(message(contact={"phone_number": "8613800001111", "first_name": "C", "user_id": 7}))
    assert own.inbound.said.contact == "+8613800001111"
    other = heard(message(contact={"phone_number": "138 0000 1111", "first_name": "W", "user_id": 8}))
    assert other.inbound.said.contact is None and other.inbound.said.text == "138 0000 1111"
    card = heard(message(contact={"phone_number": "13800001111", "first_name": "W"}))
    assert card.inbound.said.contact is None


def test_a_place_and_a_venue_are_places() -> None:
    point = {"latitude": 31.23, "longitude": 121.47}
    assert heard(message(location=point)).inbound.said.location == Place(31.23, 121.47)
    venue = heard(
        message(location=point, venue={"location": point, "title": "居委会", "address": "幸福路1号"})
    )
    assert (
        venue.inbound.said.location == Place(31.23, 121.47) and venue.inbound.said.text == "居委会 幸福路1号"
    )


def photo(**more: Any) -> dict[str, Any]:
    return {"file_id": "F", "file_unique_id": "u", "width": 100, "height": 100, **more}


def test_of_a_photo_the_largest_size_that_fits_is_fetched() -> None:
    sizes = [
        photo(file_id="small"),
        photo(file_id="large", width=2000, file_size=9_000_000),
        photo(file_id="huge", width=9000, file_size=11_000_000),
    ]
    found = heard(message(photo=sizes, caption="厨房"))
    assert found.file_id == "large" and found.inbound.said.text == "厨房"


def test_the_photos_of_an_album_answer_once() -> None:
    first = heard(message(photo=[photo()], media_group_id="9")).inbound
    second = heard(
        meaning(
            message={
                "message_id": 6,
                "date": 1,
                "chat": PRIVATE,
                "from": CHEN,
                "photo": [photo()],
                "media_group_id": "9",
            }
        )
    ).inbound
    assert first.event_id == second.event_id


def test_a_picture_or_pdf_sent_as_a_file_counts_and_other_files_do_not() -> None:
    def document(mime: str, size: int = 1) -> Meaning:
        return message(document={"file_id": "D", "file_unique_id": "u", "mime_type": mime, "file_size": size})

    assert heard(document("image/png")).content_type == "image/png"
    assert heard(document("application/pdf")).file_id == "D"
    for found, why in (
        (document("application/zip"), "file"),
        (document("image/png", 11 * 1024 * 1024), "large"),
    ):
        assert isinstance(found, Unreadable) and found.kind == why


def test_a_sticker_counts_as_its_emoji_and_a_recording_is_answered_kindly() -> None:
    sticker = {
        **photo(),
        "is_animated": False,
        "is_video": False,
        "type": "regular",
        "emoji": "👍",
    }
    assert heard(message(sticker=sticker)).inbound.said.text == "👍"
    voice = message(voice={"file_id": "V", "file_unique_id": "v", "duration": 3})
    assert isinstance(voice, Unreadable) and voice.kind == "voice"
    video = message(video={**photo(), "duration": 3})
    assert isinstance(video, Unreadable) and video.kind == "other"


def test_an_edit_corrects_the_message_that_it_edits() -> None:
    edited = {"message_id": 5, "date": 1, "edit_date": 99, "chat": PRIVATE, "from": CHEN}
    inbound = heard(meaning(edited_message={**edited, "text": "楼下"})).inbound
    assert (inbound.event_id, inbound.edits, inbound.said.text) == ("7:5:e99", "7:5", "楼下")


def test_a_moving_live_location_is_not_an_answer_again_and_again() -> None:
    edited = {"message_id": 5, "date": 1, "edit_date": 99, "chat": PRIVATE, "from": CHEN}
    point = {"latitude": 31.23, "longitude": 121.47, "live_period": 60}
    assert meaning(edited_message={**edited, "location": point}) is None


def query(data: str, under: dict[str, Any] | None) -> Meaning:
    more = {"message": under} if under else {}
    return meaning(callback_query={"id": "q1", "from": CHEN, "chat_instance": "c", "data": data, **more})


def test_a_tap_names_the_message_and_the_option() -> None:
    keyboard = {
        "inline_keyboard": [
            [{"text": "在流", "callback_data": "m12:0"}, {"text": "滴水", "callback_data": "m12:1"}]
        ]
    }
    sent = {"message_id": 44, "date": 1, "chat": PRIVATE, "text": "水还在流吗?", "reply_markup": keyboard}
    found = heard(query("m12:1", sent))
    assert (found.inbound.message_id, found.inbound.option, found.inbound.event_id) == (12, 1, "cb:q1")
    assert found.tap is not None and (found.tap.label, found.tap.message_id) == ("滴水", 44)


def test_a_tap_under_a_message_too_old_for_telegram_still_counts() -> None:
    old = heard(query("m12:1", {"message_id": 44, "date": 0, "chat": PRIVATE}))
    assert old.tap is not None and old.tap.message is None and old.inbound.message_id == 12
    assert heard(query("m12:1", None)).inbound.address == "7"


def test_a_tap_with_data_that_is_not_ours_or_in_a_group_only_stops_its_spinner() -> None:
    for data, chat in (("'; DROP", PRIVATE), ("m1:0:0", PRIVATE), ("m12:1", GROUP)):
        assert isinstance(query(data, {"message_id": 44, "date": 1, "chat": chat, "text": "x"}), Stray)


def member(status: str) -> dict[str, Any]:
    return {"user": {"id": 1, "is_bot": True, "first_name": "L"}, "status": status, "until_date": 0}


def test_blocking_and_unblocking_is_noticed() -> None:
    for old, new, reachable in (("member", "kicked", False), ("kicked", "member", True)):
        change = {
            "chat": PRIVATE,
            "from": CHEN,
            "date": 1,
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        found = meaning(my_chat_member=change)
        assert isinstance(found, Reach) and found.reachable is reachable


def test_in_a_group_only_who_speaks_to_us_is_answered_and_sent_to_a_private_chat() -> None:
    assert message(GROUP, text="今晚停水吗") is None
    mention = [{"type": "mention", "offset": 0, "length": 10}]
    assert isinstance(message(GROUP, text="@linli_bot 报修", entities=mention), InGroup)
    assert isinstance(message(GROUP, text="/repair"), InGroup)
    assert message(GROUP, text="/repair@other_bot") is None
    ours = {
        "message_id": 1,
        "date": 1,
        "chat": GROUP,
        "from": {"id": 1, "is_bot": True, "first_name": "L", "username": "linli_bot"},
    }
    assert isinstance(message(GROUP, text="谢谢", reply_to_message=ours), InGroup)


def test_bots_channels_and_service_messages_are_not_for_us() -> None:
    assert message(sender={**CHEN, "is_bot": True}, text="hi") is None
    assert (
        meaning(channel_post={"message_id": 5, "date": 1, "chat": {"id": -1, "type": "channel"}, "text": "x"})
        is None
    )
    assert message(GROUP, migrate_to_chat_id=-100501) is None
    assert message(PRIVATE, delete_chat_photo=True) is None


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_arrives_in_a_form_that_can_be_stored(text: str) -> None:
    found = message(text=text or "x")
    assert isinstance(found, Heard)
    assert "\x00" not in found.inbound.said.text
    found.inbound.said.text.encode()
