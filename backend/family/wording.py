"""What residents and their relatives are told about a relation."""

from __future__ import annotations

from backend.core.i18n import LOCALES, Text, _, language, render
from backend.family.models import Relation
from backend.family.topics import TOPICS, unpacked
from backend.fields.words import Option, Words


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


def added(resident: str, relation: Relation) -> Words:
    """To the relative: staff have entered what was agreed."""
    return Words(
        _(
            "The community office has noted you as a contact of {name}, who agreed to it. You are told here about: {topics}. If that is wrong, you can leave.",
            name=resident,
            topics=topics_shown(relation),
        ),
        _("You are noted as a contact of {name}, who agreed to it.", name=resident),
        options=(Option(f"family.leave:{relation.id}", _("Leave")),),
    )


def ended_by_her(resident: str) -> Words:
    """To the relative: she, or the office for her, ended it."""
    return Words(_("You are not told about {name} any more; that was the wish there.", name=resident))


def ended_by_relative(relation: Relation) -> Words:
    """To the resident."""
    return Words(_("{who} is not told about you any more, by their own wish.", who=title(relation)))
