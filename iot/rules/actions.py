"""What staff do with rules: write, make live, pause, copy, test. Every version stays."""

from __future__ import annotations

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _
from iot.registry.devices import CHANGE, READ
from iot.rules import definition, loading
from iot.rules.definition import Definition
from iot.rules.models import DeviceRule, DeviceRuleMemory, DeviceRuleVersion


def seen(actor: Actor, rule_id: int) -> DeviceRule:
    """One of an Org that the actor may read, of one above hers, or one that is shipped. Raises NotFound."""
    rule = DeviceRule.get_or_none(DeviceRule.id == rule_id)
    if rule is None or not _sees(actor, rule):
        raise NotFound()
    return rule  # type: ignore[no-any-return]


def listed(actor: Actor) -> list[DeviceRule]:
    """Those that the actor sees, by name; first those of Orgs, then those that are shipped."""
    access.check(actor, READ)
    rows = DeviceRule.select().order_by(
        DeviceRule.built_in.is_null(False), DeviceRule.state != "live", DeviceRule.name
    )
    return [rule for rule in rows if _sees(actor, rule)]


def _sees(actor: Actor, rule: DeviceRule) -> bool:
    tops = actor.paths(READ)
    if rule.org_id is None:
        return bool(tops)
    path = orgs.paths([rule.org_id]).get(rule.org_id, "-")
    return any(path.startswith(top) or top.startswith(path) for top in tops)


def may_change(actor: Actor, rule: DeviceRule) -> bool:
    """What is shipped nobody changes: it is copied."""
    return rule.org_id is not None and access.may(actor, CHANGE, rule.org_id)


def says(rule: DeviceRule, number: int | None = None) -> Definition:
    """What a version says, the newest without a number. Raises NotFound."""
    which = (DeviceRuleVersion.rule_id == rule.id) & (DeviceRuleVersion.number == (number or rule.version))
    row = DeviceRuleVersion.get_or_none(which)
    if row is None:
        raise NotFound()
    return Definition.from_json(row.definition)


def versions(rule: DeviceRule) -> list[DeviceRuleVersion]:
    """The newest first."""
    found = DeviceRuleVersion.select().where(DeviceRuleVersion.rule_id == rule.id)
    return list(found.order_by(DeviceRuleVersion.number.desc()).limit(50))


def write(
    actor: Actor,
    given: Definition,
    *,
    org_id: int | None = None,
    rule_id: int | None = None,
    replaces: str = "",
) -> DeviceRule:
    """A new rule of an Org, or a new version of one, which counts once it is made live. Raises Forbidden, Invalid, NotFound, Conflict."""
    said = definition.checked(given)
    with transaction():
        now = clock.now()
        if rule_id is None:
            if org_id is None:
                raise Invalid(_("For which community or grid?"), "org")
            access.check(actor, CHANGE, org_id)
            rule = DeviceRule.create(
                org_id=org_id, replaces=replaces, name=said.name, state="draft", version=1, live_version=None,
                revision=loading.next_revision(), created_at=now, changed_at=now, by_name=actor.name[:80],
            )  # fmt: skip
        else:
            rule = _changeable(actor, rule_id)
            if says(rule) == said:
                return rule
            rule.version += 1
            rule.name, rule.changed_at, rule.by_name = said.name, now, actor.name[:80]
            rule.save()
        DeviceRuleVersion.create(
            rule_id=rule.id, number=rule.version, definition=said.to_json(), at=now, by_name=actor.name[:80]
        )
        audit.record(
            actor, "device_rule.write", rule.subject, org_id=rule.org_id, after={"version": rule.version, **said.to_json()}
        )  # fmt: skip
    return rule


def make_live(actor: Actor, rule_id: int, number: int | None = None) -> DeviceRule:
    """From the next message on this version counts, the newest without a number. Raises Forbidden, NotFound, Invalid."""
    with transaction():
        rule = _changeable(actor, rule_id)
        number = number or rule.version
        definition.checked(says(rule, number))  # the vocabulary may have changed since it was written
        return _turn(actor, rule, "live", number)


def pause(actor: Actor, rule_id: int) -> DeviceRule:
    """It raises nothing until somebody makes it live again; one that replaces a shipped rule keeps that one away too. Raises Forbidden, NotFound."""
    with transaction():
        rule = _changeable(actor, rule_id)
        # What it was waiting for begins anew when it is live again: nobody knows what happens meanwhile.
        waiting = (DeviceRuleMemory.rule_id == rule.id) & DeviceRuleMemory.raised_at.is_null()
        DeviceRuleMemory.delete().where(waiting).execute()
        return _turn(actor, rule, "paused", rule.live_version or rule.version)


def _turn(actor: Actor, rule: DeviceRule, state: str, number: int) -> DeviceRule:
    before = {"state": rule.state, "version": rule.live_version}
    if before == {"state": state, "version": number}:
        return rule
    rule.state, rule.live_version, rule.changed_at = state, number, clock.now()
    rule.revision = loading.next_revision()
    rule.save()
    audit.record(
        actor, f"device_rule.{'live' if state == 'live' else 'pause'}", rule.subject, org_id=rule.org_id,
        before=before, after={"state": state, "version": number},
    )  # fmt: skip
    return rule


def copy(actor: Actor, rule_id: int, org_id: int) -> DeviceRule:
    """The same as a draft of an Org; of a shipped rule, or of what replaces one, the copy takes its place there once it is live or paused."""
    rule = seen(actor, rule_id)
    return write(actor, says(rule), org_id=org_id, replaces=rule.built_in or rule.replaces)


def turn_off(actor: Actor, rule_id: int, org_id: int) -> DeviceRule:
    """A shipped rule is not wanted in an Org: a paused copy says so. Raises Conflict for others."""
    with transaction():
        if seen(actor, rule_id).built_in is None:
            raise Conflict(_("This rule can be paused."))
        return pause(actor, int(copy(actor, rule_id, org_id).id))


def _changeable(actor: Actor, rule_id: int) -> DeviceRule:
    """Raises NotFound, Forbidden, Conflict."""
    rule = seen(actor, rule_id)
    if rule.org_id is None:
        raise Conflict(_("This rule is shipped with Linli. Please copy it, and change the copy."))
    access.check(actor, CHANGE, rule.org_id)
    return rule
