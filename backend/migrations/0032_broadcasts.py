"""Notices, campaigns and their recipients, lists of people from files, and occasions that make campaigns."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Notice(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        topic = p.CharField(12)
        kind = p.CharField(60)
        version = p.IntegerField()
        state = p.CharField(8)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    class NoticeVersion(Base):
        notice_id = p.IntegerField()
        number = p.IntegerField()
        wording = p.JSONField()
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        at = p.BigIntegerField()

        class Meta:
            indexes = ((("notice_id", "number"), True),)

    class Campaign(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        notice_id = p.IntegerField(null=True, index=True)
        notice_version = p.IntegerField(null=True)
        wording = p.JSONField()
        topic = p.CharField(12)
        kind = p.CharField(60)
        audience = p.JSONField()
        channels = p.JSONField()
        merge = p.CharField(10)
        state = p.CharField(10, index=True)
        send_at = p.BigIntegerField(null=True)
        expires_at = p.BigIntegerField(null=True)
        occasion_id = p.IntegerField(null=True)
        due_at = p.BigIntegerField(null=True)
        api_key_id = p.IntegerField(null=True, index=True)
        sandbox = p.BooleanField()
        by_kind = p.CharField(8)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        submitted_at = p.BigIntegerField(null=True)
        approver_id = p.IntegerField(null=True)
        approver_name = p.CharField(80, null=True)
        approved_at = p.BigIntegerField(null=True)
        refused = p.BlobField(null=True)
        position = p.IntegerField()
        total = p.IntegerField()
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()
        started_at = p.BigIntegerField(null=True)
        ended_at = p.BigIntegerField(null=True)

        class Meta:
            indexes = ((("occasion_id", "due_at"), True),)

    class Recipient(Base):
        campaign_id = p.IntegerField()
        number = p.IntegerField()
        row_id = p.IntegerField(null=True)
        resident_id = p.IntegerField(null=True)
        identity_id = p.IntegerField(null=True)
        whom = p.CharField(24, null=True)
        state = p.CharField(8)
        reason = p.CharField(12, null=True)
        round = p.IntegerField()
        message_id = p.IntegerField(null=True)
        segments = p.IntegerField(null=True)

        class Meta:
            indexes = ((("campaign_id", "whom"), True),)

    class AudienceList(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        file_name = p.CharField(200)
        file_key = p.CharField(32, null=True)
        preview = p.BlobField(null=True)
        choices = p.JSONField()
        columns = p.JSONField()
        state = p.CharField(8, index=True)
        rows = p.IntegerField()
        position = p.IntegerField()
        total = p.IntegerField()
        counts = p.JSONField()
        problem = p.JSONField(null=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    class AudienceRow(Base):
        list_id = p.IntegerField()
        number = p.IntegerField()
        resident_id = p.IntegerField(null=True)
        identity_id = p.IntegerField(null=True)
        wrong = p.CharField(12, null=True)
        values = p.BlobField()

        class Meta:
            indexes = ((("list_id", "number"), True),)

    class Occasion(Base):
        org_id = p.IntegerField(index=True)
        name = p.CharField(80)
        notice_id = p.IntegerField()
        audience = p.JSONField()
        channels = p.JSONField()
        merge = p.CharField(10)
        rule = p.JSONField()
        missed = p.CharField(8)
        state = p.CharField(8)
        next_at = p.BigIntegerField(null=True, index=True)
        last_due = p.BigIntegerField(null=True)
        by_id = p.IntegerField()
        by_name = p.CharField(80)
        created_at = p.BigIntegerField()
        changed_at = p.BigIntegerField()

    Recipient.add_index(
        Recipient.campaign_id, Recipient.id, where=Recipient.state == "waiting", name="recipient_waiting"
    )
    known = Recipient.resident_id.is_null(False)
    Recipient.add_index(Recipient.resident_id, where=known, name="recipient_resident")
    Recipient.add_index(Recipient.campaign_id, Recipient.id, name="recipient_campaign")
    for name in ("resident_id", "identity_id"):
        field = getattr(AudienceRow, name)
        AudienceRow.add_index(
            field, AudienceRow.list_id, where=field.is_null(False), name=f"audience_row_{name}"
        )
    AudienceRow.add_index(AudienceRow.list_id, AudienceRow.id, name="audience_row_in_order")
    return [Notice, NoticeVersion, Campaign, Recipient, AudienceList, AudienceRow, Occasion]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
