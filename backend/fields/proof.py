"""Proving that a number is one's own: a code is sent to it and typed back."""

from __future__ import annotations

import hmac
import re
from typing import Any

from backend.core.i18n import Text, _
from backend.fields.affirm import affirmed
from backend.fields.base import Field, Misunderstood, join
from backend.fields.finder import index_in
from backend.fields.numerals import arabic
from backend.fields.phone import Phone
from backend.fields.plain import folded, half_width
from backend.fields.state import SendCode, State, Step, code_digest
from backend.fields.turn import Turn
from backend.fields.words import Option, Said, Words

TRIES = 5
SENDS = 5
"""Codes sent in one conversation at most, so that nobody's phone can be flooded."""
LENGTH = 6

RESEND = Option("!resend", _("Send the code again"), _("Send again"))
CHANGE = Option("!change", _("Change the number"))
THIS = Option("!this", _("Yes, this number"))
OTHER = Option("!other", _("Another number"))
PERSON = Option("!person", _("Talk to a person"))

_RESEND_WORDS = frozenset(
    [
        "重发",
        "再发",
        "再发一次",
        "再发一遍",
        "重新发送",
        "重新发",
        "重新发一次",
        "没收到",
        "没有收到",
        "收不到",
        "没收到验证码",
        "还没收到",
        "1",
        "resend",
        "send again",
        "send it again",
        "send the code again",
        "again",
        "new code",
        "not received",
        "no code",
        "i didn't get it",
        "didn't get it",
        "nothing came",
    ]
)
_CHANGE_WORDS = frozenset(
    [
        "换号码",
        "换号",
        "换个号码",
        "换手机",
        "换手机号",
        "改号码",
        "改手机",
        "改手机号",
        "更换号码",
        "号码错了",
        "写错了",
        "号码不对",
        "2",
        "change",
        "change number",
        "change the number",
        "wrong number",
        "another number",
        "different number",
    ]
)
_CODE = re.compile(r"(?<!\d)(\d[\s-]?){5}\d(?!\d)")


def wanted(turn: Turn, f: Field, value: Any, said: Said) -> bool:
    """Whether `value` must be proven by a code before it counts."""
    return isinstance(f, Phone) and f.verify == "code" and value not in turn.proven and said.contact is None


def vouched(turn: Turn, f: Field, value: Any, said: Said) -> None:
    """A number that the channel itself vouches for is proven."""
    if isinstance(f, Phone) and said.contact is not None:
        _prove(turn, value)


def offer(turn: Turn, f: Field, value: str) -> None:
    """Remember a number that is likely hers, but not proven: it is offered when its question comes."""
    turn.proof = {**turn.proof, "offer": [f.name, value]}


def offered(turn: Turn, f: Field) -> str | None:
    """The number that the question of `f` offers."""
    name, value = turn.proof.get("offer", ("", ""))
    return value if name == f.name and turn.answers.get(f.name) is None else None


def settle(turn: Turn) -> None:
    """The offer was taken or refused."""
    turn.proof = {k: v for k, v in turn.proof.items() if k != "offer"}


def offering(turn: Turn, f: Field, number: str, lead: Text | None) -> Words:
    """The question whether the offered number is hers."""
    shown = f.masked(number, turn.locale) if f.sensitive else f.show(number, turn.locale)
    text = _("Is {number} your mobile number? We send a code there by SMS.", number=shown)
    spoken = _(
        "Is your mobile number the one that you call from, {number}? We send a code there by text message.",
        number=shown,
    )
    options = (THIS, OTHER, PERSON) if turn.misses >= 3 else (THIS, OTHER)
    return Words(
        join(lead, text) or text,
        spoken=join(lead, spoken),
        options=options,
        accepts=f.accepts,
        keypad=1,
        sensitive=f.sensitive,
    )


def agreed(turn: Turn, said: Said) -> bool | None:
    """What she says to the offered number; None when it is neither yes nor no, such as another number."""
    if said.choice is not None:
        return {THIS.value: True, OTHER.value: False}.get(said.choice)
    number = index_in(said.text)
    if number in (1, 2):
        return number == 1
    if sum(c.isdecimal() for c in said.text) >= 5:
        return None
    return False if folded(said.text) in _CHANGE_WORDS else affirmed(said.text)


def begin(turn: Turn, f: Field, value: str, lead: Text | None = None) -> Step:
    """Ask for a code to be sent to `value`, and for that code."""
    sends = turn.proof.get("sends", 0)
    if sends >= SENDS:
        turn.phase, turn.asking, turn.misses = "asking", f.name, 3
        text = join(
            _("We have sent several codes already. Please try again later, or let somebody help."), f.question
        )
        return turn.finish(
            Words(text or "", options=(PERSON,), accepts=f.accepts, keypad=f.keypad), outcome="misheard"
        )
    kept = {k: turn.proof[k] for k in ("proven",) if k in turn.proof}
    turn.proof = {**kept, "to": value, "sends": sends + 1}
    turn.phase, turn.asking, turn.misses = "code", f.name, 0
    return turn.finish(ask(turn, lead), effects=(SendCode(f.name, value),))


def ask(turn: Turn, lead: Text | None = None) -> Words:
    """The question for the code."""
    f = turn.form.by_name[turn.asking or ""]
    to = turn.proof.get("to", "")
    text = _(
        "A code of {n} digits is on its way to {number}. Please send it here.",
        n=LENGTH,
        number=f.show(to, turn.locale),
    )
    spoken = _(
        "A code of {n} digits is on its way to {number}. Please key it in.",
        n=LENGTH,
        number=f.speak(to, turn.locale),
    )
    options = (RESEND, CHANGE, PERSON) if turn.misses >= 3 else (RESEND, CHANGE)
    return Words(
        join(lead, text) or text, spoken=join(lead, spoken), options=options, keypad=LENGTH, sensitive=True
    )


def heard(turn: Turn, said: Said) -> Step | None:
    """The answer to the question for the code. None: the number is proven and kept, the Form goes on."""
    f = turn.form.by_name[turn.asking or ""]
    phrase = folded(said.text)
    if said.choice == RESEND.value or phrase in _RESEND_WORDS:
        return begin(turn, f, turn.proof["to"], _("We are sending another one."))
    if said.choice == CHANGE.value or phrase in _CHANGE_WORDS:
        return change(turn)
    if index_in(said.text) == 3:
        return turn.finish(outcome="person")
    if said.contact:
        number = f.parse(said, turn.ctx)
        _keep(turn, f, number)
        return None
    digits = arabic(half_width(said.text[:60]))
    match = _CODE.search(digits)
    if match is None:
        return _another_number(turn, f, said) or _missed(
            turn, _("The code has {n} digits; it came by SMS. Please send those digits.", n=LENGTH)
        )
    return _checked(turn, f, re.sub(r"\D", "", match.group()))


def change(turn: Turn) -> Step:
    """Back to the number itself."""
    from backend.fields.asking import question

    f = turn.form.by_name[turn.asking or ""]
    turn.phase, turn.misses = "asking", 0
    turn.proof = {k: v for k, v in turn.proof.items() if k in ("proven", "sends")}
    return turn.finish(question(turn, f))


def with_code(state: State, digest: str, salt: str, until_ms: int) -> State:
    """The state that knows which code was sent; it counts until `until_ms` (since 1970)."""
    proof = {**state.proof, "digest": digest, "salt": salt, "until": until_ms, "tries": 0}
    return State(
        state.form, state.phase, state.asking, state.answers, state.misses, state.facts, proof, state.derived
    )


def _checked(turn: Turn, f: Field, code: str) -> Step | None:
    proof = turn.proof
    if "digest" not in proof or turn.ctx.now.timestamp() * 1000 > proof["until"]:
        return begin(turn, f, proof["to"], _("That code is no longer valid, so we are sending a new one."))
    if hmac.compare_digest(code_digest(code, proof["salt"]), proof["digest"]):
        _keep(turn, f, proof["to"])
        return None
    tries = proof.get("tries", 0) + 1
    if tries >= TRIES:
        return begin(turn, f, proof["to"], _("That was not the code, so we are sending a new one."))
    turn.proof = {**proof, "tries": tries}
    return _missed(turn, _("That is not the code that we sent. The newest SMS has the right one."))


def _another_number(turn: Turn, f: Field, said: Said) -> Step | None:
    """A whole phone number in place of the code: it was mistyped the first time."""
    try:
        number = f.parse(said, turn.ctx)
    except Misunderstood:
        return None
    if number in turn.proven:
        _keep(turn, f, number)
    return begin(turn, f, number) if number not in turn.proven else None


def _keep(turn: Turn, f: Field, number: str) -> None:
    _prove(turn, number)
    turn.accept(f, number)
    turn.phase = "asking"


def _prove(turn: Turn, number: str) -> None:
    proven = turn.proof.get("proven", [])
    sends = {"sends": turn.proof["sends"]} if "sends" in turn.proof else {}
    turn.proof = {**sends, "proven": [*proven, number] if number not in proven else proven}


def _missed(turn: Turn, hint: Text) -> Step:
    turn.misses += 1
    return turn.finish(ask(turn, hint), outcome="misheard")
