"""What one webchat was told, quickly: its page restores it, and comes back for it after every broken connection."""


def up(migrator, db):
    db.execute_sql(
        'CREATE INDEX "delivery_webchat" ON "delivery" ("identity_id", "id") WHERE ("channel" = \'webchat\')'
    )


def down(migrator, db):
    db.execute_sql('DROP INDEX "delivery_webchat"')
