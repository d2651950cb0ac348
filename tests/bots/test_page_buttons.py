"""A button that opens a page, on each channel: pressed where there are buttons, written out in a text, left out of a call."""

from __future__ import annotations

from backend.messaging.content import Choice, Content
from bots import email_shape, sms_shape, telegram_channel, telegram_shape, voice_shape
from bots.webchat import told_item

PAGE = "https://linli.example.test/e/7"
NOTICE = Content(
    "周六包饺子。", "周六包饺子。", "周六包饺子。", "zh_CN",
    options=(Choice("url:" + PAGE, "看详情", "看详情"), Choice("event.join:7", "我要报名", "报名")),
)  # fmt: skip
ONLY_PAGE = Content(
    "看看。", "看看。", "看看。", "zh_CN", options=(Choice("url:" + PAGE, "看详情", "看详情"),)
)


def test_telegram_opens_it_with_a_button_of_its_own_kind() -> None:
    [part] = telegram_shape.shape(NOTICE, 5)
    markup = telegram_channel._markup(part)
    assert markup is not None
    page, join = (button for row in markup.to_dict()["inline_keyboard"] for button in row)
    assert page == {"text": "看详情", "url": PAGE}
    assert join == {"text": "我要报名", "callback_data": "m5:1"}


def test_an_address_that_telegram_refuses_stands_in_the_text() -> None:
    local = Content(
        "看看。", "", "", "zh_CN", options=(Choice("url:http://localhost:8000/e/7", "看详情", ""),)
    )
    [part] = telegram_shape.shape(local, 5)
    assert not part.buttons
    assert "http://localhost:8000/e/7" in part.plain


def test_a_text_message_writes_it_out_and_the_others_keep_their_numbers() -> None:
    [body] = sms_shape.shape([NOTICE], "幸福里社区")
    assert f"看详情：{PAGE}" in body.text
    assert "报名回2" in body.text.replace(" ", "") or "2 报名" in body.text
    [alone] = sms_shape.shape([ONLY_PAGE], "幸福里社区")
    assert alone.text.endswith(PAGE), "nothing asks for a number"


def test_a_call_leaves_it_out() -> None:
    lines = voice_shape.script([NOTICE])
    assert not any("详情" in line for line in lines)
    assert any("报名" in line and "2" in line for line in lines)
    assert len(voice_shape.script([ONLY_PAGE])) == 1


def test_webchat_gets_its_address() -> None:
    item = told_item(1, 5, NOTICE, 0)
    assert item["links"] == {0: PAGE}
    assert item["options"] == ["看详情", "我要报名"]


def test_a_letter_links_it_and_says_how_to_answer_only_the_rest() -> None:
    mail = email_shape.shape(NOTICE, "幸福里社区", "010", "https://linli.example.test/chat")
    assert f'<a href="{PAGE}">看详情</a>' in mail.html
    assert f"看详情：{PAGE}" in mail.text
    assert "- 我要报名" in mail.text and "/chat" in mail.text
    alone = email_shape.shape(ONLY_PAGE, "幸福里社区", "010", "https://linli.example.test/chat")
    assert "/chat" not in alone.text
