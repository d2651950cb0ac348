"""What is said about feedback."""

from __future__ import annotations

from backend.core.i18n import _
from backend.feedback.models import Feedback
from backend.fields.words import Option, Words


def taken(feedback: Feedback) -> Words:
    number = feedback.number
    if feedback.kind == "praise":
        return Words(
            _("Thank you, that does us good. I will pass it on. It is noted as F-{number}.", number=number),
            short=_("Thank you, that does us good. Noted as F-{number}.", number=number),
        )
    if feedback.wants_answer:
        return Words(
            _(
                "Thank you. It is noted as **F-{number}** and with the office now; the answer comes to you here.",
                number=number,
            ),
            short=_("Thank you. Noted as F-{number}; the answer comes here.", number=number),
        )
    return Words(
        _("Thank you. It is noted as **F-{number}** and with the office now.", number=number),
        short=_("Thank you. Noted as F-{number}.", number=number),
    )


def answer(feedback: Feedback, text: str) -> Words:
    return Words(_("On F-{number}: {text}", number=feedback.number, text=text))


def is_it_settled(feedback: Feedback) -> Words:
    number = feedback.number
    return Words(
        _("We have closed F-{number}. Is it settled for you?", number=number),
        options=(
            Option(f"feedback.settled:{number}:yes", _("Yes, it is settled")),
            Option(f"feedback.settled:{number}:no", _("Not yet settled")),
        ),
    )


def heard(feedback: Feedback, *, settled: bool) -> Words:
    """The answer to her answer."""
    if feedback.settled:
        return Words(_("Good to hear. Thank you for telling us."))
    if feedback.status != "closed":
        return Words(
            _(
                "I am sorry. F-{number} is open again, and a colleague looks into it once more.",
                number=feedback.number,
            )
        )
    if settled:
        return Words(_("Thank you, that is noted."))
    return Words(
        _("I am sorry that it is not. It is noted; a colleague can talk it over with you."),
        options=(Option("!person", _("Talk to a person")),),
    )
