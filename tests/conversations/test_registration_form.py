"""The registration Form itself, walked as people answer it: pure, on every channel, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from backend.core.i18n import render
from backend.fields.address import Home
from backend.fields.form import Form
from backend.fields.state import Step, code_digest
from backend.fields.words import Said, Words
from backend.residents.form import REGISTRATION

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
ID = "11010519491231002X"
MOBILE = "+8613800132210"
CHEN = {
    "consent": True,
    "consent_sensitive": True,
    "name": "陈秀英",
    "id_type": "resident_id",
    "id_number": ID,
    "birthday": date(1949, 12, 31),
    "gender": "female",
    "mobile": MOBILE,
    "home": Home("3", "2", "501"),
}


class Walk:
    """A person answering on one channel; `heard` is what she was told, in that channel's shape."""

    def __init__(
        self, channel: str, locale: str, facts: dict[str, object] | None = None, form: Form = REGISTRATION
    ):
        self.form, self.channel, self.locale = form, channel, locale
        self.step: Step = form.start({}, {"channel": channel, **(facts or {})}, NOW, locale)

    def say(self, *texts: str, keyed: bool = False) -> Walk:
        for text in texts:
            self.step = self.form.step(self.step.state, Said(text=text, keyed=keyed), NOW, self.locale)
            for effect in self.step.effects:
                state = self.form.with_code(
                    self.step.state, code_digest("123456", "s"), "s", int(NOW.timestamp() * 1000) + 600_000
                )
                self.step = Step(state, self.step.replies, self.step.outcome, (effect,))
        return self

    @property
    def heard(self) -> str:
        return "\n".join(self._shaped(w) for w in self.step.replies)

    def _shaped(self, words: Words) -> str:
        text = {"sms": words.short, "voice": words.spoken}.get(self.channel) or words.text
        labels = [f"{n} {render(o.short or o.label, self.locale)}" for n, o in enumerate(words.options, 1)]
        return "\n".join([render(text, self.locale), *labels])


ZH = [
    "同意",
    "我叫陈秀英",
    "同意",
    "身份证",
    ID,
    "138 0013 2210",
    "123456",
    "没有邮箱",
    "三号楼二单元五零一",
    "对",
]
EN = [
    "yes",
    "陈秀英",
    "I agree",
    "id card",
    ID.lower(),
    "+86 138 0013 2210",
    "123456",
    "none",
    "3-2-501",
    "yes",
]


@pytest.mark.parametrize("channel", ["telegram", "webchat", "sms", "voice"])
@pytest.mark.parametrize(("locale", "said"), [("zh_CN", ZH), ("en", EN)])
def test_the_form_is_walked_with_generous_answers(channel: str, locale: str, said: list[str]) -> None:
    walk = Walk(channel, locale).say(*said)
    assert walk.step.outcome == "submitted"
    assert walk.step.answers == CHEN
    assert walk.step.proven == (MOBILE,)


def test_numbers_are_enough_on_a_keypad_phone_by_sms() -> None:
    walk = Walk("sms", "zh_CN", {"proven": [MOBILE]})
    walk.say("1", "陈秀英", "1", "1", ID, "13800132210", "1", "3-2-501", "1")
    assert walk.step.answers == CHEN


def test_a_caller_keys_digits_and_speaks_her_name_and_address() -> None:
    walk = Walk("voice", "zh_CN", {"proven": [MOBILE]})
    walk.say("1", keyed=True).say("陈秀英")
    walk.say("1", keyed=True).say("1", keyed=True).say(ID[:17] + "*", keyed=True).say(
        "13800132210", keyed=True
    )
    walk.say("没有").say("三号楼二单元五零一").say("1", keyed=True)
    assert walk.step.answers == CHEN


@pytest.mark.parametrize(
    ("answers", "at"), [(["不同意"], "consent"), (["同意", "陈秀英", "不同意"], "consent_sensitive")]
)
def test_who_does_not_agree_is_asked_nothing_more(answers: list[str], at: str) -> None:
    walk = Walk("telegram", "zh_CN").say(*answers)
    assert walk.step.outcome == "submitted" and walk.step.answers[at] is False
    assert "id_number" not in walk.step.answers and "mobile" not in walk.step.answers


@pytest.mark.parametrize("channel", ["webchat", "sms", "voice"])
@pytest.mark.parametrize(
    ("locale", "yes", "no", "others"),
    [("zh_CN", "我同意", "不同意", ["“是”", "“否”"]), ("en", "I agree", "I do not agree", ["“Yes”", "“No”"])],
)
def test_who_is_misheard_is_told_the_words_of_her_own_question(
    channel: str, locale: str, yes: str, no: str, others: list[str]
) -> None:
    walk = Walk(channel, locale).say("那个啥来着")
    hint = walk.heard.split("\n")[0]
    assert walk.step.outcome == "misheard"
    assert f"“{yes}”" in hint and f"“{no}”" in hint and not any(other in hint for other in others)
    assert walk.say(yes).step.state.answers["consent"] is True


@pytest.mark.parametrize("channel", ["webchat", "sms", "voice"])
@pytest.mark.parametrize(("locale", "agree"), [("zh_CN", "提交登记"), ("en", "All right, register me")])
def test_the_last_look_is_agreed_to_in_the_words_of_its_button(channel: str, locale: str, agree: str) -> None:
    walk = Walk(channel, locale, {"proven": [MOBILE]}).say(*ZH[:6], *ZH[7:-1], "那个啥来着")
    assert walk.step.outcome == "misheard" and f"“{agree}”" in walk.heard
    assert walk.say(agree).step.outcome == "submitted"


def test_birthday_and_gender_are_asked_when_the_document_does_not_tell() -> None:
    walk = Walk("telegram", "zh_CN", {"proven": [MOBILE]}).say(
        "同意", "Anna Smith", "同意", "护照", "E12345678"
    )
    assert "出生日期" in walk.heard
    walk.say("1948年3月5日", "女", "13800132210", "anna@example.com", "3-2-501", "对")
    assert walk.step.answers["birthday"] == date(1948, 3, 5) and walk.step.answers["gender"] == "female"
    assert walk.step.answers["email"] == "anna@example.com"


def test_the_last_look_shows_sensitive_values_masked_and_no_consent() -> None:
    walk = Walk("telegram", "zh_CN", {"proven": [MOBILE]}).say(*ZH[:6], *ZH[7:-1])
    assert "陈秀英" in walk.heard and "138****2210" in walk.heard
    assert ID not in walk.heard and MOBILE not in walk.heard and "13800132210" not in walk.heard
    assert "我同意" not in walk.heard


def test_an_answer_is_corrected_in_words_at_the_last_look() -> None:
    walk = Walk("sms", "zh_CN", {"proven": [MOBILE]}).say(*ZH[:6], *ZH[7:-1]).say("姓名改成陈秀瑛", "1")
    assert walk.step.answers["name"] == "陈秀瑛"


def test_several_communities_are_offered_by_name() -> None:
    communities = [{"value": "3", "label": "幸福里社区"}, {"value": "5", "label": "和平里社区"}]
    walk = Walk("telegram", "zh_CN", {"communities": communities}).say("同意")
    assert "和平里社区" in walk.heard
    assert walk.say("和平里").step.state.answers["community"]["value"] == "5"


def test_each_sms_question_fits_two_segments_in_chinese() -> None:
    walk = Walk("sms", "zh_CN", {"proven": [MOBILE]})
    for text in [None, *ZH[:6], *ZH[7:-1]]:
        if text is not None:
            walk.say(text)
        assert len("【邻里】" + walk.heard) <= 134, walk.heard


def test_spoken_questions_hold_nothing_that_cannot_be_said() -> None:
    for field in REGISTRATION.fields:
        said = render(field.ask_spoken or field.question, "zh_CN")
        assert not any(c in said for c in "*【】()/@"), said
        assert len(said) <= 80, said
