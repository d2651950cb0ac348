"""Staff, posts, recovery codes and chat link codes."""

import peewee as p


def _models(db):
    class Base(p.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Org(Base):
        pass

    class Staff(Base):
        username = p.CharField(40, unique=True)
        name = p.CharField(80)
        phone = p.BlobField(null=True)
        phone_index = p.CharField(32, null=True, index=True)
        locale = p.CharField(8, default="zh_CN")
        active = p.BooleanField(default=True)
        password_hash = p.CharField(200)
        must_change_password = p.BooleanField(default=False)
        session_epoch = p.IntegerField(default=0)
        failed_count = p.IntegerField(default=0)
        locked_until = p.BigIntegerField(null=True)
        totp_secret = p.BlobField(null=True)
        totp_confirmed_at = p.BigIntegerField(null=True)
        last_totp_step = p.IntegerField(default=0)
        created_at = p.BigIntegerField()

    class StaffPost(Base):
        staff = p.ForeignKeyField(Staff, backref="posts", on_delete="CASCADE")
        role = p.CharField(30)
        org = p.ForeignKeyField(Org, on_delete="RESTRICT")

        class Meta:
            indexes = ((("staff", "role", "org"), True),)

    class RecoveryCode(Base):
        staff = p.ForeignKeyField(Staff, on_delete="CASCADE")
        digest = p.CharField(32)
        used_at = p.BigIntegerField(null=True)

    class StaffLink(Base):
        staff = p.ForeignKeyField(Staff, on_delete="CASCADE")
        digest = p.CharField(32, index=True)
        expires_at = p.BigIntegerField()
        used_at = p.BigIntegerField(null=True)

    class StaffLinkMiss(Base):
        knocker = p.CharField(64, index=True)
        at = p.BigIntegerField(index=True)

    return [Staff, StaffPost, RecoveryCode, StaffLink, StaffLinkMiss]


def up(migrator, db):
    db.create_tables(_models(db))


def down(migrator, db):
    db.drop_tables(_models(db))
