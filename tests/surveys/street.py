"""A survey of the little garden, and the people who are asked: the neighbours of the repair tests, approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from backend.core import clock
from backend.core.access import Actor
from backend.fields.choices import Choice, Choices, MultiChoice, YesNo
from backend.fields.form import Form
from backend.fields.numbers import Integer, Rating
from backend.fields.text import LongText
from backend.messaging import people
from backend.residents.models import Household, Resident
from backend.surveys import actions, inviting
from backend.surveys.actions import Plan
from backend.surveys.audience import Audience
from backend.surveys.models import Survey
from tests.requests.neighbourhood import Neighbourhood, settle

GARDEN = Form(
    "garden",
    "",
    [
        Choice(
            "often",
            label={"zh_CN": "多久去一次", "en": "How often"},
            ask={"zh_CN": "您多久去一次小花园?", "en": "How often do you go to the garden?"},
            options=[
                Choices("daily", {"zh_CN": "每天", "en": "Every day"}),
                Choices("weekly", {"zh_CN": "每周", "en": "Every week"}),
                Choices("never", {"zh_CN": "不去", "en": "Never"}),
            ],
        ),
        LongText(
            "why",
            label={"zh_CN": "为什么不去", "en": "Why not"},
            ask={"zh_CN": "为什么不去呢?", "en": "Why not?"},
            optional=True,
            when={"field": "often", "op": "eq", "value": "never"},
        ),
        MultiChoice(
            "wants",
            label={"zh_CN": "想要什么", "en": "Wishes"},
            ask={"zh_CN": "您希望那里有什么?", "en": "What would you like there?"},
            options=[
                Choices("bench", {"zh_CN": "长椅", "en": "Benches"}),
                Choices("light", {"zh_CN": "路灯", "en": "Lamps"}),
                Choices("swing", {"zh_CN": "秋千", "en": "A swing"}),
            ],
            when={"field": "often", "op": "ne", "value": "never"},
        ),
        Rating("mark", label={"zh_CN": "打分", "en": "Mark"}, ask={"zh_CN": "您给它打几分?", "en": "What mark do you give it?"}),
        Integer("people", label={"zh_CN": "家里人数", "en": "People at home"}, ask={"zh_CN": "家里有几口人?", "en": "How many are you at home?"}, least=1, most=20),
        YesNo("help", label={"zh_CN": "愿意帮忙", "en": "Would help"}, ask={"zh_CN": "愿意帮忙打理吗?", "en": "Would you help to look after it?"}, optional=True),
    ],
    review=False,
)  # fmt: skip
TITLE = {"zh_CN": "小花园怎么用", "en": "The little garden"}


def settled() -> Neighbourhood:
    hood = settle()
    Resident.update(status="approved").execute()
    return hood


def plan(hood: Neighbourhood, **changes: Any) -> Plan:
    given = Plan(TITLE, {"zh_CN": "想听听您的想法。"}, GARDEN, Audience(hood.happy.id))
    return replace(given, **changes)


def admin(hood: Neighbourhood) -> Actor:
    return hood.actor(hood.admin)


def opened(hood: Neighbourhood, **changes: Any) -> Survey:
    """Made, opened, and everybody invited."""
    survey = actions.create(admin(hood), plan(hood, **changes))
    actions.release(admin(hood), survey.id)
    inviting.run()
    found: Survey = Survey.get_by_id(survey.id)
    return found


def neighbours(hood: Neighbourhood, n: int, *, building: str = "3", born: int = 1970) -> list[int]:
    """More approved residents, each with a chat of her own."""
    home, _new = Household.get_or_create(
        community_id=hood.happy.id, org_id=hood.happy.id, building=building, key=f"building {building}"
    )
    found = []
    for index in range(n):
        resident = Resident.create(
            org_id=hood.happy.id,
            household=home,
            status="approved",
            name=f"邻居{building}{index}",
            birthday=date(born, 1, 1 + index % 28),
            locale="zh_CN",
            channel="telegram",
            created_at=clock.now(),
        )
        address = f"tg-{building}-{born}-{index}"
        people.join_resident(people.ensure("telegram", address).id, resident.id, hood.happy.id)
        found.append(int(resident.id))
    return found


ANSWERS: dict[str, Any] = {"often": "never", "why": "太远了", "mark": 2, "people": 3, "help": True}
TOMORROW = timedelta(days=1)
