"""The sweeps of health and services on both databases: what two schedulers see is asked, kept and suggested once."""

from __future__ import annotations

from datetime import date, time

from backend import domains
from backend.care.health import answering, appointments, medicines, reminding, weeks
from backend.care.health.measuring import measured
from backend.care.health.models import Measurement, MedicineDose
from backend.care.services import facts, running
from backend.care.services.models import ServiceRule, ServiceSuggestion
from backend.care.visit_sending import send
from backend.care.visiting import Report
from backend.care.visits import create
from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.residents import face
from tests.care import town as towns
from tests.care.town import Town


def test_each_sweep_does_its_work_once_on_either_database(town: Town) -> None:
    domains.load()
    with clocks.stopped(towns.local(2, time(7, 55))) as hands:
        her = towns.elder(town, "陈秀英", 501, "sms")
        face.show([her], SYSTEM)
        desk, worker = town.actor(town.desk), town.actor(town.grid_worker)
        wanted = medicines.Wanted("钙片", "1片", [time(8)], date(2026, 11, 2))
        medicines.add(desk, her, wanted, how="paper")
        appointments.add(desk, her, towns.local(3, time(9)), "体检")
        hands.forward(minutes=5)
        assert (reminding.sweep_due(), reminding.sweep_due()) == (1, 0)
        answering.later(answering.Voice(towns.address(her, "sms").id, her), MedicineDose.get().id)
        hands.forward(hours=3)
        assert (appointments.remind(), appointments.remind()) == (1, 0)
        weeks.tell()
        pressure = {"blood_pressure_high": 190.0, "blood_pressure_low": 100.0}
        for _again in range(2):
            measured(her, pressure, clocks.now(), "device:1", key="device:1:7")
        assert Measurement.get().outside and Measurement.select().count() == 1
        every = {name: fact.usual for name, fact in facts.FACTS.items()}
        assert facts.among([her], every) == set()
        ServiceRule.create(
            org_id=town.happy.id, name="没有安排", facts={"no_plan": 0, "alone": 0}, act="task", words="问问",
            by_id=town.admin, by_name="x", created_at=clocks.now(),
        )  # fmt: skip
        assert (running.run(1), running.run(1), ServiceSuggestion.select().count()) == (1, 0, 1)
        visit = create(desk, her, "看看", clocks.now())
        report = Report("well", "都好")
        key = "0123456789abcdef0123456789abcdef"
        first, again = (send(worker, key, visit.id, report, clocks.now()) for _time in range(2))
        assert (first.outcome, again.outcome, again.repeated) == ("kept", "kept", True)
        late = send(worker, key.replace("0", "9"), visit.id, Report("well", "又去了一次"), clocks.now())
        assert late.outcome == "beside" and late.visit_id != visit.id
