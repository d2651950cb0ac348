"""What the demo community lives by beside repairs: events to come, elders who are asked how they are, a family, a survey, a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from backend.care import plans
from backend.core import clock
from backend.core.access import Actor
from backend.demo import business, health, lists
from backend.demo.people import PHONES
from backend.demo.repairs import Neighbour
from backend.events import planning, signing
from backend.events.planning import Draft
from backend.family import changing, confirming
from backend.family.changing import Entered
from backend.fields.choices import Choice, Choices, MultiChoice
from backend.fields.form import Form
from backend.fields.numbers import Rating
from backend.fields.text import LongText
from backend.surveys import actions as surveys
from backend.surveys import inviting
from backend.surveys.audience import Audience
from backend.surveys.models import Survey


def make(org_id: int, neighbours: Mapping[str, Neighbour], actors: Mapping[str, Actor]) -> None:
    """As of now, in waking hours: what is to come lies days ahead, whenever the demo begins."""
    _events(org_id, neighbours, actors["admin"])
    _elders(neighbours, actors["admin"])
    health.make(org_id, neighbours["陈秀英"], actors["admin"])
    _survey(org_id, neighbours, actors["admin"])
    inviting.run()
    lists.make(org_id, actors["admin"])
    business.make(org_id, actors["admin"])


def _at(days: int, hour: int) -> datetime:
    """So many days from today, at that hour of the community's clock."""
    day = clock.local(clock.now()).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), clock.zone()).astimezone(UTC)


def _events(org_id: int, neighbours: Mapping[str, Neighbour], admin: Actor) -> None:
    dumplings = planning.create(
        admin,
        Draft(
            org_id,
            {"zh_CN": "包饺子迎新年", "en": "Dumplings for the new year"},
            {"zh_CN": "社区活动室", "en": "Community room"},
            {
                "zh_CN": "面和馅都备好了，带上围裙就行。包好的大家一起吃，也给行动不便的老人送去。",
                "en": "Dough and filling are ready, bring an apron. We eat together, and bring some to those who cannot come.",
            },
            _at(6, 14),
            _at(6, 17),
            capacity=4,
            companions=1,
        ),
    )
    planning.publish(admin, dumplings.id)
    for name in ("李桂兰", "何翠花", "林美玉", "周丽", "徐静"):
        signing.sign_up(admin, dumplings.id, neighbours[name].id)
    brush = planning.create(
        admin,
        Draft(
            org_id,
            {"zh_CN": "书法班", "en": "Calligraphy class"},
            {"zh_CN": "2号楼一层书画室", "en": "Studio, ground floor of building 2"},
            {
                "zh_CN": "笔墨纸砚都有，零基础也可以来。",
                "en": "Brush and ink are there; beginners are welcome.",
            },
            _at(3, 9),
            _at(3, 11),
            capacity=12,
        ),
    )
    planning.publish(admin, brush.id)
    signing.sign_up(admin, brush.id, neighbours["欧阳文彬"].id)
    planning.propose(
        Actor("resident", neighbours["吴倩"].id, "吴倩"),
        Draft(
            org_id,
            {"zh_CN": "周末旧书交换"},
            {"zh_CN": "小区凉亭"},
            {"zh_CN": "带几本看完的书来，换几本没看过的回去。"},
            _at(9, 15),
            _at(9, 17),
        ),
    )


def _elders(neighbours: Mapping[str, Neighbour], admin: Actor) -> None:
    """Two who live alone: one has a daughter abroad and would like to be asked each day how she is, the other has a neighbour
    who looks in."""
    chen, zhao = neighbours["陈秀英"].id, neighbours["赵淑珍"].id
    daughter = changing.add_by_staff(
        admin,
        chen,
        Entered(
            "family",
            "陈晓月",
            "女儿",
            f"{PHONES}01901",
            ("checkin", "alarm", "visit", "summary"),
            "visit",
            zone="America/Toronto",
        ),
    )
    # She has said that it is her; the neighbour below is still to answer.
    confirming.confirm(daughter.identity_id or 0, daughter.relative_id, daughter.id)
    changing.add_by_staff(
        admin,
        zhao,
        Entered("neighbour", "陈志强", "楼下邻居", f"{PHONES}01006", ("alarm",), "paper"),
    )
    # Nobody is asked while no channel is set up: her wish waits for staff to confirm it.
    plans.wish(f"resident:{chen}", chen, [time(8, 30)], ("sms", "voice"))


def _survey(org_id: int, neighbours: Mapping[str, Neighbour], admin: Actor) -> None:
    form = Form(
        "survey",
        title={"zh_CN": "小区环境问卷", "en": "Our neighbourhood"},
        fields=[
            Rating(
                "clean",
                label={"zh_CN": "卫生", "en": "Cleanliness"},
                ask={"zh_CN": "您对小区卫生满意吗？", "en": "How clean is our neighbourhood?"},
            ),
            MultiChoice(
                "missing",
                label={"zh_CN": "还缺什么", "en": "What is missing"},
                ask={"zh_CN": "小区里还缺什么？可以多选。", "en": "What is missing here? Choose any."},
                options=[
                    Choices("benches", {"zh_CN": "座椅", "en": "Benches"}),
                    Choices("charging", {"zh_CN": "充电桩", "en": "Charging points"}),
                    Choices("play", {"zh_CN": "儿童活动区", "en": "A playground"}),
                    Choices("light", {"zh_CN": "路灯", "en": "Street lights"}),
                ],
            ),
            Choice(
                "when",
                label={"zh_CN": "开会时间", "en": "Meeting"},
                ask={"zh_CN": "居民会议什么时候开方便？", "en": "When suits you for the residents' meeting?"},
                options=[
                    Choices("weekday", {"zh_CN": "平时晚上", "en": "A weekday evening"}),
                    Choices("weekend", {"zh_CN": "周末上午", "en": "A weekend morning"}),
                ],
            ),
            LongText(
                "more",
                label={"zh_CN": "其他", "en": "Anything else"},
                ask={"zh_CN": "还有什么想说的？", "en": "Anything else?"},
                optional=True,
            ),
        ],
    )
    survey = surveys.create(
        admin,
        surveys.Plan(
            title={"zh_CN": "小区环境问卷", "en": "Our neighbourhood"},
            intro={"zh_CN": "四个问题，一分钟。", "en": "Four questions, one minute."},
            form=form,
            audience=Audience(org_id),
            newcomers=True,
            closes_at=clock.now() + timedelta(days=20),
            remind_days=3,
        ),
    )
    surveys.release(admin, survey.id)
    _answers(survey, neighbours)


def _answers(survey: Survey, neighbours: Mapping[str, Neighbour]) -> None:
    told = (
        ("张建国", 4, ["benches"], "weekday", None),
        ("刘敏", 3, ["play", "light"], "weekend", "南门晚上太暗了"),
        ("黄伟", 4, ["charging"], "weekend", None),
        ("欧阳文彬", 5, ["benches", "light"], "weekday", "保洁很用心"),
    )
    for name, clean, missing, when, more in told:
        surveys.answer(
            survey.id,
            neighbours[name].id,
            {"clean": clean, "missing": missing, "when": when, "more": more},
            channel="webchat",
        )
