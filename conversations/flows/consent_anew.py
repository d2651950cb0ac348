"""The terms have changed: who is asked anew agrees with one tap, or takes her consent back (`profile`)."""

from __future__ import annotations

from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.residents import asking_anew, consent
from conversations import callers
from conversations.flow import Answer, Command, Person


def _agree(person: Person, version: str) -> Answer:
    """She agrees to the newest text, to which staff had her asked."""
    if not person.certain:
        agree = Option(f"consent.agree:{version}", _("I agree"))
        return callers.asked_again(person, Words(consent.GENERAL_TEXT, options=(agree,)), "registration")
    asking_anew.agree(person.resident_id or 0, version, channel=person.channel)
    return Answer.of(
        Words(
            _("Thank you. It is noted that you agree to the terms of {version}; you can take it back at any time.", version=version),
            options=(Option("file:", _("My file")),),
        )
    )  # fmt: skip


COMMANDS = [Command("consent.agree", _agree, audience="resident")]
