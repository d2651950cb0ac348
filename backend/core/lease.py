"""A lock in the database for the one leader among many: it runs out by itself when its holder dies.

One that ends much later than any taken now would (by twice its length: clocks differ) was taken by a clock that has been set back: it has
run out as well.
"""

from __future__ import annotations

import peewee

from backend.core import clock
from backend.core.db import Instant, Model, transaction


class Lease(Model):
    name = peewee.CharField(60, unique=True)
    holder = peewee.CharField(80)
    until = Instant()


def acquire(name: str, holder: str, seconds: float) -> bool:
    """Take the lease, or take it again; False while somebody else holds it."""
    now = clock.now()
    length = clock.working(seconds)
    until = now + length
    with transaction():
        (
            Lease.insert(name=name, holder=holder, until=until)
            .on_conflict(
                conflict_target=[Lease.name],
                update={Lease.holder: holder, Lease.until: until},
                where=(Lease.until <= now) | (Lease.until > until + length) | (Lease.holder == holder),
            )
            .execute()
        )
        return bool(Lease.select(Lease.holder).where(Lease.name == name).scalar() == holder)


def renew(name: str, holder: str, seconds: float) -> bool:
    """Hold on for `seconds` more; False when it ran out or went to somebody else: stop leading at once."""
    now = clock.now()
    with transaction():
        return bool(
            Lease.update(until=now + clock.working(seconds))
            .where(Lease.name == name, Lease.holder == holder, Lease.until > now)
            .execute()
        )


def release(name: str, holder: str) -> None:
    """Let go, so that the next one need not wait."""
    with transaction():
        Lease.delete().where(Lease.name == name, Lease.holder == holder).execute()
