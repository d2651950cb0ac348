"""The people and the questions of these tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backend.core.i18n import Text as AnyText
from backend.core.i18n import _, render
from backend.fields import (
    FILLED,
    GENDERS,
    ID_TYPES,
    Address,
    Choice,
    Choices,
    Context,
    Date,
    Decimal,
    Email,
    Form,
    IdNumber,
    Integer,
    Location,
    LongText,
    Misunderstood,
    Money,
    MultiChoice,
    Phone,
    Photo,
    Rating,
    RealName,
    Said,
    State,
    Step,
    Text,
    TimeSlot,
    YesNo,
    code_digest,
)
from backend.fields.base import Field

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)
"""A Wednesday morning."""

GRANDMOTHER = {
    "name": "陈秀英",
    "id_number": "110101194803050024",
    "mobile": "13800138000",
    "email": "chen@example.com",
}
HOME = {"building": "3", "unit": "2", "room": "501"}
SLOTS: list[dict[str, Any]] = [
    {
        "value": f"s{day}-{start}",
        "label": {
            "zh_CN": f"3月{day}日{start}点到{start + 2}点",
            "en": f"March {day}, {start}:00 to {start + 2}:00",
        },
        "start": f"2026-03-{day:02}T{start:02}:00:00+08:00",
        "end": f"2026-03-{day:02}T{start + 2:02}:00:00+08:00",
    }
    for day, start in ((5, 9), (5, 14), (7, 9), (8, 14), (8, 16))
]

TROUBLES = (
    Choices(
        "water",
        {"zh_CN": "水管漏水", "en": "Water leak"},
        {"zh_CN": "漏水", "en": "leak"},
        ("水管", "漏水", "tap"),
    ),
    Choices("power", {"zh_CN": "停电跳闸", "en": "Power"}, None, ("没电", "停电", "electricity")),
    Choices("lift", {"zh_CN": "电梯故障", "en": "Lift"}, None, ("电梯", "elevator")),
)

REGISTRATION = Form(
    "registration",
    title={"zh_CN": "实名登记", "en": "Registration"},
    intro={"zh_CN": "您好,我们来登记一下。", "en": "Hello, let us register you."},
    fields=[
        RealName("name", label={"zh_CN": "姓名", "en": "Name"}),
        Choice("id_type", label={"zh_CN": "证件", "en": "Document"}, options=ID_TYPES),
        IdNumber(
            "id_number", label={"zh_CN": "证件号码", "en": "ID number"}, type_from="id_type", sensitive=True
        ),
        Date("birthday", label={"zh_CN": "生日", "en": "Birthday"}, birthday=True, unless=FILLED),
        Choice("gender", label={"zh_CN": "性别", "en": "Gender"}, options=GENDERS, unless=FILLED),
        Phone("mobile", label={"zh_CN": "手机", "en": "Mobile"}, verify="code"),
        Email("email", label={"zh_CN": "邮箱", "en": "E-mail"}, verify="link", none_words=("没有邮箱",)),
    ],
    confirm_label={"zh_CN": "提交", "en": "Send it"},
)

REPAIR = Form(
    "repair",
    title={"zh_CN": "报修", "en": "Repair"},
    fields=[
        Choice("category", label={"zh_CN": "类别", "en": "Kind"}, options=TROUBLES),
        YesNo(
            "running",
            label={"zh_CN": "水还在流", "en": "Still running"},
            yes={"zh_CN": "在流,很急", "en": "Running"},
            no={"zh_CN": "滴水,不急", "en": "Dripping"},
            when={"field": "category", "op": "eq", "value": "water"},
        ),
        LongText("description", label={"zh_CN": "情况", "en": "What happened"}),
        Photo("photo", label={"zh_CN": "照片", "en": "Photo"}, optional=True,
              when={"fact": "channel", "op": "ne", "value": "voice"}),
        Address("place", label={"zh_CN": "地点", "en": "Place"}),
        TimeSlot("slot", label={"zh_CN": "时间", "en": "Time"},
                 unless={"field": "running", "op": "eq", "value": True}),
    ],
)  # fmt: skip

SURVEY = Form(
    "survey",
    title=_("Survey"),
    review=False,
    fields=[
        Integer("people", label="People", least=0, most=20, help={"zh_CN": "家里一共几口人", "en": "All who live there"}),
        Decimal("area", label="Area", optional=True, least=0),
        Money("rent", label="Rent", optional=True),
        MultiChoice("wishes", label="Wishes", options=TROUBLES, least=0),
        Rating("rating", label="Rating"),
        Location("where", label="Where", optional=True),
        Date("since", label="Since", latest="today"),
        Text("note", label="Note", optional=True),
        YesNo("consent", label="Consent", must="We cannot go on without it."),
        LongText("why", label="Why", when={"or": [{"field": "rating", "op": "lt", "value": 3},
                                                  {"not": {"field": "people", "op": "ge", "value": 1}}]}),
    ],
)  # fmt: skip

FORMS = (REGISTRATION, REPAIR, SURVEY)


def context(locale: str = "zh_CN", answers: dict[str, Any] | None = None, **facts: Any) -> Context:
    return Context(NOW, locale, SHANGHAI, answers or {}, facts)


def understood(field: Field, text: str, **facts: Any) -> Any:
    return field.parse(Said(text=text), context(**facts))


def hint(field: Field, text: str, locale: str = "en", **facts: Any) -> str:
    """What is said to an answer that cannot be used."""
    try:
        value = field.parse(Said(text=text), context(locale, **facts))
    except Misunderstood as why:
        return render(why.text, locale)
    raise AssertionError(f"{text!r} was understood as {value!r}")


class Talk:
    """A conversation with one Form, message by message."""

    def __init__(
        self, form: Form, prefill: dict[str, Any] | None = None, locale: str = "zh_CN", **facts: Any
    ) -> None:
        self.form, self.locale, self.now = form, locale, NOW
        self.last: Step = form.start(prefill or {}, facts, NOW, locale)

    @property
    def state(self) -> State:
        return self.last.state

    def says(self, *texts: str, **said: Any) -> Step:
        for text in texts or ("",):
            self.last = self.form.step(self.state, Said(text=text, **said), self.now, self.locale)
        return self.last

    def picks(self, choice: str) -> Step:
        return self.says(choice=choice)

    def gets_code(self, code: str = "123456", minutes: int = 10) -> None:
        """What the engine does with a SendCode."""
        until = round(self.now.timestamp() * 1000) + minutes * 60_000
        state = self.form.with_code(self.state, code_digest(code, "salt"), "salt", until)
        self.last = Step(state, self.last.replies, self.last.outcome)

    @property
    def heard(self) -> str:
        """All that was said last, as read in a chat."""
        return "\n".join(self.read(w.text) for w in self.last.replies)

    @property
    def labels(self) -> list[str]:
        return [self.read(o.label) for w in self.last.replies for o in w.options]

    def read(self, text: AnyText | None) -> str:
        return render(text, self.locale)
