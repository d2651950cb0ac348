"""Every address that names something, asked for by the people of another community: it is not there for them, and nothing changes.

A new address whose place is not known here fails `test_every_place_of_an_address_is_known`: say in PLACES what it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from backend.core.db import Model, execute
from backend.reports.models import UsageCount
from broadcasts.api import keys
from tests.fuzz.belongings import SECRET, Belongings
from tests.fuzz.test_doors import FORM
from tests.fuzz.walk import Walk

PLACES: dict[str, str] = {
    # What a place names: by the address's endpoint, by its blueprint, or everywhere.
    "absence_id": "absence",
    "alarm_id": "alarm",
    "api_keys:key_id": "api_key",
    "appointment_id": "appointment",
    "attachments:file_id": "file",
    "campaign_id": "campaign",
    "recipient_id": "recipient",
    "canned_id": "canned",
    "care:check_in_id": "check_in",
    "care:holiday_id": "holiday",
    "change_id": "change",
    "delivery_id": "delivery",
    "device_board:org_id": "org",
    "device_id": "device",
    "device_maps:plan_id": "plan",
    "device_rules:rule_id": "rule",
    "device_rules:test_id": "rule_test",
    "events:event_id": "event",
    "event_pages:event_id": "event",
    "event_questions:event_id": "event",
    "check_in:event_id": "event",
    "events:photo_id": "event_photo",
    "event_pages:photo_id": "event_photo",
    "feedback:number": "feedback",
    "fence_id": "fence",
    "handover_id": "handover",
    "hook_id": "hook",
    "household_id": "household",
    "imports:run_id": "import",
    "lists:list_id": "audience_list",
    "measurement_id": "measurement",
    "medicine_id": "medicine",
    "message_id": "message",
    "put_aside:message_id": "put_aside",
    "notice_id": "notice",
    "occasion_id": "occasion",
    "print_batches:batch_id": "print_batch",
    "print_batches.of_table:key": "table",
    "printing:template_id": "print_template",
    "profile_id": "model",
    "quiet:day_id": "quiet_day",
    "records:batch_id": "batch",
    "records:column_key": "column",
    "records:conversion_id": "conversion",
    "records:key": "table",
    "records:row_id": "record",
    "records:run_id": "bulk_run",
    "records:view_id": "view",
    "imports.export:key": "table",
    "imports.template:key": "table",
    "relation_id": "relation",
    "reports:letter_id": "letter",
    "reports:report_id": "report",
    "requests:number": "request",
    "requests:photo_id": "request_photo",
    "resident_id": "resident",
    "route_id": "route",
    "services:rule_id": "service_rule",
    "services:warning_id": "warning",
    "staff_id": "staff",
    "storm_id": "storm",
    "suggestion_id": "suggestion",
    "survey_id": "survey",
    "visit_id": "visit",
    "window_id": "window",
}
WORDS: dict[str, str] = {
    # Places that name nothing of anybody's: a word out of a list, a number of a version, a secret that nobody guesses.
    "act": "cancel",
    "brand": "x",
    "conversion": "x",
    "device_codecs:stop_id": "1",
    "ending": "xlsx",
    "filename": "x",
    "health.set_limit:kind": "weight",
    "inbox.photo:key": "0" * 32,
    "installed_models:number": "1",
    "installed_models:source": "x",
    "kind": "x",
    "model": "x",
    "name": "x",
    "notices:key": "0" * 32,
    "notices:number": "1",
    "place": "0",
    "printing:key": "0" * 32,
    "reports.show:key": "requests",
    "device_commands:key": "x",
    "state": "live",
    "surveys:key": "0" * 32,
    "token": "x" * 30,
    "uid": "x" * 22,
    "webchat:key": "0" * 32,
    "x": "1",
    "y": "1",
    "z": "1",
}
EVERYBODYS = {
    "installed_models.offered": "what a device repository on this machine offers is nobody's",
}
NOT_WHOLE = {
    # What is asked for lies beside the thing, and these have none.
    *("events.cover_picture", "events.photo", "alarms.photo", "device_maps.picture", "feedback.photo"),
    *(
        "attachments.show",
        "attachments.small",
        "inbox.photo",
        "requests.photo",
        "surveys.photo",
        "visits.photo",
    ),
    *("campaigns.step", "device_commands.confirm", "imports.show", "imports.columns"),
    # Their own, not their colleagues'.
    *(
        "device_rules.tested",
        "records.run",
        "print_batches.show",
        "print_batches.file",
        "print_batches.look",
        "reports.letter",
    ),
}
_PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
ROLES = ("community_admin", "duty_desk", "grid_worker", "enterprise_admin")


def named(rule: Rule, argument: str, known: dict[str, str]) -> str | None:
    blueprint = rule.endpoint.partition(".")[0]
    for key in (f"{rule.endpoint}:{argument}", f"{blueprint}:{argument}", argument):
        if key in known:
            return known[key]
    return None


@dataclass(frozen=True)
class Asked:
    rule: Rule
    path: str

    @property
    def methods(self) -> set[str]:
        return (self.rule.methods or set()) & {"GET", "POST"}


def addresses(walk: Walk, theirs: Belongings) -> Iterator[Asked]:
    """Every address that names something of theirs, filled in."""
    for rule in sorted(walk.app.url_map.iter_rules(), key=lambda r: r.rule):
        if not any(named(rule, a, PLACES) for a in rule.arguments):
            continue

        def filled(match: re.Match[str], rule: Rule = rule) -> str:
            kind = named(rule, match[2], PLACES)
            return str(getattr(theirs, kind)) if kind else str(named(rule, match[2], WORDS))

        yield Asked(rule, _PLACE.sub(filled, rule.rule))


@pytest.fixture
def theirs(walk: Walk) -> Belongings:
    return Belongings(walk.hood, walk.number)


def everything() -> dict[str, list[str]]:
    """Every row of every table but the tally of pages that were opened."""
    found = {}
    todo: list[type[Model]] = list(Model.__subclasses__())
    while todo:
        model = todo.pop()
        todo += model.__subclasses__()
        if model is not UsageCount:
            table = model._meta.table_name
            found[table] = sorted(map(str, execute(f'SELECT * FROM "{table}"').fetchall()))
    return found


def changed(before: dict[str, list[str]]) -> dict[str, list[str]]:
    """What stands in the tables now and did not, and the other way round."""
    now = everything()
    return {
        table: sorted(set(before.get(table, [])) ^ set(rows))
        for table, rows in now.items()
        if before.get(table) != rows
    }


def said(response: TestResponse) -> str:
    return response.get_data().decode(errors="replace")


def test_every_place_of_an_address_is_known(walk: Walk) -> None:
    unknown = sorted(
        f"{rule.endpoint}:{argument} ({rule.rule})"
        for rule in walk.app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        for argument in rule.arguments
        if named(rule, argument, PLACES) is None and named(rule, argument, WORDS) is None
    )
    assert not unknown, "say in PLACES, or in WORDS, what these name"


def test_for_their_own_people_these_things_are_there(walk: Walk, theirs: Belongings) -> None:
    """So that the test below asks for what exists."""
    own = walk.employee("community_admin", walk.hood.happy)
    missing = []
    for asked in addresses(walk, theirs):
        if (
            "GET" in asked.methods
            and asked.path.startswith("/admin")
            and asked.rule.endpoint not in NOT_WHOLE
        ):
            response = own.get(asked.path, follow=False)
            # What a thing made here lacks may keep its page from being drawn: it was found all the same.
            if response.status_code in (403, 404):
                missing.append((asked.rule.endpoint, response.status_code))
    assert not missing, "\n".join(map(str, missing))


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_community_is_there_or_changes(walk: Walk, theirs: Belongings, role: str) -> None:
    every = list(addresses(walk, theirs))
    stranger = walk.employee(role, walk.hood.other)
    stranger.get("/admin/staff/me")
    form = {"resident": theirs.resident, "event": theirs.event, "device": theirs.device, "companions": "1"}
    before = everything()
    open_doors = []
    for asked in every:
        for method in sorted(asked.methods):
            if asked.rule.endpoint in EVERYBODYS:
                continue
            response = (
                stranger.get(asked.path, follow=False)
                if method == "GET"
                else stranger.post(asked.path, {**FORM, **form}, follow=False)
            )
            # Our own scripts read it from the answer.
            inside, status = response.get_json(silent=True), response.status_code
            if status == 200 and isinstance(inside, dict):
                status = inside.get("status", 200)
            if status == 200 or status >= 500 or SECRET in said(response):
                open_doors.append((method, asked.path, status))
    assert not open_doors, "\n".join(map(str, open_doors))
    assert changed(before) == {}


def test_a_key_of_another_community_opens_nothing(walk: Walk, theirs: Belongings) -> None:
    every = [asked for asked in addresses(walk, theirs) if asked.path.startswith("/api/")]
    assert len(every) >= 4
    _key, secret = keys.create(
        walk.hood.actor(walk.hood.street_admin),
        walk.hood.other.id,
        "他们的系统",
        sandbox=False,
        reads_devices=True,
    )
    before = everything()
    for asked in every:
        for method in sorted(asked.methods):
            response = walk.app.test_client(use_cookies=False).open(
                asked.path,
                method=method,
                headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": asked.path},
                json={},
            )
            assert response.status_code in (403, 404), (
                method,
                asked.path,
                response.status_code,
                said(response),
            )
    assert set(changed(before)) <= {"api_key"}, "when it was used last"
