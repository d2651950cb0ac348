"""A Message in Telegram: valid HTML, short enough, nothing lost, buttons that fit."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.messaging import emphasis
from backend.messaging.content import Choice, Content
from bots.telegram_shape import LIMIT, chosen, picked, shape

LONG = st.text(max_size=200).flatmap(lambda piece: st.integers(1, 60).map(lambda n: piece * n))
MARKED = st.lists(
    st.one_of(st.just("**"), st.just("\n\n"), st.text(max_size=30), st.just("<&>")), max_size=300
).map("".join)


def content(text: str, *labels: str, accepts: tuple[str, ...] = (), short: str = "") -> Content:
    options = tuple(Choice(f"v{i}", label, label) for i, label in enumerate(labels))
    return Content(text, short or text, text, "en", options, accepts)


class _Checker(HTMLParser):
    """Only balanced <b>, never one in another: what Telegram accepts of us."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = 0
        self.seen = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag == "b" and not attrs and self.open == 0
        self.open += 1

    def handle_endtag(self, tag: str) -> None:
        assert tag == "b" and self.open == 1
        self.open -= 1

    def handle_data(self, data: str) -> None:
        self.seen += data


def read(html: str) -> str:
    """What the reader of `html` sees; fails when it is not well formed."""
    assert not re.search(r"&(?!amp;|lt;|gt;)", html), html
    checker = _Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == 0
    return unescape(re.sub(r"</?b>", "", html))


def drawn(text: str) -> str:
    """Without what no chat shows."""
    lines = text.replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def squeezed(text: str) -> str:
    return "".join(c for c in drawn(text) if not c.isspace())


@given(st.one_of(LONG, MARKED))
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_valid_html_of_at_most_4096_units_and_nothing_is_lost(text: str) -> None:
    parts = shape(content(text, "Yes", "No"), 7)
    seen = ""
    for part in parts:
        assert read(part.html) == part.plain
        assert part.plain.strip()
        assert len(part.html.encode("utf-16-le")) // 2 <= LIMIT
        seen += part.plain
    wanted = squeezed(emphasis.plain(drawn(text)))
    assert squeezed(seen) == wanted or (not wanted and seen == "…")
    assert [bool(p.buttons) for p in parts] == [False] * (len(parts) - 1) + [True]


@given(st.lists(st.text(max_size=80), max_size=30), st.integers(1, 10**15))
@settings(max_examples=100, deadline=None)
def test_every_option_becomes_one_button_in_order_that_leads_back_to_it(
    labels: list[str], message_id: int
) -> None:
    part = shape(content("Which?", *labels), message_id)[-1]
    buttons = [button for row in part.buttons for button in row]
    assert [picked(data) for _label, data in buttons] == [(message_id, i) for i in range(len(labels))]
    assert all(label.strip() and len(data.encode()) <= 64 for label, data in buttons)
    assert all(1 <= len(row) <= 3 for row in part.buttons)


@given(st.text(max_size=70))
def test_only_data_that_we_made_counts_as_a_pick(data: str) -> None:
    assert picked(data) is None or re.fullmatch(r"m[0-9]+:[0-9]+", data)


def test_bold_marks_become_bold_and_everything_else_is_shown_as_it_is() -> None:
    (part,) = shape(content("听起来是**水管漏水**,在 <b>3号楼</b> & **A<B**"), 1)
    assert part.html == "听起来是<b>水管漏水</b>,在 &lt;b&gt;3号楼&lt;/b&gt; &amp; <b>A&lt;B</b>"


def test_masked_values_are_not_taken_for_bold() -> None:
    for masked in ("138****2210", "1952-**-** or 1953-**-**", "***@example.com, ***@example.org"):
        (part,) = shape(content(masked), 1)
        assert part.html == masked


def test_bold_that_is_cut_in_two_is_bold_in_both_messages() -> None:
    first, second = shape(content("**" + "水" * 5000 + "**"), 1)
    assert first.html.startswith("<b>") and first.html.endswith("</b>")
    assert second.html.startswith("<b>") and second.html.endswith("</b>")


def test_a_long_text_is_cut_between_paragraphs() -> None:
    text = "\n\n".join(f"第{i}段。" + "水" * 300 for i in range(20))
    assert all(part.plain.startswith("第") and part.plain.endswith("水") for part in shape(content(text), 1))


def test_a_family_emoji_is_not_cut_in_two() -> None:
    family = "👨‍👩‍👧‍👦"
    assert all(part.plain.replace(family, "") == "" for part in shape(content(family * 900), 1))


def test_an_unassigned_or_rare_character_of_a_name_survives() -> None:
    assert shape(content("𮯠\U000323af"), 1)[0].plain == "𮯠\U000323af"


def test_short_buttons_share_a_row_and_long_ones_have_their_own() -> None:
    rows = shape(content("?", "在流,很急", "滴水,不急", "不是报修", "我想先和社区的工作人员说几句话"), 1)[
        0
    ].buttons
    assert [len(row) for row in rows] == [3, 1]
    four = shape(content("?", "一", "二", "三", "四"), 1)[0].buttons
    assert [len(row) for row in four] == [2, 2]


def test_a_question_for_the_phone_number_offers_to_share_it_with_one_tap() -> None:
    (part,) = shape(content("Your mobile?", accepts=("contact",)), 1)
    assert [kind for _label, kind in part.share] == ["contact"]
    assert not part.buttons and not part.close


def test_buttons_and_sharing_come_in_two_messages_because_telegram_shows_one_keyboard_at_a_time() -> None:
    question, hint = shape(content("Where?", "Skip", accepts=("contact", "location", "photo")), 1)
    assert question.buttons and not question.share
    assert [kind for _label, kind in hint.share] == ["contact", "location"] and not hint.buttons


def test_a_sharing_keyboard_goes_with_the_next_answer_but_not_with_a_notice() -> None:
    assert shape(content("Thanks"), 1)[0].close
    assert not shape(content("The water is back"), 1, reply=False)[0].close


def test_nothing_to_see_is_still_something_to_send() -> None:
    assert shape(content(" \n "), 1)[0].plain == "…"
    assert shape(content(" ", short="R-7"), 1)[0].plain == "R-7"


def test_the_choice_is_shown_under_the_answered_question_when_there_is_room() -> None:
    assert chosen("Running?", "<Yes>") == "Running?\n\n<b>✓ &lt;Yes&gt;</b>"
    assert chosen("x" * 4090, "Yes, it is") is None
