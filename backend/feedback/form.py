"""The feedback Form: the same on every channel."""

from __future__ import annotations

from backend.core.i18n import _
from backend.feedback.lifecycle import KINDS, TOPICS
from backend.fields.choices import Choice, Choices, YesNo
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.phone import Phone
from backend.fields.text import LongText

CHAT = ("telegram", "webchat")
_WORDS: dict[str, tuple[str, ...]] = {
    "suggestion": ("建议", "意见", "提议", "希望", "suggestion", "idea"),
    "complaint": ("投诉", "不满", "意见大", "complaint"),
    "praise": ("表扬", "感谢", "点赞", "praise", "thanks"),
    "clean": ("卫生", "垃圾", "绿化", "保洁"),
    "property": ("物业", "管理费", "property"),
    "safety": ("安全", "消防", "保安", "safety"),
    "facilities": ("设施", "停车", "电梯", "健身", "parking"),
    "noise": ("噪音", "吵", "邻居", "noise"),
    "staff": ("工作人员", "师傅", "网格员", "staff"),
    "other": ("其他", "别的", "other"),
}

FORM = Form(
    "feedback",
    _("Tell us what you think"),
    [
        Choice(
            "kind",
            label=_("Kind"),
            ask=_("What is it: a suggestion, a complaint, or praise?"),
            options=[Choices(code, label, None, _WORDS[code]) for code, label in KINDS.items()],
        ),
        LongText(
            "text",
            label=_("In your words"),
            ask=_("Please tell us, in your own words."),
            min_length=2,
            max_length=2000,
        ),
        Choice(
            "topic",
            label=_("About"),
            ask=_("What is it about?"),
            options=[Choices(code, label, None, _WORDS[code]) for code, label in TOPICS.items()],
        ),
        Photo(
            "photo",
            label=_("Photo"),
            ask=_("A photo, if one helps?"),
            optional=True,
            when={
                "and": [
                    {"fact": "channel", "op": "in", "value": list(CHAT)},
                    {"not": {"field": "kind", "op": "eq", "value": "praise"}},
                ]
            },
        ),
        YesNo("answer", label=_("An answer"), ask=_("Would you like an answer?")),
        Phone(
            "contact",
            label=_("Phone to call back"),
            ask=_("We answer you here. Is there also a number that we may call?"),
            optional=True,
            when={
                "and": [
                    {"field": "answer", "op": "eq", "value": True},
                    {"fact": "unregistered", "op": "eq", "value": True},
                    {"fact": "channel", "op": "in", "value": list(CHAT)},
                ]
            },
        ),
    ],
    review=False,
)
