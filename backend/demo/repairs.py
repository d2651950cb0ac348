"""Repairs of the last days, each as far as its story goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.core.access import Actor
from backend.core.clock import Hands
from backend.fields.address import Home
from backend.requests import actions
from backend.requests.actions import Asker, Contact, Report

STEP = timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class Story:
    """`who` reported `category`/`degree` `hours` ago; `worker` got it and did `acts`, one every twenty-five minutes."""

    hours: float
    who: str
    source: str
    category: str
    degree: str | None
    description: str
    worker: str = ""
    acts: tuple[str, ...] = ()
    note: str = ""
    rating: int = 0
    words: str = ""


DONE = ("accept", "go", "start", "finish")
STORIES = (
    Story(216, "赵淑珍", "voice", "water", "dripping", "厨房水龙头关不紧,一直滴水", "wang", DONE,
          "换了新的阀芯,不漏了。", 5, "王师傅很耐心,还帮我看了马桶,谢谢。"),
    Story(170, "王海涛", "telegram", "power", "part", "客厅插座没电,其他房间正常", "li", DONE,
          "插座老化,已更换。", 4),
    Story(122, "陈志强", "webchat", "drain", "slow", "卫生间地漏堵了,下水很慢", "wang", DONE, "已疏通。"),
    Story(75, "Emma Clarke", "telegram", "heating", "lukewarm", "The radiator in the bedroom is only lukewarm.", "li",
          DONE, "Bled the radiator, it is warm again."),
    Story(70, "周丽", "sms", "door", "minor", "防盗门把手松了", acts=("cancel",)),
    Story(21, "孙德福", "voice", "door", "minor", "单元门关不上,晚上有风", "li", ("accept", "go", "start"),),
    Story(4, "黄伟", "webchat", "lights", None, "3号楼1单元二楼楼道灯不亮", "wang"),
    Story(0.5, "吴倩", "webchat", "internet", None, "宽带从昨晚起一直断线"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A resident of the demo, as repairs need her."""

    id: int
    home: Home
    org_id: int


def make(
    today: datetime, hands: Hands, neighbours: Mapping[str, Neighbour], staff: Mapping[str, Actor]
) -> None:
    for story in STORIES:
        hands.at = today - timedelta(hours=story.hours)
        _tell(story, hands, neighbours[story.who], staff)


def _tell(story: Story, hands: Hands, who: Neighbour, staff: Mapping[str, Actor]) -> None:
    resident = Actor("resident", who.id, story.who)
    report = Report(story.category, story.description, who.home, story.degree, source=story.source)
    number = actions.book(resident, report, Contact(who.id, org_id=who.org_id)).request.number
    asker = Asker(who.id)
    if story.worker:
        hands.at += STEP / 2
        actions.assign(staff["desk"], number, staff[story.worker].id)
    for act in story.acts:
        hands.at += STEP
        worker = staff.get(story.worker)
        if worker is None:
            actions.cancel(resident, number, asker)
        elif act == "finish":
            actions.finish(worker, number, story.note)
        else:
            {"accept": actions.accept, "go": actions.go, "start": actions.start}[act](worker, number)
    if story.rating:
        actions.rate(resident, number, asker, story.rating)
    if story.words:
        actions.comment_on_rating(resident, number, asker, story.words)
