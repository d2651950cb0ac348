"""Notices to begin with, in both languages: what a community tells its people most."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.i18n import Msg, _
from broadcasts.notices.wording import Button, Variant, Wording

KIND = "table:resident"


@dataclass(frozen=True, slots=True)
class Starter:
    """What stands in 〔…〕 is for the writer to fill in."""

    name: Msg
    topic: str
    wording: Wording


STARTERS: dict[str, Starter] = {
    "water": Starter(
        _("Water is cut off"),
        "service",
        Wording(
            {
                "zh_CN": Variant(
                    "{{姓名}}您好，因管道维修，〔日期〕〔几点〕到〔几点〕停水，请提前存好用水。给您添麻烦了，请谅解。",
                    short="〔日期〕〔几点〕到〔几点〕停水，请提前存水。",
                    spoken="您好，这里是{{社区}}。因管道维修，〔日期〕〔几点〕到〔几点〕停水，请您提前存好用水。",
                    subject="停水通知",
                    buttons=(Button("家里要报修", "flow:repair"),),
                ),
                "en": Variant(
                    "Dear {{Name}}, because pipes are mended there is no water on 〔day〕 from 〔time〕 to 〔time〕. Please store some before. "
                    "We are sorry for the trouble.",
                    short="No water on 〔day〕, 〔time〕 to 〔time〕. Please store some.",
                    subject="No water for some hours",
                    buttons=(Button("Something is broken", "flow:repair"),),
                ),
            }
        ),
    ),
    "event": Starter(
        _("An activity is near"),
        "event",
        Wording(
            {
                "zh_CN": Variant(
                    "{{姓名}}您好，〔活动名称〕〔日期〕〔几点〕在〔地点〕举行，欢迎您来。身体不方便的，告诉我们，我们来接您。",
                    short="〔活动名称〕〔日期〕〔几点〕在〔地点〕，欢迎您来。",
                    subject="〔活动名称〕等您来",
                    buttons=(Button("我要报名", "event.list:"),),
                ),
                "en": Variant(
                    "Dear {{Name}}, 〔activity〕 is on 〔day〕 at 〔time〕, 〔place〕. You are welcome. If walking is hard, tell us and we fetch you.",
                    short="〔activity〕: 〔day〕 〔time〕, 〔place〕. Welcome.",
                    subject="〔activity〕: you are invited",
                    buttons=(Button("I want to come", "event.list:"),),
                ),
            }
        ),
    ),
    "birthday": Starter(
        _("Happy birthday"),
        "greeting",
        Wording(
            {
                "zh_CN": Variant(
                    "{{姓名}}，今天是您的生日，{{社区}}全体邻居祝您生日快乐，平安健康。",
                    subject="生日快乐",
                ),
                "en": Variant(
                    "Dear {{Name}}, it is your birthday today. All your neighbours of {{Community}} wish you a happy year in good health.",
                    subject="Happy birthday",
                ),
            }
        ),
    ),
    "fee": Starter(
        _("A fee is due"),
        "reminder",
        Wording(
            {
                "zh_CN": Variant(
                    "{{姓名}}您好，〔费用名称〕请在〔日期〕前缴清，可以到社区办公室，也可以在网上缴。已经缴过的，请不用理会。",
                    short="〔费用名称〕请在〔日期〕前缴清，已缴的请不用理会。",
                    subject="缴费提醒",
                ),
                "en": Variant(
                    "Dear {{Name}}, please pay 〔fee〕 by 〔day〕, at the office or online. If you have paid already, there is nothing to do.",
                    short="Please pay 〔fee〕 by 〔day〕. Paid already: nothing to do.",
                    subject="A fee is due",
                ),
            }
        ),
    ),
}
