"""One thing of every kind that an address can name, of one community: what another community's people ask for in vain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from typing import Any

import peewee

from backend.alarms.models import Alarm, AlarmStorm
from backend.attachments.models import FiledAttachment
from backend.care.health.models import Appointment, Measurement, Medicine
from backend.care.models import Absence, CareHoliday, CarePlan, CheckIn, Visit
from backend.care.services.models import ServiceRule, ServiceSuggestion, WeatherWarning
from backend.core import clock
from backend.core.db import Encrypted, Instant, Model
from backend.events.models import Event, EventPhoto
from backend.family.models import Relation
from backend.feedback.models import FIRST_NUMBER, Feedback
from backend.fields.words import Words
from backend.inbox.models import CannedAnswer, Handover
from backend.messaging import At, say
from backend.messaging.models import Delivery, Identity
from backend.printing.models import PrintBatch, PrintTemplate
from backend.records.models import (
    BulkRun,
    Conversion,
    DataColumn,
    DataTable,
    Record,
    RecordBatch,
    SavedView,
)
from backend.reports.models import Report, ReportLetter, ReportRun
from backend.requests.models import RequestPhoto
from backend.residents.models import FileChange, Household
from backend.sheets.models import ImportRun
from backend.surveys.models import Survey
from broadcasts.api.models import ApiKey
from broadcasts.models import AudienceList, Campaign, Notice, NoticeVersion, Occasion, Recipient
from broadcasts.quiet.actions import QuietDay
from iot.ingest.models import DeviceHook
from iot.maintenance.windows import MaintenanceWindow
from iot.models import Device, DeviceProfile, QuarantinedMessage
from iot.routes.models import Route
from iot.rules.models import DeviceRule, DeviceRuleTest, DeviceRuleVersion
from iot.seeing.models import Fence, Plan
from tests.fuzz.town import serial
from tests.requests.neighbourhood import Neighbourhood

SECRET = "欧阳守密"
"""Stands in whatever these things say."""


class Belongings:
    """Of the happy community; each is made when it is first asked for. Attributes are row ids, or keys."""

    def __init__(self, hood: Neighbourhood, number: int) -> None:
        self.hood, self.request = hood, number
        self.resident = hood.chen
        self.staff = hood.desk
        self.org = hood.happy.id

    def make(self, model: type[Model], **given: Any) -> Any:
        """A row whose columns are `given`, or anything that fits; it is of this community and about its resident."""
        values = dict(given)
        for field in model._meta.sorted_fields:
            name = field.name
            if name in values or isinstance(field, peewee.AutoField):
                continue
            if name in ("org_id", "community_id"):
                values[name] = self.org
            elif name == "resident_id" or name == "resident":
                values[name] = self.resident
            elif not field.null and field.default is None:
                values[name] = self._anything(field)
        return model.create(**values)

    def with_version(self, versions: type[Model], column: str, row: Any) -> Any:
        self.make(versions, **{column: row.id}, number=1)
        return row

    def _anything(self, field: peewee.Field) -> Any:
        if isinstance(field, Instant):
            return clock.now()
        if isinstance(field, peewee.DateField):
            return date(2026, 11, 2)
        if isinstance(field, Encrypted | peewee.TextField):
            return SECRET
        if isinstance(field, peewee.CharField):
            return f"{serial():x}"[:4] if field.unique or (field.max_length or 40) < 8 else SECRET
        if isinstance(field, peewee.BooleanField):
            return False
        if isinstance(field, peewee.BlobField):
            return b"{}"
        if isinstance(field, peewee.IntegerField | peewee.FloatField):
            return self.staff if field.name in ("by_id", "staff_id", "created_by", "updated_by") else 1
        return {}  # JSON

    def __getattr__(self, name: str) -> Any:
        if name not in MADE:
            raise AttributeError(name)
        made = MADE[name](self)
        found = made if isinstance(made, str) else made.id
        self.__dict__[name] = found
        return found

    @cached_property
    def identity(self) -> int:
        return int(Identity.get(Identity.resident_id == self.resident).id)

    @cached_property
    def said(self) -> Delivery:
        say(At(self.identity), Words(SECRET), purpose="alarm")
        return Delivery.select().order_by(Delivery.id.desc()).get()  # type: ignore[no-any-return]

    @cached_property
    def data_table(self) -> DataTable:
        key = f"t{serial()}"
        made = self.make(DataTable, key=key, title={"zh_CN": SECRET, "en": SECRET})
        self.make(
            DataColumn,
            table=made,
            key="word",
            field={"kind": "text", "name": "word", "label": {"zh_CN": SECRET, "en": SECRET}},
        )
        return made  # type: ignore[no-any-return]


def _times(hours: int) -> datetime:
    return clock.from_ms(clock.now_ms() + hours * 3_600_000)


_WORDS = {"zh_CN": SECRET, "en": SECRET}
MADE: dict[str, Callable[[Belongings], Any]] = {
    "absence": lambda b: b.make(Absence, told_by="staff:1", ends_at=None),
    "alarm": lambda b: b.make(Alarm, kind="sos", severity="critical", status="open", source="words:1"),
    "api_key": lambda b: b.make(ApiKey),
    "appointment": lambda b: b.make(Appointment, status="planned", at=_times(24), created_by="staff:1"),
    "audience_list": lambda b: b.make(AudienceList, state="ready", choices={}, columns=[]),
    "batch": lambda b: b.make(RecordBatch, table_id=b.data_table.id, kind="change"),
    "bulk_run": lambda b: b.make(BulkRun, table_id=b.data_table.id, state="done", rows=[], kind="undo"),
    "campaign": lambda b: b.make(Campaign, topic="service", kind="notice", state="draft", by_kind="staff"),
    "canned": lambda b: b.make(CannedAnswer, word="w1"),
    "change": lambda b: b.make(FileChange, kind="change", status="open", by="resident"),
    "check_in": lambda b: b.make(CheckIn, plan=b.care_plan, status="asked"),
    "care_plan": lambda b: b.make(CarePlan, status="active", days="1", times="08:00", zone="Asia/Shanghai", channels="sms"),
    "column": lambda b: DataColumn.get(DataColumn.table == b.data_table.id).key,
    "conversion": lambda b: b.make(
        Conversion, table_id=b.data_table.id, old_key="word", new_key="word", batch_id=b.batch, total=0
    ),
    "delivery": lambda b: b.said,
    "device": lambda b: b.make(Device, address=f"a{serial()}", status="active"),
    "event": lambda b: b.make(
        Event, title=_WORDS, body=_WORDS, place=_WORDS, status="proposed", organiser_kind="staff",
        organiser_id=b.staff, starts_at=_times(24), ends_at=_times(26),
    ),
    "event_photo": lambda b: b.make(EventPhoto, event=b.event),
    "feedback": lambda b: _Row(
        FIRST_NUMBER + b.make(Feedback, kind="complaint", topic="other", source="telegram", status="new").id
    ),
    "fence": lambda b: b.make(Fence, shape='{"kind": "circle", "lat": 1, "lng": 1, "metres": 100}', days="1", begins="", ends="", active=True),
    "file": lambda b: b.make(FiledAttachment, subject=f"resident:{b.resident}", kind="image", state="ready"),
    "handover": lambda b: b.make(Handover, identity_id=b.identity, reason="asked", person=f"r{b.resident}"),
    "holiday": lambda b: b.make(CareHoliday),
    "hook": lambda b: b.make(DeviceHook, format="plain"),
    "household": lambda b: b.make(Household, key=f"k{serial()}"),
    "import": lambda b: b.make(ImportRun, table_key="residents", state="read", choices={}),
    "letter": lambda b: b.make(
        ReportLetter, run=b.make(ReportRun, report=b.report, asked_by="clock"), staff_id=b.staff, status="sent"
    ),
    "measurement": lambda b: b.make(Measurement, kind="weight", values='{"weight": 60}', source="staff:1"),
    "medicine": lambda b: b.make(Medicine, plan=b.medicine_plan, days="1", times="08:00", status="active", created_by="staff:1"),
    "medicine_plan": lambda b: b.make(
        Medicine._meta.fields["plan"].rel_model, zone="Asia/Shanghai", channels="sms"
    ),
    "message": lambda b: b.said.message_id and _Row(b.said.message_id),
    "model": lambda b: b.make(DeviceProfile, key=f"m{serial()}", decoder="plain", rules=[], state="draft", name=SECRET),
    "notice": lambda b: b.with_version(
        NoticeVersion, "notice_id", b.make(Notice, topic="service", kind="notice", version=1, state="active")
    ),
    "occasion": lambda b: b.make(
        Occasion, notice_id=b.notice, audience={}, rule={"kind": "once"}, missed="skip", state="paused"
    ),
    "plan": lambda b: b.make(Plan, width=10, height=10),
    "print_batch": lambda b: b.make(PrintBatch, staff_id=b.staff, kind="residents", ids=[], locale="en", status="ready"),
    "print_template": lambda b: b.make(
        PrintTemplate, preset="a4", width=210.0, height=297.0, margins=[1, 1, 1, 1], layout="page", body="<p>x</p>"
    ),
    "put_aside": lambda b: b.make(QuarantinedMessage),
    "quiet_day": lambda b: b.make(QuietDay, quiet=True),
    "recipient": lambda b: b.make(Recipient, campaign_id=b.campaign, number=1, state="told"),
    "record": lambda b: b.make(Record, table_id=b.data_table.id, data={"word": SECRET}, by_kind="staff"),
    "relation": lambda b: b.make(Relation, kind="family", topics="alarm", status="active", name=SECRET),
    "report": lambda b: b.make(
        Report, table_id=b.data_table.id, asked={}, asked_in="en", compare="", files="", every="month", day=1, at="08:00"
    ),
    "request_photo": lambda b: b.make(RequestPhoto, request=b.request_id, stage="before"),
    "request_id": lambda b: _Row(_request(b)),
    "route": lambda b: b.make(
        Route, kind="webhook", uid=f"u{serial()}", filter={}, shape={}, target="{}", state="paused", rate=1, kept_days=1, most=1
    ),
    "rule": lambda b: b.with_version(
        DeviceRuleVersion, "rule_id", b.make(DeviceRule, state="draft", version=1, revision=1)
    ),
    "rule_test": lambda b: b.make(DeviceRuleTest, rule_id=b.rule, version=1, state="done", found=[]),
    "service_rule": lambda b: b.make(ServiceRule, facts=[], act="visit", words=SECRET),
    "storm": lambda b: b.make(AlarmStorm, kind="smoke", area="", told_count=2),
    "suggestion": lambda b: b.make(ServiceSuggestion, rule=b.service_rule, status="open"),
    "survey": lambda b: b.make(Survey, title=_WORDS, intro=_WORDS, questions=[], audience={}, status="draft", token=f"s{serial()}"),
    "table": lambda b: b.data_table.key,
    "view": lambda b: b.make(SavedView, table=b.data_table.id, asked={}, shown=[]),
    "visit": lambda b: b.make(Visit, status="open", created_by="staff:1"),
    "warning": lambda b: b.make(WeatherWarning, kind="heat"),
    "window": lambda b: b.make(MaintenanceWindow, ends_at=_times(2)),
}  # fmt: skip


class _Row:
    def __init__(self, row_id: int) -> None:
        self.id = row_id


def _request(b: Belongings) -> int:
    from backend.requests.models import Request

    return int(Request.select().where(Request.org_id.in_([b.org, b.hood.grid.id])).get().id)
