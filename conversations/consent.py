"""Who wants no notices at an address, and who wants them again; of a single topic see `flows.notices`.

The state `stopped` of an Identity means: we begin nothing. Notices, reminders and campaigns take the person's next
Identity, or stay visibly unsent; it is for them that the law asks for a way out. What she asks for herself is answered as
ever: the replies of a conversation do not look at the state, so somebody who opted out and writes again is a whole
correspondent, not half of one (mailroom #611). Only a word of hers ends it: START or 恢复, never merely writing. An alarm
whose ladder she stands on still reaches her in a chat; by SMS, where the carrier stops everything, it does not, and she is rung up
(`alarms.rungs`). Where that was the only way, the duty desk is asked to agree on another (`care.out_of_reach`).
"""

from __future__ import annotations

from typing import Literal

from backend.core.i18n import _
from backend.fields.plain import folded
from backend.fields.words import Words
from backend.messaging import topics
from conversations.flow import Person

Wish = Literal["STOP", "START", "HELP"]

STOP = frozenset(
    {
        *("stop", "stopall", "stop all", "unsubscribe", "end", "optout", "opt out", "revoke"),
        *("退订", "退", "td", "t", "r", "拒收", "取消订阅", "不要再发", "别发了", "别再发了"),
    }
)
"""Whole messages only. CANCEL and QUIT are words of a conversation here; where Twilio takes them for STOP it says so (OptOutType)."""
PLAIN = frozenset({"unsubscribe", "optout", "opt out", "退订", "拒收", "取消订阅"})
"""Those of them that mean the same in a chat, where "stop" ends what is being asked. In a call nobody can: see `callers`."""
_SAID_BY_PROVIDER: dict[str | None, Wish] = {"STOP": "STOP", "START": "START", "HELP": "HELP"}
START = frozenset({"start", "unstop", "subscribe", "恢复", "订阅", "恢复订阅", "恢复短信", "恢复接收"})

_HERE = {
    "STOP": _(
        "You will get no more notices from us here. When you write, we still answer, and where somebody relies on you, an alarm still comes. To get notices again, write “start”."
    ),
    "START": _("You will get our notices here again. To end them, write “unsubscribe”."),
}


def wish(text: str, state: str, opt_out_type: str | None, channel: str = "sms") -> Wish | None:
    """What a message asks about notices; None when it is anything else, and so for the conversation.

    `opt_out_type` (STOP, START, HELP) is the provider's own finding. Who is not stopped and says "start" wants the menu.
    """
    if channel == "voice":
        return None
    if opt_out_type in _SAID_BY_PROVIDER:
        return _SAID_BY_PROVIDER[opt_out_type]
    word = folded(text) if len(text) <= 20 else ""
    if word in (STOP if channel == "sms" else PLAIN):
        return "STOP"
    return "START" if word in START and state == "stopped" else None


def heed(person: Person, wished: Wish) -> Words | None:
    """Change what she wished, on the record; returns what to tell her."""
    if wished == "HELP":
        return None
    if wished == "STOP":
        topics.silence(person.identity_id)
    else:
        topics.hear_again(person.identity_id)
    if person.channel != "sms":
        return Words(_HERE[wished])
    if wished == "STOP":
        return Words(
            _(
                "You will get no more notices from us by SMS. When you write, we still answer. To get notices again, reply START."
            )
        )
    return Words(_("You will get our notices by SMS again. To end them, reply STOP."))
