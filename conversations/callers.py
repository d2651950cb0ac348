"""What a call to us does not do: the number that it shows can be forged.

Whoever calls is heard, and what calls people happens at once. What keeps people away from her, or lets others in, is not done in
such a call: agreeing to a relative or ending one, being asked no more, being away, saying that an alarm is over. It is asked
again where only she answers: by a message to her own addresses, or by ringing her up. One exception, since it is so natural: who
calls back and says that she is well answers a question that still waits; the next day she is asked anew, in a call of ours. Once
people look for her, that does not stop them.
"""

from __future__ import annotations

from backend.core import clock
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, Resident, say
from conversations.flow import Answer, Person


def asked_again(person: Person, words: Words, purpose: str) -> Answer:
    """Ask `words`, with its options, where only she can answer; at most once a day for each option, so that nobody has others
    rung up again and again."""
    to = Resident(person.resident_id) if person.resident_id is not None else At(person.identity_id)
    day = clock.local(clock.now()).date().isoformat()
    key = f"called:{person.identity_id}:{words.options[0].value}:{day}"
    say(to, words, purpose=purpose, queue="replies", dedupe=key)
    return Answer.of(
        Words(
            _(
                "On the phone anybody could say that in your name. So I ask you once more where only you can answer: I send you a message, or ring you up. Please answer there."
            )
        )
    )
