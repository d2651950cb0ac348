"""「隐私设置」: who may see each item of my file: the community, the office alone, only me. Choosing is two taps, or two numbers."""

from __future__ import annotations

import re

from backend.core.errors import NotFound
from backend.core.i18n import Msg, Text, _, render
from backend.fields.base import join
from backend.fields.words import Option, Words
from backend.residents import privacy
from backend.settings import settings
from conversations import callers
from conversations.flow import Answer, Command, Person

SETTINGS = Option("privacy:", _("Who may see what"), _("Privacy"))
_PART = r"(?:手机号?码?|电话(?:号码)?|号码|联系方式|邮箱|地址|住址|门牌号?|姓名|名字|生日|出生日期|性别)"
_EN_PART = (
    r"(?:phone(?: number)?|mobile(?: number)?|number|e-?mail|address|home|name|birthday|date of birth|gender)"
)
_PRIVACY = re.compile(
    rf"(?:我的?)?隐私(?:设置|选项|管理|权限|级别|设定)|^\W*(?:我的?)?隐私\W*$|(?:隐藏|保密|公开|不公开|别公开|不要公开|屏蔽)(?:一下|掉)?我的?{_PART}|(?:把|将)?我的?{_PART}(?:要|给|请|想|设|改)*(?:设|改)?(?:成|为)?(?:保密|隐藏|屏蔽|不要公开|别公开|不公开|公开|仅自己可见|只(?:有|给|让)?我(?:自己|一个人)?(?:能|可以|可)?(?:看|见)(?:到|见)?)(?:起来|一下)?"
    rf"|\bprivacy (?:settings?|options?|levels?)\b|^\W*(?:my )?privacy\W*$|\bhide my {_EN_PART}\b.{{0,24}}|\b(?:keep|make) my {_EN_PART} (?:private|public|secret|hidden|to myself)\b|\bshow my {_EN_PART} to (?:the |my )?(?:neighbou?rs|community)\b",
    re.IGNORECASE,
)
_WHICH = (
    ("mobile", re.compile(r"手机|电话|号码|联系方式|phone|mobile|number", re.IGNORECASE)),
    ("email", re.compile(r"邮箱|e-?mail", re.IGNORECASE)),
    ("home", re.compile(r"地址|住址|门牌|address|\bhome\b", re.IGNORECASE)),
    ("birthday", re.compile(r"生日|出生|birth", re.IGNORECASE)),
    ("gender", re.compile(r"性别|gender", re.IGNORECASE)),
    ("name", re.compile(r"姓名|名字|\bname\b", re.IGNORECASE)),
)
_SHORT: dict[str, Msg] = {
    privacy.PUBLIC: _("community"),
    privacy.ADMINS: _("office"),
    privacy.ME: _("only me"),
}


def _settings(person: Person) -> dict[str, str]:
    return privacy.settings_of(person.resident_id or 0)


def _show(person: Person, text: str) -> Answer:
    """All items; words that name one lead to it at once."""
    named = next((item for item, pattern in _WHICH if pattern.search(text)), None)
    if named is not None:
        return _ask(person, named)
    now = _settings(person)
    lines = [
        f"{render(privacy.label(item), person.locale)}: {render(privacy.LEVELS[level], person.locale)}"
        for item, level in now.items()
    ]
    brief = "; ".join(
        f"{render(privacy.label(item), person.locale)} {render(_SHORT[level], person.locale)}"
        for item, level in now.items()
    )
    whole = _("**Who may see what of your file**\n{lines}\nYour ID number is masked for everybody. Which one shall be changed?", lines="\n".join(lines))  # fmt: skip
    page = _("All on one page: {link}", link=f"{settings().base_url}/my/privacy")
    return Answer.of(
        Words(
            whole if person.channel != "webchat" else join(whole, page) or whole,
            short=_("Who sees what: {lines}. Change which?", lines=brief),
            spoken=_("You decide who may see each part of your file. Which one shall be changed?"),
            options=tuple(Option(f"privacy.item:{item}", privacy.label(item)) for item in now),
        )
    )  # fmt: skip


def _ask(person: Person, item: str) -> Answer:
    now = _settings(person)
    if item not in now:
        raise NotFound()
    return Answer.of(
        Words(
            _("Who may see “{item}”? Now: {level}.", item=privacy.label(item), level=privacy.LEVELS[now[item]]),
            options=tuple(_choice(item, level) for level in privacy.levels_of(item)),
        )
    )  # fmt: skip


def _choice(item: str, level: str) -> Option:
    return Option(f"privacy.set:{item}.{level}", privacy.LEVELS[level], _SHORT[level])


def _set(person: Person, argument: str) -> Answer:
    item, _dot, level = argument.partition(".")
    if item not in _settings(person) or level not in privacy.levels_of(item):
        raise NotFound()
    label: Text = privacy.label(item)
    if not person.certain:
        words = Words(
            _("Shall “{item}” be seen by: {level}?", item=label, level=privacy.LEVELS[level]),
            options=(_choice(item, level),),
        )
        return callers.asked_again(person, words, "registration")
    privacy.choose(person.resident_id or 0, item, level, channel=person.channel)
    done = _(
        "“{item}”: {level}. {means}", item=label, level=privacy.LEVELS[level], means=privacy.MEANS[level]
    )
    brief = _("{item}: {level}.", item=label, level=privacy.LEVELS[level])
    if level == privacy.PUBLIC and item != "name" and _settings(person)["name"] != privacy.PUBLIC:
        return Answer.of(
            Words(
                _("{done} It appears only once your name is shown too. Shall neighbours see your name?", done=done),
                short=_("{done} It appears once your name is shown too. Show it?", done=brief),
                options=(Option(f"privacy.set:name.{privacy.PUBLIC}", _("Show my name")), SETTINGS),
            )
        )  # fmt: skip
    return Answer.of(Words(done, spoken=done, options=(SETTINGS,)))


COMMANDS = [
    Command(
        "privacy",
        _show,
        _("Who may see what"),
        (_PRIVACY,),
        "resident",
        menu=82,
        whole=True,
    ),
    Command("privacy.item", _ask, audience="resident"),
    Command("privacy.set", _set, audience="resident"),
]  # fmt: skip
