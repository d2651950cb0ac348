"""Conversations with the polling bot through the emulated Bot API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from backend.core import media
from backend.fields.words import Option, Words
from backend.messaging import deliveries, outbox, people
from backend.messaging.models import Delivery, Inbound
from tests.bots.telegram.conftest import House, polling, worker_drains
from tests.databases import TestDatabase
from tests.harness.telegram import TelegramEmulator, TelegramUser
from tests.servers import until


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG")
    return out.getvalue()


def buttons(message: dict[str, Any]) -> list[str]:
    return [b["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", []) for b in row]


def by(user: TelegramUser, message_id: int, **parts: Any) -> dict[str, Any]:
    """A message of `user` with a number of our choice."""
    sender = {"id": user.id, "is_bot": False, "first_name": user.name, "language_code": "en"}
    return {
        "message_id": message_id,
        "date": 1,
        "chat": {"id": user.id, "type": "private"},
        "from": sender,
        **parts,
    }


def begin(user: TelegramUser) -> None:
    user.says("/start")
    user.waits_for("Linli")
    user.taps("Repair")
    user.waits_for("Is water running & <now>?")


def test_a_repair_is_told_with_buttons_text_a_photo_a_place_and_the_own_contact(
    any_bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    asked = telegram_api.calls("sendMessage")[-1]["body"]
    assert asked["text"] == "Is <b>water</b> running &amp; &lt;now&gt;?"
    chen.taps("Running")
    chen.waits_for("What happened?")
    chen.says("厨房 <b>水管</b> 漏水 & 有声音")
    chen.waits_for("photo")
    chen.sends_photo(picture())
    chen.waits_for("Where is it?")
    chen.shares_location(31.2304, 121.4737)
    chen.waits_for("Your mobile?")
    chen.shares_contact("8613800001111")
    done = chen.waits_for("R-7")
    assert buttons(done) == ["Where is it?"]
    (repair,) = any_bot.repairs
    assert repair["what"] == "厨房 <b>水管</b> 漏水 & 有声音"
    assert media.load(repair["photo"].key)[1] == "image/jpeg"
    assert repair["where"].latitude == pytest.approx(31.2304)
    assert repair["mobile"] == "+8613800001111"
    until(
        lambda: not Delivery.select().where(Delivery.status != "sent").exists(), what="all recorded as sent"
    )


def test_the_place_and_the_phone_number_can_be_shared_with_one_tap(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    chen.taps("Running")
    chen.waits_for("What happened?")
    chen.says("Leak")
    chen.waits_for("photo")
    chen.sends_photo(picture())
    chen.waits_for("Where is it?")
    until(lambda: _asked_for(telegram_api, "request_location"), what="a location button")
    chen.shares_location(31.23, 121.47)
    chen.waits_for("Your mobile?")
    until(lambda: _asked_for(telegram_api, "request_contact"), what="a contact button")


def _asked_for(telegram_api: TelegramEmulator, what: str) -> bool:
    return any(
        f'"{what}": true' in str(c["body"].get("reply_markup")) for c in telegram_api.calls("sendMessage")
    )


def test_an_answered_question_loses_its_buttons_and_shows_the_choice(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    chen.taps("Dripping")
    chen.waits_for("What happened?")
    until(lambda: "✓ Dripping" in str(chen.messages()), what="the choice under the question")
    question = next(m for m in chen.messages() if "✓ Dripping" in m["text"])
    assert "Is water running & <now>?" in question["text"] and not buttons(question)
    assert all(c["result"] == "ok" for c in telegram_api.calls("answerCallbackQuery"))
    assert len(telegram_api.calls("answerCallbackQuery")) == 2


def test_a_question_answered_in_words_loses_its_buttons_too(any_bot: House, chen: TelegramUser) -> None:
    begin(chen)
    chen.says("Dripping")
    chen.waits_for("What happened?")
    until(
        lambda: not any(buttons(m) for m in chen.messages() if "Is water running" in m["text"]),
        what="the question without buttons",
    )


def test_a_tap_on_an_old_button_changes_nothing_and_is_answered(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    old = next(m for m in chen.messages() if "Is water running" in m["text"])
    data = old["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    chen.taps("Dripping")
    chen.waits_for("What happened?")
    chen.presses(data, old["message_id"])
    chen.waits_for("answered already")
    chen.waits_for("What happened?")
    until(lambda: len(telegram_api.calls("answerCallbackQuery")) == 3, what="all taps answered")
    until(lambda: "✓ Dripping" in str(chen.messages()), what="the choice that counted")
    assert "✓ Running" not in str(chen.messages())


def test_an_edited_answer_is_corrected(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    chen.taps("Running")
    chen.waits_for("What happened?")
    telegram_api.update({"message": by(chen, 90_001, text="Leek")})
    chen.waits_for("photo")
    chen.edits(90_001, "Leak")
    chen.waits_for("photo")
    chen.sends_photo(picture())
    chen.waits_for("Where is it?")
    chen.shares_location(31.23, 121.47)
    chen.waits_for("mobile")
    chen.says("13800001111")
    chen.waits_for("R-7")
    assert [r["what"] for r in bot.repairs] == ["Leak"]


def test_the_same_update_twice_has_one_effect_and_one_answer(
    any_bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")
    chen.waits_for("Linli")
    for _ in range(3):
        telegram_api.update({"message": by(chen, 90_002, text="/help")})
    chen.waits_for("Office")
    chen.says("/language")
    chen.waits_for("language")
    assert Inbound.select().where(Inbound.event_id == f"{chen.id}:90002").count() == 1
    assert sum("Office" in m["text"] for m in chen.messages()) == 1


def test_updates_that_were_not_confirmed_come_again_to_the_next_process(
    house: House, telegram_api: TelegramEmulator, database: TestDatabase, chen: TelegramUser
) -> None:
    for text in ("/start", "/language"):
        chen.says(text)
    with polling(house):
        chen.waits_for("Linli")
        chen.waits_for("language")
    with polling(house):
        chen.says("/help")
        chen.waits_for("Office")
    assert sum("Linli" in m["text"] for m in chen.messages()) == 1


def test_a_busy_telegram_gets_the_answer_later_from_a_worker(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    telegram_api.fail("sendMessage", 429, retry_after=1)
    chen.says("/start")
    until(lambda: Delivery.select().where(Delivery.status == "pending").exists(), what="the retry")
    delivery = Delivery.get()
    assert "slow down" in delivery.error
    until(lambda: worker_drains() == 1, what="the worker's turn")
    chen.waits_for("Linli")


def test_two_answers_keep_their_order_when_the_first_has_to_wait(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    telegram_api.fail("sendMessage", 500)
    chen.says("/help")
    until(lambda: Delivery.select().where(Delivery.status == "pending").count() == 2, what="both wait")
    until(lambda: bool(worker_drains()) and len(chen.messages()) == 2, what="the worker's turn")
    assert "Office" in chen.messages()[0]["text"]


def test_who_blocks_the_bot_is_not_written_to_until_she_takes_it_back(
    any_bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")
    chen.waits_for("Linli")
    telegram_api.block(chen.id)
    chen.says("hello")
    until(lambda: _state(chen) == "blocked", what="the block noticed")
    telegram_api.block(chen.id, False)
    chen.says("/start")
    chen.waits_for("Linli")
    until(lambda: _state(chen) == "active", what="active again")


def test_a_block_told_by_telegram_ends_the_identity_and_an_unblock_restores_it(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")
    chen.waits_for("Linli")
    for status, state in (("kicked", "blocked"), ("member", "active")):
        user = {"id": 1, "is_bot": True, "first_name": "L"}
        member = {"user": user, "status": status, "until_date": 0}
        chat = {"id": chen.id, "type": "private"}
        sender = {"id": chen.id, "is_bot": False, "first_name": "C"}
        change = {
            "chat": chat,
            "from": sender,
            "date": 1,
            "old_chat_member": member,
            "new_chat_member": member,
        }
        telegram_api.update({"my_chat_member": change})
        until(lambda state=state: _state(chen) == state, what=state)


def _state(user: TelegramUser) -> str:
    identity = people.find("telegram", str(user.id))
    return str(identity.state) if identity else ""


def test_words_that_telegram_cannot_parse_arrive_plain(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    telegram_api.post(
        "/_control/fault",
        {"method": "sendMessage", "code": 400, "description": "Bad Request: can't parse entities: oops"},
    )
    chen.says("/start")
    chen.waits_for("Linli")
    assert not telegram_api.calls("sendMessage")[-1]["body"].get("parse_mode")


def test_a_recording_and_an_unreadable_file_are_answered_kindly_and_the_question_stays_open(
    any_bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    begin(chen)
    chen.taps("Running")
    chen.waits_for("What happened?")
    voice = {"file_id": "V", "file_unique_id": "v", "duration": 3}
    telegram_api.update({"message": by(chen, 90_003, voice=voice)})
    until(lambda: worker_drains() == 1, what="the answer")
    chen.waits_for("recordings")
    chen.sends_photo(b"not a picture at all")
    until(lambda: worker_drains() == 1, what="the answer")
    chen.waits_for("could not open this picture")
    chen.says("Leak")
    chen.waits_for("photo")


def test_a_photo_that_cannot_be_fetched_is_asked_for_again(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    chen.says("/start")
    chen.waits_for("Linli")
    telegram_api.fail("getFile", 500)
    chen.sends_photo(picture())
    until(lambda: worker_drains() == 1, what="the answer")
    chen.waits_for("did not reach me")


def test_in_a_group_she_is_asked_to_write_in_private(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    group = {"id": -100_900, "type": "supergroup", "title": "3号楼"}
    sender = {"id": chen.id, "is_bot": False, "first_name": "C", "language_code": "en"}
    for text in ("my ID number is 1", "@linli_test_bot my ID number is 1"):
        entities = [{"type": "mention", "offset": 0, "length": 15}] if text.startswith("@") else []
        telegram_api.update(
            {
                "message": {
                    "message_id": 90_004,
                    "date": 1,
                    "chat": group,
                    "from": sender,
                    "text": text,
                    "entities": entities,
                }
            }
        )
    until(lambda: Delivery.select().count() == 1, what="one answer")
    assert Inbound.select().count() == 0


def test_the_menu_of_commands_is_there_in_both_languages(bot: House, telegram_api: TelegramEmulator) -> None:
    until(lambda: len(telegram_api.calls("setMyCommands")) == 3, what="the menus")

    def menu(language: str) -> dict[str, str]:
        found = telegram_api.post(f"/bot{telegram_api.token}/getMyCommands", {"language_code": language})
        return {c["command"]: c["description"] for c in found["result"]}

    assert set(menu("zh")) == set(menu("en")) == {"menu", "help", "cancel", "language", "repair", "register"}
    assert menu("en")["repair"] == "Report a repair"
    assert menu("")["repair"] == menu("zh")["repair"] == "我要报修"


def test_her_telegrams_language_is_the_first_language(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser, wang: TelegramUser
) -> None:
    for user, locale in ((chen, "en"), (wang, "zh_CN")):
        user.says("/start")
        user.waits_for("Linli" if locale == "en" else "")
        identity = people.find("telegram", str(user.id))
        assert identity is not None and identity.locale == locale


def test_one_slow_chat_does_not_hold_up_another(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser, wang: TelegramUser
) -> None:
    chen.says("/start")
    chen.waits_for("Linli")
    answered = len(chen.messages())
    telegram_api.post("/_control/fault", {"method": "getFile", "code": 500, "delay_ms": 10_000})
    chen.sends_photo(picture())
    wang.says("/start")
    wang.waits_for("")
    assert len(chen.messages()) == answered, "hers is still being fetched"
    assert not Delivery.select().where(Delivery.status == "pending").exists()


def test_a_burst_from_one_person_is_answered_in_order(bot: House, chen: TelegramUser) -> None:
    begin(chen)
    chen.says("Running")
    chen.says("Leak")
    chen.waits_for("What happened?")
    chen.waits_for("photo")


def test_an_update_that_makes_us_stumble_does_not_hold_up_the_next(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    telegram_api.update({"message": "not an object"})
    telegram_api.update({"callback_query": {"id": 5}})
    chen.says("/start")
    chen.waits_for("Linli")


def test_without_telegram_for_a_while_the_bot_goes_on_by_itself(
    bot: House, telegram_api: TelegramEmulator, chen: TelegramUser
) -> None:
    telegram_api.fail("getUpdates", 409)
    telegram_api.drop("getUpdates")
    chen.says("/start")
    chen.waits_for("Linli")


def test_a_campaign_whose_answer_is_lost_is_not_repeated_and_an_alarm_is(
    telegram_api: TelegramEmulator, database: TestDatabase, chen: TelegramUser
) -> None:
    chen.says("/start")  # the emulator knows the chat from now on
    identity = people.ensure("telegram", str(chen.id), "en")
    for queue, status in (("bulk", "unknown"), ("alerts", "pending")):
        telegram_api.drop("sendMessage", after_doing_it=True)
        outbox.say(
            people.At(identity.id), Words(f"The water is off ({queue})"), purpose="notice", queue=queue
        )
        assert worker_drains(queue) == 1
        delivery = Delivery.get(Delivery.queue == queue)
        assert delivery.status == status
        chen.waits_for(f"({queue})")


def test_a_message_to_a_chat_that_does_not_exist_fails_visibly_and_ends_the_identity(
    telegram_api: TelegramEmulator, database: TestDatabase
) -> None:
    identity = people.ensure("telegram", "424242", "en")
    outbox.say(
        people.At(identity.id), Words("Hello", options=(Option("track:1", "Track"),)), purpose="notice"
    )
    assert worker_drains("default") == 1
    delivery = Delivery.get()
    assert delivery.status == "failed" and "not found" in delivery.error
    assert people.identities(people.At(identity.id)) == []


def test_a_delivered_message_is_known_by_its_chat_and_number(
    telegram_api: TelegramEmulator, database: TestDatabase, chen: TelegramUser
) -> None:
    chen.says("/start")
    identity = people.ensure("telegram", str(chen.id), "en")
    outbox.say(people.At(identity.id), Words("Hello"), purpose="notice")
    worker_drains("default")
    shown = chen.waits_for("Hello")
    assert Delivery.get().provider_id == f"{chen.id}:{shown['message_id']}"
    assert deliveries.depth() == {}
