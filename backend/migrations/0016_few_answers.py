"""Anonymous answers are shown several at a time; what the clock looks for in surveys and events, and her earlier threads, are
found by index."""

import peewee as p
from playhouse.migrate import migrate

_INDEXES = ("survey_answer_held", "survey_invitation_unsent", "event_signup_in_line", "handover_person")


def up(migrator, db):
    migrate(migrator.add_column("survey_answer", "held", p.BooleanField(default=False)))
    db.execute_sql('CREATE INDEX "survey_answer_held" ON "survey_answer" ("survey_id") WHERE "held"')
    db.execute_sql(
        'CREATE INDEX "survey_invitation_unsent" ON "survey_invitation" ("survey_id") WHERE ("sent_at" IS NULL)'
    )
    db.execute_sql(
        'CREATE INDEX "event_signup_in_line" ON "event_signup" ("event_id")'
        " WHERE (\"status\" IN ('waiting', 'offered'))"
    )
    db.execute_sql('CREATE INDEX "handover_person" ON "handover" ("person")')


def down(migrator, db):
    for index in _INDEXES:
        db.execute_sql(f'DROP INDEX "{index}"')
    migrate(migrator.drop_column("survey_answer", "held"))
