"""Notices and their versions, campaigns with every single recipient, lists of people from files, occasions that make campaigns."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

VALUES_PLACE = b"audience_row.values"


class Notice(Model):
    """What staff wrote once to say often. `kind` is the RowSource whose columns it asks for; `version` the newest NoticeVersion."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    topic = peewee.CharField(12)
    kind = peewee.CharField(60)
    version = peewee.IntegerField()
    state = peewee.CharField(8)  # active | retired
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    changed_at = Instant()


class NoticeVersion(Model):
    """What a Notice said from `at` on; `wording` as in `broadcasts.notices.wording`. Never changed."""

    notice_id = peewee.IntegerField()
    number = peewee.IntegerField()
    wording = peewee.JSONField()
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant()

    class Meta:
        indexes = ((("notice_id", "number"), True),)


class Campaign(Model):
    """One sending of a wording to an audience. `by_*` is who answers for it; `position` the last row that was looked at while the people
    were written down, `total` how many Recipients there are. `channels`: in this order and no others; empty: as each person prefers.
    `merge`: person, or household (one message to a home). `due_at`: the moment of its Occasion, which makes one campaign of it.
    `foreseen`: how many people it was sent off or approved for.
    `sums`: what it came to (`accounting.Counts.to_json`), written when nothing of it changes any more."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    notice_id = peewee.IntegerField(null=True, index=True)
    notice_version = peewee.IntegerField(null=True)
    wording = peewee.JSONField()
    topic = peewee.CharField(12)
    kind = peewee.CharField(60)
    audience = peewee.JSONField()
    channels = peewee.JSONField(default=list)
    merge = peewee.CharField(10, default="person")
    state = peewee.CharField(10, index=True)  # see `campaigns`
    send_at = Instant(null=True)
    expires_at = Instant(null=True)
    occasion_id = peewee.IntegerField(null=True)
    due_at = Instant(null=True)
    api_key_id = peewee.IntegerField(null=True, index=True)
    sandbox = peewee.BooleanField(default=False)
    by_kind = peewee.CharField(8)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    submitted_at = Instant(null=True)
    foreseen = peewee.IntegerField(null=True)
    approver_id = peewee.IntegerField(null=True)
    approver_name = peewee.CharField(80, null=True)
    approved_at = Instant(null=True)
    refused = Encrypted(null=True)
    position = peewee.IntegerField(default=0)
    total = peewee.IntegerField(default=0)
    created_at = Instant()
    changed_at = Instant()
    started_at = Instant(null=True)
    ended_at = Instant(null=True)
    sums = peewee.JSONField(null=True)

    class Meta:
        indexes = ((("occasion_id", "due_at"), True),)

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"campaign:{self.id}"


class Recipient(Model):
    """One person of a Campaign, written down when it began. `whom` is unique in it, and null of who is left out; `round` counts how
    often she was tried; `segments` is what her short message costs."""

    campaign_id = peewee.IntegerField()
    number = peewee.IntegerField()
    row_id = peewee.IntegerField(null=True)
    resident_id = peewee.IntegerField(null=True)
    identity_id = peewee.IntegerField(null=True)
    whom = peewee.CharField(24, null=True)
    state = peewee.CharField(8)  # waiting | said | left_out
    reason = peewee.CharField(12, null=True)
    round = peewee.IntegerField(default=0)
    message_id = peewee.IntegerField(null=True)
    segments = peewee.IntegerField(null=True)

    class Meta:
        indexes = ((("campaign_id", "whom"), True),)


class CampaignTally(Model):
    """What became of those of a large Campaign whose messages' numbers lie in one block (`campaigns.tallies`): its rows as counted."""

    campaign_id = peewee.IntegerField()
    block = peewee.IntegerField()
    outcomes = peewee.JSONField()

    class Meta:
        indexes = ((("campaign_id", "block"), True),)


class DeliveryMoved(Model):
    """A message of which a Delivery changed after it was settled, or got another one. Written by triggers of the database (migration 0050)."""

    message_id = peewee.IntegerField()


class AudienceList(Model):
    """People from a file. `columns` are what a text may ask for: [[key, label], …]; `choices` how the file is understood
    (`lists_columns.Layout`), `preview` its first rows. `rows` were read of it, up to row `position` of them it is known whose they are, `total` can
    be told something."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    file_name = peewee.CharField(200)
    file_key = peewee.CharField(32, null=True)
    preview = Encrypted(null=True)
    choices = peewee.JSONField()
    columns = peewee.JSONField()
    state = peewee.CharField(8, index=True)  # see `lists`
    rows = peewee.IntegerField(default=0)
    position = peewee.IntegerField(default=0)
    total = peewee.IntegerField(default=0)
    counts = peewee.JSONField(default=dict)
    problem = peewee.JSONField(null=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    changed_at = Instant()


class AudienceRow(Model):
    """One line of the file: a resident, or an address of somebody else; `values` is sealed JSON of its cells. `wrong`: why nobody can be
    told by it (`lists_matching.REASONS`), null where somebody can."""

    list_id = peewee.IntegerField()
    number = peewee.IntegerField()
    resident_id = peewee.IntegerField(null=True)
    identity_id = peewee.IntegerField(null=True)
    wrong = peewee.CharField(12, null=True)
    values = peewee.BlobField()

    class Meta:
        indexes = ((("list_id", "number"), True),)


class Occasion(Model):
    """A rule of time (`schedule.Rule`) that makes Campaigns of a Notice. `missed`: what becomes of a time at which nothing ran."""

    org_id = peewee.IntegerField(index=True)
    name = peewee.CharField(80)
    notice_id = peewee.IntegerField()
    audience = peewee.JSONField()
    channels = peewee.JSONField(default=list)
    merge = peewee.CharField(10, default="person")
    rule = peewee.JSONField()
    missed = peewee.CharField(8)  # once | skip
    state = peewee.CharField(8)  # active | paused | ended
    next_at = Instant(null=True, index=True)
    last_due = Instant(null=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    created_at = Instant()
    changed_at = Instant()


Recipient.add_index(
    Recipient.campaign_id, Recipient.id, where=Recipient.state == "waiting", name="recipient_waiting"
)
Recipient.add_index(
    Recipient.resident_id, where=Recipient.resident_id.is_null(False), name="recipient_resident"
)
Recipient.add_index(Recipient.campaign_id, Recipient.id, name="recipient_campaign")
Recipient.add_index(
    Recipient.campaign_id,
    Recipient.message_id,
    where=Recipient.message_id.is_null(False),
    name="recipient_message",
)
Recipient.add_index(
    Recipient.campaign_id, Recipient.reason, where=Recipient.state == "left_out", name="recipient_left_out"
)
for _column in ("resident_id", "identity_id"):
    _field = getattr(AudienceRow, _column)
    AudienceRow.add_index(
        _field, AudienceRow.list_id, where=_field.is_null(False), name=f"audience_row_{_column}"
    )
AudienceRow.add_index(AudienceRow.list_id, AudienceRow.id, name="audience_row_in_order")
