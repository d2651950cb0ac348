"""The words that work anywhere in a conversation, in both languages. Only a whole short message is a command."""

from __future__ import annotations

from typing import Literal, get_args

from backend.fields.plain import folded
from backend.fields.words import Said

Command = Literal["help", "back", "skip", "cancel", "menu", "language", "person", "repeat", "review"]

_PHRASES: dict[Command, str] = {
    "help": "帮助|怎么填|怎么写|不会|不会填|不懂|看不懂|什么意思|help|/help|how|? |what do you mean|i don't understand",
    "back": "返回|上一步|上一题|上一个|回去|后退|退回|back|/back|go back|previous",
    "skip": "跳过|略过|下一步|下一题|不填|先不填|skip|/skip|next|pass|skip it",
    "cancel": "取消|退出|算了|不办了|不弄了|放弃|停止|cancel|/cancel|quit|exit|stop|never mind|nevermind|forget it",
    "menu": "菜单|主菜单|首页|回首页|menu|/menu|/start|main menu|start|home page",
    "language": "语言|换语言|切换语言|language|/language|/lang|中文|英文|english|chinese|说中文|讲中文|普通话|in english|用中文|用英文"
    "|english please|switch language|speak english|switch to english|switch to chinese",
    "person": "人工|找人工|转人工|人工服务|人工客服|客服|找人|转人工服务|我要人工|工作人员|找工作人员|person|agent|human|operator"
    "|/person|/agent|talk to a person|talk to a human|speak to a person|real person|representative|staff",
    "repeat": "重复|再说一遍|再说一次|再听一遍|没听清|没听清楚|继续|接着|接着来|repeat|again|say again|say that again|continue"
    "|resume|go on|pardon|what did you say",
    "review": "核对|看一下|检查一下|都填了什么|review|/review|show my answers",
}
_BY_PHRASE: dict[str, Command] = {
    phrase.strip(): name for name, phrases in _PHRASES.items() for phrase in phrases.split("|")
}
_KEYED: dict[str, Command] = {"*": "repeat", "0": "person"}
_TYPED: dict[str, Command] = {
    "0": "menu",
    "*": "repeat",
    "?": "help",
    "??": "help",
    "？": "help",
    "？？": "help",
}
_BY_CHOICE: dict[str, Command] = {f"!{name}": name for name in get_args(Command)}
LONGEST = 30


def command(said: Said) -> Command | None:
    """The command that the whole message is, if it is one.

    It does not know the question: "0" may be a number that was asked for and "English" an option. Where a Form is
    open, ask `Form.command`, which lets the open question claim its own answers first.
    """
    if said.choice is not None:
        return _BY_CHOICE.get(said.choice)
    text = said.text
    if not text or len(text) > LONGEST:
        return None
    bare = text.strip()
    found = (_KEYED if said.keyed else _TYPED).get(bare)
    if found or said.keyed:
        return found
    phrase = folded(bare)
    return _BY_PHRASE.get(phrase) or (_TYPED.get(phrase) if phrase else _TYPED.get(bare))
