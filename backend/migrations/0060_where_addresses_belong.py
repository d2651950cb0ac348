"""Addresses of relatives, of letters that nobody has confirmed yet, of who waits for a repair, and telephones that we ring up belong to
the community that knows them."""

_RELATIVES = (
    "SELECT resident.org_id FROM relation JOIN resident ON resident.id = relation.resident_id WHERE relation.identity_id = identity.id"
    " AND relation.status IN ('active', 'entered') ORDER BY relation.id DESC LIMIT 1"
)
_LETTERS = (
    "SELECT resident.org_id FROM resident WHERE identity.channel = 'email' AND resident.email_index = identity.address_index"
    " ORDER BY resident.id DESC LIMIT 1"
)
_REPORTS = (
    "SELECT report.org_id FROM report JOIN report_run ON report_run.report_id = report.id"
    " JOIN report_letter ON report_letter.run_id = report_run.id JOIN message ON message.id = report_letter.message_id"
    " WHERE message.identity_id = identity.id ORDER BY message.id DESC LIMIT 1"
)
_REPAIRS = "SELECT org_id FROM request WHERE contact_identity_id = identity.id ORDER BY id DESC LIMIT 1"
_TELEPHONES = (
    "SELECT COALESCE(same.org_id, (SELECT org_id FROM staff_post WHERE staff_id = same.staff_id ORDER BY id LIMIT 1))"
    " FROM identity same WHERE identity.channel = 'voice' AND same.channel = 'sms' AND same.address_index = identity.address_index"
)


def up(migrator, db):
    for found in (_RELATIVES, _LETTERS, _REPORTS, _REPAIRS, _TELEPHONES):
        db.execute_sql(
            f"UPDATE identity SET org_id = ({found})"  # noqa: S608 (our own words alone)
            " WHERE org_id IS NULL AND resident_id IS NULL AND staff_id IS NULL"
        )


def down(migrator, db):
    pass
