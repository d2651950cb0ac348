"""What is known of a device's clock that is days behind. Of names that nobody mapped no value stays beside what a device measures of somebody's body: what
else it says, it says again."""

import json
import re

import peewee as p
from playhouse.migrate import migrate

BODY = re.compile(
    r"heart|pulse(?!s|_?c)|bpm|systol|diastol|blood|spo2|oxygen|glucose|weight|breath|respir|body_?temp|ecg|bmi"
    r"|心率|心跳|血压|血氧|血糖|体重|体温|脉搏|呼吸|心电|(^|[^a-z])(hr|hrv|sbp|dbp|sys|dia)([^a-z]|$)",
    re.IGNORECASE,
)
POINTS = re.compile("heart_rate|breathing_rate|blood_|body_temperature|weight")
UNREAD = "SELECT d.id, d.unread, p.rules FROM device d LEFT JOIN device_profile p ON p.id = d.profile_id ORDER BY d.id"


def up(migrator, db):
    migrate(migrator.add_column("device", "clock", p.JSONField(null=True)))
    one = db.param
    for number, unread, rules in db.execute_sql(UNREAD).fetchall():
        said = json.loads(unread) if isinstance(unread, str) else unread
        if said and (BODY.search(" ".join(said)) or POINTS.search(str(rules))):
            names = json.dumps(dict.fromkeys(said), ensure_ascii=False)
            db.execute_sql(f"UPDATE device SET unread = {one} WHERE id = {one}", (names, number))  # noqa: S608


def down(migrator, db):
    migrate(migrator.drop_column("device", "clock"))
