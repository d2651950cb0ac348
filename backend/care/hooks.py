"""What care hears from other parts: how its alarms go on, whether it stands still, that a resident moves, and that her data is
exported or forgotten. Imported by whatever serves people: pages, conversations, the scheduler's jobs."""

from __future__ import annotations

from backend.alarms import listeners
from backend.alarms.summary import Summary
from backend.care import answering, faults, long_away, moving, out_of_reach, personal, record, visits
from backend.care.health import consenting
from backend.care.health import personal as health_personal
from backend.care.health import queries as health_queries
from backend.core import health, privacy
from backend.core.i18n import _
from backend.messaging import topics
from backend.reports import days_off
from backend.residents import consent, moves
from backend.residents import privacy as choices


def on_alarm(alarm: Summary) -> None:
    answering.on_alarm(alarm)
    visits.on_alarm(alarm)


listeners.register("checkin:", on_alarm)
listeners.register("words:", visits.on_alarm)
listeners.register("visit:", visits.on_alarm)
listeners.register("absence:", long_away.on_alarm)
listeners.register("care:", faults.on_alarm)
listeners.register("health:", visits.on_alarm)
health.register("care", faults.check, _("Check-ins and visits"))
privacy.register("care", personal.export, personal.forget)
privacy.register("health", health_personal.export, health_personal.forget)
consent.rests_on(consent.HEALTH, health_personal.forget)
choices.provide(health_queries.ITEM, _("Health: medicines and measured values"), consenting.stands)
moves.register("care", moving.follow)
days_off.provide(record.days_off)
topics.on_silence(out_of_reach.stopped, out_of_reach.began_again)
