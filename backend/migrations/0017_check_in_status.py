"""Check-ins in trouble are counted on every page of the admin: found by index."""


def up(migrator, db):
    db.execute_sql('CREATE INDEX "check_in_status" ON "check_in" ("status")')


def down(migrator, db):
    db.execute_sql('DROP INDEX "check_in_status"')
