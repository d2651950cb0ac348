"""Who wants no notices at an address, and who wants them again; of a single topic see `flows.notices`.

The state `stopped` of an Identity means: we begin nothing. Notices, reminders and campaigns take the person's next
Identity, or stay visibly unsent; it is for them that the law asks for a way out. What she asks for herself is answered as
ever: the replies of a conversation do not look at the state, so somebody who opted out and writes again is a whole
correspondent, not half of one (mailroom #611). Only a word of hers ends it: START or 恢复, never merely writing. Alarms
reach her household by their ladder, on its other Identities.
"""

from __future__ import annotations

from typing import Literal

from backend.core import audit
from backend.core.access import Actor
from backend.core.i18n import _
from backend.fields.plain import folded
from backend.fields.words import Words
from backend.messaging import people
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
        "You will get no more notices from us here. When you write, we still answer. To get notices again, write “start”."
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


def heed(person: Person, wished: Wish, state: str) -> Words | None:
    """Change what she wished, on the record; returns what to tell her."""
    if wished == "HELP":
        return None
    wanted = "stopped" if wished == "STOP" else "active"
    if state != wanted:
        people.set_state(person.identity_id, wanted)
        actor = Actor("resident", person.resident_id or 0, person.channel)
        action = "identity.stop" if wished == "STOP" else "identity.start"
        subject = f"identity:{person.identity_id}"
        audit.record(actor, action, subject, org_id=person.org_id, before=state, after=wanted)
    if person.channel != "sms":
        return Words(_HERE[wished])
    if wished == "STOP":
        return Words(
            _(
                "You will get no more notices from us by SMS. When you write, we still answer. To get notices again, reply START."
            )
        )
    return Words(_("You will get our notices by SMS again. To end them, reply STOP."))
