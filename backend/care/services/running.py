"""Going through the rules: each night, and when somebody asks for it. A rule sees with the rights that its maker has now; the same is
suggested to the same resident at most once in its period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from backend.care.services import facts, rules, weather
from backend.care.services.models import ServiceRule, ServiceSuggestion
from backend.core import audit, clock, live, sweep
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Invalid, LinliError, NotFound
from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.records import asked, hearers, query, tables, views
from backend.records.conditions import Condition
from backend.records.query import Query
from backend.residents import queries as residents
from backend.staff import queries as staff

NIGHT = range(3, 6)
"""Hours on the community's clocks."""
LIVE = "care"
_AT_ONCE = 500


def nightly() -> int:
    """Once a night every rule in use; returns how many suggestions were made."""
    here = clock.local(clock.now())
    if here.hour not in NIGHT:
        return 0
    waits = ServiceRule.ran_on.is_null() | (ServiceRule.ran_on < here.date())
    due = ServiceRule.select(ServiceRule.id).where(ServiceRule.active & waits).order_by(ServiceRule.id)
    return sweep.each("care.services", [r.id for r in due], lambda i: run(i, tonight=here.date()))


def now(actor: Actor, rule_id: int) -> int:
    """Staff wish to see at once whom a rule finds. Raises NotFound, Forbidden; Invalid where it cannot be gone through."""
    with transaction():
        rule = rules.changed_by(actor, rule_id)
        made = run(rule.id)
        trouble = ServiceRule.get_by_id(rule.id).trouble
        audit.record(
            actor, "service.run", f"service:{rule.id}", org_id=rule.org_id, after={"suggested": made}
        )
    if trouble:
        raise Invalid(trouble, "view")
    return made


def run(rule_id: int, *, tonight: date | None = None) -> int:
    """Go through one rule; with `tonight` only when nobody has that night. Returns how many suggestions are new."""
    with transaction():
        found = ServiceRule.select().where(ServiceRule.id == rule_id)
        rule: ServiceRule | None = (found.for_update() if is_postgres() else found).first()
        if rule is None or (tonight is not None and rule.ran_on == tonight):
            return 0
        rule.ran_at, rule.ran_on = clock.now(), clock.local(clock.now()).date()
        try:
            fitting = _fitting(rule)
        except LinliError as error:
            rule.trouble = render(error.text, DEFAULT_LOCALE)[:200]
            rule.save()
            return 0
        made = _suggest(rule, fitting)
        _let_go(rule, set(fitting))
        rule.trouble, rule.found = "", len(fitting)
        rule.save()
        live.publish(live.ADMIN, {"kind": LIVE, "id": rule.id})
        return made


def _fitting(rule: ServiceRule) -> dict[int, int]:
    """The residents who fit, with their Org."""
    found: dict[int, int] = {}
    for some in _asked(rule):
        known = residents.by_ids(some)
        where = {i: known[i].org_id for i in some if i in known and known[i].status == "approved"}
        if rule.during:
            warned = weather.warned(rule.during, set(where.values()))
            where = {i: org for i, org in where.items() if org in warned}
        found |= {i: where[i] for i in facts.among(where, rule.facts)}
    return found


def _asked(rule: ServiceRule) -> Iterator[list[int]]:
    """Residents of the view, in portions, as its maker may see them."""
    actor = _maker(rule)
    table = tables.of(rules.TABLE)
    where: list[Condition] = []
    text = ""
    if rule.view_id is not None:
        view = views.get(actor, table, rule.view_id)
        question = asked.read(table, tables.columns_for(actor, table), view.asked, DEFAULT_LOCALE)
        if question.problem or any(row.problem for row in question.rows):
            raise Invalid(_("A condition of this rule's view means nothing any more."))
        where, text = [question.query.where], question.query.text
        if question.query.org_id is not None:
            where.append({"org": question.query.org_id})
    if "age" in rule.facts:
        where.append({"field": "birthday", "op": "le", "value": _born_by(rule.facts["age"]).isoformat()})
    rows: list[int] = []
    for row_id in query.ids(actor, Query(table, {"and": where}, text, org_id=rule.org_id)):
        rows.append(row_id)
        if len(rows) >= _AT_ONCE:
            yield sorted(set(hearers.people(table, rows).values()))
            rows = []
    if rows:
        yield sorted(set(hearers.people(table, rows).values()))


def _maker(rule: ServiceRule) -> Actor:
    try:
        actor = staff.actor_by_id(rule.by_id)
    except NotFound:
        raise Invalid(_("Who made this rule works here no more. Please save it anew.")) from None
    if not actor.posts:
        raise Invalid(_("Who made this rule works here no more. Please save it anew."))
    return actor


def _born_by(years: int) -> date:
    today = clock.local(clock.now()).date()
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - years, today.month, day)


def _suggest(rule: ServiceRule, fitting: dict[int, int]) -> int:
    """Whom it was suggested for within the period is left out, whatever became of it."""
    since = clock.now() - timedelta(days=rule.period)
    row = ServiceSuggestion
    mine = (row.rule == rule.id) & ((row.made_at > since) | row.status.in_(("open", "accepted")))
    known = {int(r[0]) for r in row.select(row.resident_id).where(mine).tuples()}
    fresh = [
        {"rule": rule.id, "resident_id": i, "org_id": org, "status": "open", "made_at": clock.now()}
        for i, org in sorted(fitting.items())
        if i not in known
    ]
    for start in range(0, len(fresh), _AT_ONCE):
        row.insert_many(fresh[start : start + _AT_ONCE]).on_conflict_ignore().execute()
    return len(fresh)


def _let_go(rule: ServiceRule, fitting: set[int]) -> None:
    """Who fits no more needs nothing of it; a plan that somebody took on has been made then."""
    row = ServiceSuggestion
    for status, then in (("open", "gone"), *((("accepted", "done"),) if rule.act == "plan" else ())):
        found = row.select(row.id, row.resident_id).where((row.rule == rule.id) & (row.status == status))
        over = [s.id for s in found if s.resident_id not in fitting]
        for start in range(0, len(over), _AT_ONCE):
            these = row.id.in_(over[start : start + _AT_ONCE])
            row.update(status=then, decided_at=clock.now()).where(these).execute()
