"""Rules that staff make without code: a saved view of the residents, facts of care, perhaps a warning; and what is suggested then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.care.services import facts, weather
from backend.care.services.models import ServiceRule
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, _
from backend.records import tables, views

ACTS: dict[str, Msg] = {
    "visit": _("A visit"),
    "plan": _("A care plan"),
    "notice": _("A message to her"),
    "task": _("Something to do"),
}
TABLE = "resident"
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """See `ServiceRule`."""

    org_id: int
    name: str
    act: str
    words: str
    facts: Mapping[str, int]
    view_id: int | None = None
    during: str = ""
    period: int = 30
    active: bool = True


@dataclass(frozen=True, slots=True)
class Starter:
    """A rule that many communities want, to begin with."""

    name: Msg
    act: str
    words: Msg
    facts: Mapping[str, int]
    during: str = ""
    period: int = 90


STARTERS: dict[str, Starter] = {
    "old_alone": Starter(
        _("80 and older, alone, without a check-in"), "plan", _("Ask whether she would like to be asked each day how she is."),
        {"age": 80, "alone": 0, "no_plan": 0},
    ),
    "long_unvisited": Starter(
        _("Alone and not visited for 30 days"), "visit", _("See how she is, and what she needs."), {"age": 70, "alone": 0, "no_visit": 30}, period=30,
    ),
    "heat": Starter(
        _("Heat: old or chronically ill"), "notice",
        _("It is very hot these days. Please drink enough, stay inside at noon, and tell us if you feel unwell."),
        {"age": 75}, during="heat", period=7,
    ),
    "medicines": Starter(
        _("Medicines often not taken"), "visit", _("Ask how she gets on with her medicines."), {"not_taken": 4}, period=14,
    ),
}  # fmt: skip


def save(actor: Actor, wanted: Wanted, rule_id: int | None = None) -> ServiceRule:
    """Make a rule, or change one; from now on it sees what this actor may see. Raises Forbidden, Invalid, NotFound."""
    access.check(actor, "care.change", wanted.org_id)
    access.check(actor, "resident.read", wanted.org_id)
    _check(actor, wanted)
    with transaction():
        rule = changed_by(actor, rule_id) if rule_id is not None else ServiceRule(created_at=clock.now())
        rule.org_id, rule.name, rule.act = wanted.org_id, wanted.name.strip()[:80], wanted.act
        rule.words, rule.facts, rule.view_id = wanted.words.strip()[:300], dict(wanted.facts), wanted.view_id
        rule.during, rule.period, rule.active = wanted.during, wanted.period, wanted.active
        rule.by_id, rule.by_name, rule.trouble = actor.id, actor.name[:80], ""
        rule.save()
        after = {
            "name": rule.name,
            "act": rule.act,
            "facts": rule.facts,
            "view": rule.view_id,
            "active": rule.active,
        }
        audit.record(actor, "service.rule", f"service:{rule.id}", org_id=rule.org_id, after=after)
        return rule


def delete(actor: Actor, rule_id: int) -> None:
    """Its suggestions go with it. Raises NotFound, Forbidden."""
    with transaction():
        rule = changed_by(actor, rule_id)
        rule.delete_instance()
        audit.record(
            actor, "service.delete", f"service:{rule_id}", org_id=rule.org_id, before={"name": rule.name}
        )


def seen(actor: Actor) -> list[ServiceRule]:
    """The rules where the actor may read care, by name."""
    mine = ServiceRule.org_id.in_(access.org_ids(actor, "care.read"))
    return list(ServiceRule.select().where(mine).order_by(ServiceRule.name, ServiceRule.id))


def changed_by(actor: Actor, rule_id: int) -> ServiceRule:
    """Nobody else's until the transaction ends. Raises NotFound, Forbidden."""
    query = ServiceRule.select().where(ServiceRule.id == rule_id)
    rule: ServiceRule | None = (query.for_update() if is_postgres() else query).first()
    if rule is None or not access.may(actor, "care.read", rule.org_id):
        raise NotFound()
    access.check(actor, "care.change", rule.org_id)
    return rule


def _check(actor: Actor, wanted: Wanted) -> None:
    if not wanted.name.strip():
        raise Invalid(_("Please give the rule a name."), "name")
    if wanted.act not in ACTS:
        raise Invalid(_("What shall be suggested? Please choose."), "act")
    if not wanted.words.strip():
        raise Invalid(_("Please say in a sentence what is to be done."), "words")
    if not wanted.facts and wanted.view_id is None:
        raise Invalid(_("Whom is it about? Please choose a view, or at least one fact."), "view")
    for name, number in wanted.facts.items():
        if name not in facts.FACTS:
            raise Invalid(_("Please choose one."), "facts")
        fact = facts.FACTS[name]
        if fact.number is not None and not 1 <= number <= fact.most:
            raise Invalid(_("We expect a number from {least} to {most}.", least=1, most=fact.most), name)
    if wanted.during and wanted.during not in weather.KINDS:
        raise Invalid(_("Please choose one."), "during")
    if not 1 <= wanted.period <= LONGEST:
        raise Invalid(_("We expect a number from {least} to {most}.", least=1, most=LONGEST), "period")
    if wanted.view_id is not None:
        views.get(actor, tables.of(TABLE), wanted.view_id)
