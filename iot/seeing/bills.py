"""What meters counted in a month, home by home, and what that costs at the price that staff set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import ask, transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.models import Device
from iot.registry.devices import CHANGE, READ
from iot.seeing import metering, series, spans
from iot.seeing.metering import Month, Read
from iot.seeing.models import Tariff

METERS = ("water_total", "gas_total", "energy_total", "heat_total")
BEFORE = timedelta(days=62)
"""How far before a month its first reading is looked for."""
MOST = 20_000
_AT_ONCE = 400
_LAST_OF_DAYS = (
    "SELECT device_id, at, v FROM (SELECT device_id, at, v, ROW_NUMBER() OVER (PARTITION BY device_id, (at + {offset}) / 86400000"
    " ORDER BY at DESC, id DESC) AS place FROM (SELECT id, device_id, at, {value} AS v FROM reading WHERE device_id IN ({ids})"
    " AND at >= ? AND at <= ?) AS said WHERE v IS NOT NULL) AS days WHERE place = 1 ORDER BY device_id, at"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A meter's month; `price` in hundredths of a fen, None where staff set none; `fen` what it costs."""

    device: Device
    month: Month
    price: int | None

    @property
    def fen(self) -> int | None:
        return (
            None
            if self.month.use is None or self.price is None
            else metering.amount(self.month.use, self.price)
        )


def lines(actor: Actor, point: str, first: date) -> list[Line]:
    """Every meter of this kind that the actor may see, for the month that begins on `first`."""
    mine = Device.org_id.in_(access.org_ids(actor, READ)) & (Device.status != "new")
    found = [
        d
        for d in Device.select().where(mine).order_by(Device.name, Device.id).limit(MOST)
        if point in d.points
    ]
    zone = clock.zone()
    bounds = (spans.midnight(first, zone), min(spans.midnight(spans.month_after(first), zone), clock.now()))
    said = reads([d.id for d in found], point, bounds[0] - BEFORE, bounds[1])
    prices = _prices(point, first)
    return [
        Line(d, metering.months(said.get(d.id, ()), bounds)[0], prices.of(d.org_id))
        for d in found
        if bounds[0] < bounds[1]
    ]


def of_device(device: Device, point: str, months: int = 12) -> list[Month]:
    """The last months of one meter, the newest first; those before its first reading are left out."""
    zone, today = clock.zone(), clock.local(clock.now()).date()
    days = [today.replace(day=1)]
    for _n in range(months - 1):
        days.append((days[-1] - timedelta(days=1)).replace(day=1))
    bounds = [*(spans.midnight(day, zone) for day in reversed(days)), clock.now()]
    said = reads([device.id], point, bounds[0] - BEFORE, bounds[-1]).get(device.id, [])
    found = metering.months(said, bounds)
    while found and found[0].use is None:
        found.pop(0)
    return found[::-1]


def reads(device_ids: Sequence[int], point: str, since: datetime, until: datetime) -> dict[int, list[Read]]:
    """The last reading of each day of each meter, in order."""
    offset = int((clock.local(until).utcoffset() or timedelta()).total_seconds() * 1000)
    found: dict[int, list[Read]] = {}
    for start in range(0, len(device_ids), _AT_ONCE):
        some = list(device_ids[start : start + _AT_ONCE])
        sql = _LAST_OF_DAYS.format(offset=offset, value=series.value(point), ids=",".join("?" * len(some)))
        for device_id, at, total in ask(sql, (*some, clock.to_ms(since), clock.to_ms(until))).fetchall():
            found.setdefault(device_id, []).append(Read(clock.from_ms(at), total))
    return found


# --- prices ---------------------------------------------------------------------------------------------------


class Prices:
    """The prices of one kind of meter at one time, by Org: the nearest definition up the tree counts."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._by_org = {row.org_id: row.price for row in rows}
        self._paths: dict[int, str] = {}

    def of(self, org_id: int | None) -> int | None:
        if org_id is None or not self._by_org:
            return None
        if org_id not in self._paths:
            self._paths[org_id] = orgs.get(org_id).path
        above = [int(part) for part in self._paths[org_id].strip("/").split("/")]
        return next((self._by_org[one] for one in reversed(above) if one in self._by_org), None)


def _prices(point: str, day: date) -> Prices:
    rows = Tariff.select().where((Tariff.point == point) & (Tariff.from_day <= day))
    return Prices(rows.order_by(Tariff.from_day, Tariff.id))


def tariffs(actor: Actor, point: str) -> list[Tariff]:
    """The prices that the actor may see, the newest first."""
    mine = Tariff.org_id.in_(access.org_ids(actor, READ)) & (Tariff.point == point)
    return list(Tariff.select().where(mine).order_by(Tariff.from_day.desc(), Tariff.id.desc()).limit(50))


def set_price(actor: Actor, org_id: int, point: str, yuan: str, from_day: date) -> Tariff:
    """A unit costs so much from the month of this day on. Raises Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    if point not in METERS:
        raise Invalid(_("Please choose one."), "point")
    price = _hundredths(yuan)
    with transaction():
        made: Tariff = Tariff.create(
            org_id=org_id, point=point, price=price, from_day=from_day.replace(day=1), by_name=actor.name[:80], at=clock.now()
        )  # fmt: skip
        audit.record(
            actor, "device.tariff", f"org:{org_id}", org_id=org_id,
            after={"point": point, "price": price, "from": from_day.isoformat()},
        )  # fmt: skip
    return made


def _hundredths(yuan: str) -> int:
    """2.8 → 28000 hundredths of a fen. Raises Invalid."""
    try:
        price = round(float(yuan.strip().lstrip("¥￥")) * 10_000)
    except (ValueError, OverflowError):
        price = -1
    if not 0 <= price <= 100_000_000:
        raise Invalid(_("A price in yuan, please, like 2.80."), "price")
    return price
