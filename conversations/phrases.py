"""What the engine itself says: greeting, menu, help, language, a person, and what to do when something is not understood."""

from __future__ import annotations

from backend.core.i18n import EASY, LANGUAGES, Msg, Text, _
from backend.fields import proof
from backend.fields.words import Option, Words
from backend.settings import settings

PERSON = Option("!person", _("Talk to a person"))
MENU = Option("!menu", _("Menu"))
URGENT = Option("emergency:", _("I need help at once"), _("Urgent help"))
"""Who writes only “help” may want to know how this works, or may lie on the floor."""
SOMETHING_ELSE = Option("!menu", _("Something else"))


def greeting(options: tuple[Option, ...]) -> Words:
    community = settings().community_name
    return Words(
        _(
            "Hello, this is **Linli**, your neighbour at the {community} office. What can I do for you?",
            community=community,
        ),
        short=_("This is {community}. What can we do for you?", community=community),
        spoken=_(
            "Hello, this is the {community} neighbourhood office. What can we do for you?",
            community=community,
        ),
        options=options,
    )


def menu(options: tuple[Option, ...]) -> Words:
    return Words(
        _("What would you like to do? You can also just say it in your own words."),
        _("What would you like to do?"),
        options=options,
    )


def help_() -> Words:
    return Words(
        _(
            "You can simply write what you need, for example “the kitchen tap leaks”. While I ask, you can always say **back**, "
            "**skip**, **cancel**, **menu**, **language**, or **person** to talk to somebody. Office: {hotline}.",
            hotline=settings().hotline,
        ),
        short=_(
            "Just write what you need. Also: back, cancel, menu, language, person. Office: {hotline}.",
            hotline=settings().hotline,
        ),
        spoken=_("Just say what you need. Press star to hear again, zero for a person."),
    )


def did_you_mean(candidates: tuple[Option, ...]) -> Words:
    return Words(
        _("I am not quite sure that I understand. Did you mean one of these?"),
        short=_("Did you mean:"),
        spoken=_("Did you mean one of these?"),
        options=(*candidates, SOMETHING_ELSE),
    )


def which_is_meant(number: str, options: tuple[Option, ...]) -> Words:
    """A number that answers a question of ours, or a notice that came after it."""
    return Words(
        _("Two messages wait for your answer. What do you mean by “{number}”?", number=number.strip()),
        short=_("What do you mean by {number}?", number=number.strip()),
        options=options,
    )


NARROW = 3
"""Choices that are left of the menu when the whole of it did not help."""


def not_understood(options: tuple[Option, ...], times: int, nearest: tuple[Option, ...] = ()) -> Words:
    """`nearest`: what it is most like, however little. The first time the whole menu is offered, then fewer and fewer."""
    if times < 2:
        return Words(
            _("I am not sure what you mean. Could you pick one of these, or say it in other words?"),
            short=_("Sorry, which of these do you mean?"),
            options=options,
        )
    few = (nearest or options)[:NARROW] if times == 2 else ()
    return Words(
        _("I still do not understand, that is my fault. Shall a colleague at the office help you?"),
        short=_("Sorry, I do not understand yet. Shall a colleague help you?"),
        options=(PERSON, *few, MENU),
    )


def languages() -> Words:
    return Words(
        "请选择语言 / Please choose a language",
        options=tuple(
            option
            for locale, spoken in LANGUAGES.items()
            for option in (
                Option(f"lang:{locale}", spoken.name),
                Option(f"lang:{locale}{EASY}", spoken.easy, spoken.easy_short),
            )
        ),
    )


def language_set() -> Words:
    return Words(_("From now on I write to you in English."))


def person_called() -> Words:
    return Words(
        _(
            "I have told the office that you would like to talk to somebody; they will answer you here. If it is urgent, please call {hotline}.",
            hotline=settings().hotline,
        ),
        short=_("The office will answer you here. Urgent: {hotline}.", hotline=settings().hotline),
        spoken=_(
            "The office will call you back. If it is urgent, please call {hotline}.",
            hotline=settings().hotline,
        ),
    )


def emergency() -> Words:
    return Words(
        _(
            "If anybody is in danger: fire **119**, ambulance **120**, police **110**, please call first. I have told the duty desk that you need help."
        ),
        short=_("Fire 119, ambulance 120, police 110: please call first. The duty desk has been told."),
    )


def failed() -> Words:
    return Words(
        _(
            "Something went wrong on our side, not on yours. What you told me is kept, and a colleague has been told. Office: {hotline}.",
            hotline=settings().hotline,
        ),
        short=_(
            "Something went wrong on our side. Your answers are kept; a colleague has been told. {hotline}",
            hotline=settings().hotline,
        ),
    )


def answered_already() -> Words:
    return Words(_("That question was answered already."))


def going_on(title: Text) -> Words:
    return Words(_("Let us go on with: {title}.", title=title))


def question_changed() -> Words:
    return Words(
        _("The office has changed this question since. Here it is anew; what you have answered is kept.")
    )


def cancelled(title: Text) -> Words:
    return Words(
        _("All right, I have stopped “{title}”. Nothing was sent.", title=title),
        _("All right, stopped. Nothing was sent."),
    )


def resume_offer(title: Text, option: Option, options: tuple[Option, ...]) -> Words:
    return Words(
        _("You began “{title}” elsewhere. Shall we go on with it here?", title=title),
        options=(option, *options),
    )


def expired(title: Text) -> Words:
    return Words(
        _(
            "It has been a while since “{title}”, so I have put it away. You can begin again any time.",
            title=title,
        )
    )


def reminder() -> Words:
    return Words(
        _(
            "We were in the middle of something. Whenever you like, just answer; I will keep what you told me."
        ),
        _("We were not finished. Answer whenever you like."),
    )


def falling_silent() -> Words:
    return Words(
        _(
            "This looks like an automatic reply, so I will not answer it again. Write anything else and I am here."
        )
    )


def too_many_codes() -> Words:
    return Words(
        _(
            "Several codes were sent already. Please wait an hour before the next one, or call the office: {hotline}.",
            hotline=settings().hotline,
        )
    )


def no_code() -> Words:
    return Words(
        _(
            "I cannot send a text message to that number just now. What you told me is kept. A colleague can help you, or call the "
            "office: {hotline}.",
            hotline=settings().hotline,
        ),
        options=(proof.RESEND, proof.CHANGE, proof.PERSON),
        keypad=1,
    )


def code(digits: str) -> Words:
    spaced: Msg = _(
        "Your Linli code is {code}. It is valid for 10 minutes. Never tell it to anybody who calls you.",
        code=digits,
    )
    return Words(
        spaced,
        _("Your Linli code: {code}, valid 10 minutes. Tell it to nobody.", code=digits),
        subject=_("Your Linli code"),
    )


def welcome() -> Words:
    return Words(
        _("You are welcome. Write any time."), spoken=_("You are welcome. You can call any time. Goodbye.")
    )


def fine() -> Words:
    return Words(
        _("All right. Write any time."),
        spoken=_("All right. You can simply hang up, or tell me what else you need."),
    )


def here() -> Words:
    return Words(_("I am here."))


def you_are_welcome() -> Words:
    return Words(_("You are welcome."))


def passed_on() -> Words:
    return Words(
        _(
            "A colleague has been told and reads what you write here; they will answer you here. If it is urgent, please call {hotline}.",
            hotline=settings().hotline,
        ),
        short=_("A colleague reads this and will answer you. Urgent: {hotline}.", hotline=settings().hotline),
        spoken=_(
            "A colleague has been told and will call you. If it is urgent, please call {hotline}.",
            hotline=settings().hotline,
        ),
        options=(MENU,),
    )
