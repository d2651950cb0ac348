"""A survey's page as staff fill it in: from what they typed to a Plan, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.i18n import LANGUAGES, LOCALES, Text, _
from backend.fields.form import Form
from backend.surveys import form
from backend.surveys.audience import OLDEST, Audience
from backend.surveys.life import Plan
from backend.surveys.models import Survey
from backend.web import form_builder
from backend.web.form_builder import Draft

TITLE, INTRO = 80, 500
MODES: dict[str, Text] = {
    "named": _("With names; one answer each"),
    "editable": _("With names; answers can be changed while it is open"),
    "anonymous": _("Anonymous: nobody can tell who answered what"),
}
_BETWEEN = re.compile(r"[\s,，、;；]+")


def places(actor: Actor) -> list[tuple[int, str]]:
    """The Orgs whose residents this member of staff may ask, as (id, name)."""
    rows = (
        orgs.Org.select()
        .where(orgs.Org.id.in_(access.org_ids(actor, "survey.change")))
        .order_by(orgs.Org.path)
    )
    return [(o.id, orgs.full_name(o)) for o in rows]


def fresh(actor: Actor) -> dict[str, str]:
    """What stands on the page of a new survey."""
    first = next((o.id for o in _communities(actor)), "")
    return {"org": str(first), "mode": "named", "remind_days": "3"}


def _communities(actor: Actor) -> Any:
    own = orgs.Org.select().where(orgs.Org.id.in_(access.org_ids(actor, "survey.change")))
    found = list(own.where(orgs.Org.level == "community").order_by(orgs.Org.id))
    return found or list(own.order_by(orgs.Org.path))


def typed_of(survey: Survey) -> dict[str, str]:
    """What stands on the page of an existing one."""
    audience = Audience.from_json(survey.audience)
    typed = {f"title_{code}": words for code, words in survey.title.items()}
    typed |= {f"intro_{code}": words for code, words in survey.intro.items()}
    return typed | {
        "org": str(audience.org_id),
        "buildings": ", ".join(audience.buildings),
        "age_from": _shown(audience.age_from),
        "age_to": _shown(audience.age_to),
        "locale": audience.locale,
        "mode": "anonymous" if survey.anonymous else "editable" if survey.editable else "named",
        "newcomers": "1" if survey.newcomers else "",
        "opens_at": _local(survey.opens_at),
        "closes_at": _local(survey.closes_at),
        "remind_days": _shown(survey.remind_days),
    }


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _local(at: datetime | None) -> str:
    return "" if at is None else f"{clock.local(at):%Y-%m-%dT%H:%M}"


def draft(survey: Survey | None) -> Draft:
    """The builder with the survey's questions."""
    if survey is None:
        return form_builder.blank()
    return form_builder.draft_of(
        form.questions(survey), frozen=survey.status != "draft", refused=_refused(survey.anonymous)
    )


def _refused(anonymous: bool) -> Mapping[str, Text]:
    return form.NAMES_SOMEBODY if anonymous else {}


def read(typed: Mapping[str, str], survey: Survey | None) -> tuple[Plan | None, Draft, dict[str, Text]]:
    """(the Plan, None when something is missing; the builder as typed; what is wrong by the page's field)."""
    errors: dict[str, Text] = {}
    frozen = survey is not None and survey.status != "draft"
    anonymous = survey.anonymous if survey is not None and frozen else typed.get("mode") == "anonymous"
    questions = form_builder.read(
        typed.get("form", ""),
        name=form.SERIES,
        frozen=Form.from_json(survey.questions) if survey is not None and frozen else None,
        refused=_refused(anonymous),
    )
    title = _texts(typed, "title", TITLE, errors)
    if not title and "title_zh_CN" not in errors:
        errors[f"title_{LOCALES[0]}"] = _("Please give the survey a title.")
    intro = _texts(typed, "intro", INTRO, errors)
    opens, closes = _moment(typed, "opens_at", errors), _moment(typed, "closes_at", errors)
    if opens and closes and closes <= opens:
        errors["closes_at"] = _("It would close before it opens. Please look at the times.")
    remind = _number(typed, "remind_days", 1, 60, errors)
    audience = _audience(typed, errors)
    if errors or audience is None or questions.form is None:
        return None, questions, errors
    plan = Plan(
        title,
        intro,
        questions.form,
        audience,
        anonymous=anonymous,
        editable=typed.get("mode") == "editable",
        newcomers=typed.get("newcomers") == "1",
        opens_at=opens,
        closes_at=closes,
        remind_days=remind,
    )
    return plan, questions, errors


def _audience(typed: Mapping[str, str], errors: dict[str, Text]) -> Audience | None:
    low = _number(typed, "age_from", 0, OLDEST, errors)
    high = _number(typed, "age_to", 0, OLDEST, errors)
    if low is not None and high is not None and low > high:
        errors["age_from"] = _("The youngest age is above the oldest one.")
    org = typed.get("org", "")
    if not org.isascii() or not org.isdecimal() or len(org) > 9:
        errors["org"] = _("Please choose whose residents are asked.")
        return None
    buildings = tuple(
        dict.fromkeys(
            b.removesuffix("号楼")[:40] for b in _BETWEEN.split(typed.get("buildings", "").strip()) if b
        )
    )
    language = typed.get("locale", "")
    return Audience(int(org), buildings[:200], low, high, language if language in LANGUAGES else "")


def _texts(typed: Mapping[str, str], key: str, most: int, errors: dict[str, Text]) -> dict[str, str]:
    found = {code: words for code in LOCALES if (words := typed.get(f"{key}_{code}", "").strip())}
    for code, words in found.items():
        if len(words) > most:
            errors[f"{key}_{code}"] = _("This is longer than {n} characters. Please make it shorter.", n=most)
    return found


def _moment(typed: Mapping[str, str], key: str, errors: dict[str, Text]) -> datetime | None:
    given = typed.get(key, "").strip()
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
        if not 2020 <= found.year <= 2199:
            raise ValueError
    except ValueError:
        errors[key] = _("We could not read this time. Please choose it again.")
        return None
    return found.replace(tzinfo=clock.zone()) if found.tzinfo is None else found


def _number(typed: Mapping[str, str], key: str, least: int, most: int, errors: dict[str, Text]) -> int | None:
    given = typed.get(key, "").strip()
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 4 or not least <= int(given) <= most:
        errors[key] = _("We expect a number from {least} to {most}.", least=least, most=most)
        return None
    return int(given)
