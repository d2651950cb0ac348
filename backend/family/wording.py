"""What residents and their relatives are told about a relation."""

from __future__ import annotations

from backend.core.i18n import LOCALES, Text, _, language, render
from backend.family.models import Relation
from backend.family.topics import TOPICS, unpacked
from backend.fields.words import Option, Words
from backend.settings import settings


def topics_shown(relation: Relation) -> Text:
    """What the relative is told about, as a list in words."""
    names = [TOPICS[t] for t in unpacked(relation.topics)]
    return {
        locale: ("、" if language(locale) == "zh_CN" else ", ").join(render(n, locale) for n in names)
        or render(_("nothing"), locale)
        for locale in LOCALES
    }


def title(relation: Relation) -> str:
    """女儿 陈小红."""
    return " ".join(dict.fromkeys(part for part in (relation.called, relation.name) if part))


def joined(relation: Relation) -> Words:
    """To the resident: a code of hers was used."""
    return Words(
        _(
            "**{who}** now belongs to your family here, with the code that you gave. Is told about: {topics}. You can change it any time: write “family”.",
            who=title(relation),
            topics=topics_shown(relation),
        ),
        _(
            "{who} used your code and belongs to your family here now. To change it, write: family",
            who=title(relation),
        ),
        options=(
            Option(f"family.show:{relation.id}", _("What may be seen"), _("Change")),
            Option(f"family.drop:{relation.id}", _("I do not know this person"), _("Remove")),
        ),
    )


def asked(relation: Relation, number: str) -> Words:
    """To the resident: somebody wants to be told about her; `number` is the one that asks, where the channel shows it."""
    who: Text = title(relation)
    facts = {"who": _("{who} ({number})", who=who, number=number) if number else who}
    return Words(
        _(
            "**{who}** would like to be told how you are, as your family: {topics}. Do you agree? Nothing is shown before you do. If you are not sure who it is, say no and call them.",
            **facts,
            topics=topics_shown(relation),
        ),
        _("{who} would like to be told how you are, as your family. Do you agree?", **facts),
        _(
            "{who} would like to be told how you are, as your family. Do you agree? Nothing is shown before you do.",
            **facts,
        ),
        options=(
            Option(f"family.yes:{relation.id}", _("Yes, I agree"), _("Yes")),
            Option(f"family.no:{relation.id}", _("No"), _("No")),
        ),
    )


def agreed(resident: str) -> Words:
    """To the relative: she said yes."""
    return Words(
        _(
            "{name} has agreed. From now on you are told here when something is to be known. To end it, write “leave family”.",
            name=resident,
        )
    )


def hint(name: str) -> str:
    """Enough of a name to recognise somebody whom one knows: 陈＊＊. Full-width, for two plain ones mean bold."""
    return f"{name[:1]}＊＊" if not name.isascii() else f"{name[:1]}."


def yes_or_no(relation_id: int) -> tuple[Option, Option]:
    """Whether he is the one whom staff have entered."""
    return (
        Option(f"family.confirm:{relation_id}", _("Yes, it is me"), _("It is me")),
        Option(f"family.not_me:{relation_id}", _("No, not me"), _("Not me")),
    )


def is_it_you(relation: Relation, resident: str) -> Words:
    """To the relative whom staff have entered: a hint of her name, no address, nothing of what he would be told."""
    facts = {
        "community": settings().community_name,
        "name": hint(resident),
        "called": relation.called or relation.name or "",
    }
    return Words(
        _(
            "{community} would like to note you as a contact of **{name}** ({called}), who agreed to it. Is that you? You are told more once you say yes.",
            **facts,
        ),
        _("{community} would like to note you as a contact of {name} ({called}). Is that you?", **facts),
        options=yes_or_no(relation.id),
    )


def confirmed(relation: Relation) -> Words:
    """To the resident: whom staff have entered is there."""
    return Words(
        _(
            "**{who}** has said yes and is told about: {topics}. You can change it any time: write “family”.",
            who=title(relation),
            topics=topics_shown(relation),
        ),
        _("{who} has said yes and is told when you need help.", who=title(relation)),
    )


def denied(relation: Relation, resident: str) -> Words:
    """To staff: the number that was entered is not his."""
    return Words(
        _(
            "The number noted for {who} of {name} belongs to somebody else. Please ask for the right one: an alarm would not reach them.",
            who=title(relation),
            name=resident,
        )
    )


def ended_by_her(resident: str) -> Words:
    """To the relative: she, or the office for her, ended it."""
    return Words(_("You are not told about {name} any more; that was the wish there.", name=resident))


def ended_by_relative(relation: Relation) -> Words:
    """To the resident."""
    return Words(_("{who} is not told about you any more, by their own wish.", who=title(relation)))
