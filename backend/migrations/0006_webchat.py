"""What one webchat was told, quickly: its page restores it, and comes back for it after every broken connection;
and what nobody looked at there."""


def up(migrator, db):
    db.execute_sql(
        'CREATE INDEX "delivery_webchat" ON "delivery" ("identity_id", "id") WHERE ("channel" = \'webchat\')'
    )
    db.execute_sql(
        'CREATE INDEX "delivery_unseen" ON "delivery" ("updated_at")'
        " WHERE (\"channel\" = 'webchat' AND \"status\" = 'sent' AND \"queue\" <> 'replies')"
    )


def down(migrator, db):
    db.execute_sql('DROP INDEX "delivery_unseen"')
    db.execute_sql('DROP INDEX "delivery_webchat"')
