"""Rules that say who needs what, what they suggested, and warnings of the weather."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class ServiceRule(Model):
    """Residents at `org_id` and below who fit the saved view `view_id` (None: everybody) and all `facts` (JSON, see `facts`), and where
    a warning `during` holds (see `weather`): `words` are suggested, as `act` (see `rules.ACTS`), to the same one at most once in `period` days.
    It sees what its maker `by_id` may see. `trouble`: why it could not be gone through."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    view_id = peewee.IntegerField(null=True)
    facts = peewee.JSONField()
    during = peewee.CharField(10, default="")
    act = peewee.CharField(8)
    words = peewee.CharField(300)
    period = peewee.IntegerField(default=30)
    active = peewee.BooleanField(default=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    ran_at = Instant(null=True)
    ran_on = peewee.DateField(null=True)
    found = peewee.IntegerField(default=0)
    trouble = peewee.CharField(200, default="")


class ServiceSuggestion(Model):
    """`status`: open, accepted, done, dismissed, gone (she fits the rule no more). `reason`: why it was dismissed, or how it ended. `visit_id`: what came
    of it."""

    rule = peewee.ForeignKeyField(ServiceRule, on_delete="CASCADE", index=False)
    rule_id: int
    resident_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    status = peewee.CharField(10, index=True)
    made_at = Instant()
    by_id = peewee.IntegerField(null=True)
    decided_at = Instant(null=True)
    reason = Encrypted(null=True)
    visit_id = peewee.IntegerField(null=True)


class WeatherWarning(Model):
    """Heat, cold or a storm at the Org and below, from the first to the last day, both too."""

    org_id = peewee.IntegerField(index=True)
    kind = peewee.CharField(10)
    first = peewee.DateField()
    last = peewee.DateField()
    by_id = peewee.IntegerField()
    created_at = Instant()


# The database itself allows one open suggestion of a rule for each resident.
ServiceSuggestion.add_index(
    ServiceSuggestion.rule,
    ServiceSuggestion.resident_id,
    unique=True,
    where=ServiceSuggestion.status == "open",
    name="service_suggestion_open",
)
ServiceSuggestion.add_index(
    ServiceSuggestion.rule,
    ServiceSuggestion.resident_id,
    ServiceSuggestion.made_at,
    name="service_suggestion_of",
)
