"""What becomes of a suggestion: done at once (a visit, a message), taken on by somebody, or dismissed with a reason."""

from __future__ import annotations

from datetime import timedelta

from backend.care import record, visits
from backend.care.services.models import ServiceRule, ServiceSuggestion
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, _
from backend.fields.words import Words
from backend.messaging import Resident, say
from backend.residents import consent, one_at_a_time
from backend.residents import queries as residents

STATUSES: dict[str, Msg] = {
    "open": _("Suggested"),
    "accepted": _("Somebody takes care of it"),
    "done": _("Done"),
    "dismissed": _("Dismissed"),
    "gone": _("Not needed any more"),
}
TONES = {"open": "attention", "accepted": "calm", "done": "good", "dismissed": "calm", "gone": "calm"}
OPEN = ("open", "accepted")
VISIT_WITHIN = timedelta(days=3)


def accept(actor: Actor, suggestion_id: int) -> ServiceSuggestion:
    """Do it: a visit is put on the list, a message is said; a plan or a task is hers who accepts it until she says that it is done.
    Raises NotFound, Conflict, Invalid."""
    with transaction():
        one = _locked(actor, suggestion_id)
        if one.status != "open":
            raise Conflict(_("This suggestion is decided already."))
        rule: ServiceRule = one.rule
        one.by_id, one.decided_at, one.status = actor.id, clock.now(), "done"
        if rule.act == "visit":
            waits = visits.open_for(one.resident_id)
            one.visit_id = (
                waits or visits.ask(actor, one.resident_id, rule.words, clock.now() + VISIT_WITHIN)
            ).id
        elif rule.act == "notice":
            _tell(one, rule.words)
        else:
            one.status = "accepted"
        one.save()
        _noted(actor, "service.accept", one, {"act": rule.act})
        return one


def finish(actor: Actor, suggestion_id: int, how: str) -> ServiceSuggestion:
    """What was taken on is done. Raises NotFound, Conflict, Invalid."""
    return _end(actor, suggestion_id, "done", how, ("accepted",), "service.done")


def dismiss(actor: Actor, suggestion_id: int, why: str) -> ServiceSuggestion:
    """It is not the right thing; not suggested again within the rule's period. Raises NotFound, Conflict, Invalid."""
    return _end(actor, suggestion_id, "dismissed", why, OPEN, "service.dismiss")


def _end(
    actor: Actor, suggestion_id: int, status: str, why: str, from_: tuple[str, ...], action: str
) -> ServiceSuggestion:
    if not why.strip():
        raise Invalid(_("Please say why in a few words."), "why")
    with transaction():
        one = _locked(actor, suggestion_id)
        if one.status not in from_:
            raise Conflict(_("This suggestion is decided already."))
        one.status, one.by_id, one.decided_at = status, actor.id, clock.now()
        one.reason = why.strip()[:300]
        one.save()
        _noted(actor, action, one, {"why": one.reason})
        return one


def _tell(one: ServiceSuggestion, words: str) -> None:
    if one.resident_id not in consent.hearing([one.resident_id]):
        raise Invalid(_("She does not wish to hear from us, or is not registered any more."), "why")
    say(
        Resident(one.resident_id),
        Words(words),
        purpose="care",
        dedupe=f"service:{one.id}",
        about=f"resident:{one.resident_id}",
    )


def _noted(actor: Actor, action: str, one: ServiceSuggestion, after: dict[str, object]) -> None:
    audit.record(actor, action, f"resident:{one.resident_id}", org_id=one.org_id, after=after)
    record.changed(one.resident_id)


def _locked(actor: Actor, suggestion_id: int) -> ServiceSuggestion:
    whose = ServiceSuggestion.select(ServiceSuggestion.resident_id).where(
        ServiceSuggestion.id == suggestion_id
    )
    resident_id = whose.scalar()
    if resident_id is None:
        raise NotFound()
    one_at_a_time.hold(resident_id)
    query = ServiceSuggestion.select().where(ServiceSuggestion.id == suggestion_id)
    one: ServiceSuggestion | None = (query.for_update() if is_postgres() else query).first()
    if one is None or not access.may(actor, "care.read", one.org_id):
        raise NotFound()
    access.check(actor, "care.change", one.org_id)
    if residents.status_of(resident_id) == "erased":
        raise NotFound()
    return one
