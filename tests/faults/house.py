"""A running Linli whose processes can be killed at a named moment, and the people who go on using it meanwhile."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from backend.core import audit, clock, db, orgs
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry
from backend.messaging import deliveries, people
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Inbound, Message
from backend.requests.models import Booking, Request, RequestEvent
from backend.staff import actions as staffing
from bots import sms
from tests.harness.phones import Carrier, replies
from tests.harness.twilio_server import TwilioServer
from tests.servers import LONG, Valkey, until
from tests.system import System, running_system

SITE = Path(__file__).parent / "site"
PUBLIC = "https://linli.example.test"
DESK = "+8613900000000"
BOOKING = ("厨房水龙头滴水", "3-2-501", "1")
"""A repair, from the first word to the visiting time."""

WEB = {
    "before anything is done": "conversations.engine:Engine.handle:call",
    "in the midst of the domain's rows": "backend.core.audit:record:return",
    "when what was said is written": "conversations.store:record:return",
    "when all is written but not committed": "conversations.store:save:return",
    "when it is committed and nobody was nudged": "backend.core.jobs:kick:call",
    "when it is committed and not yet put in words": "conversations.engine:Engine._once:return",
    "when the answer is ready and has not left": "bots.sms:_answered:return",
    "when the answer has left and is not settled": "bots.served:_write:call",
    "when the answer is settled": "backend.messaging.deliveries:sent:return",
}
WORKER = {
    "after the claim, before it is sent": "backend.messaging.deliveries:claim:result",
    "after it was sent, before it is settled": "bots.settle:settle:call",
    "after it was settled": "backend.messaging.deliveries:sent:return",
}
_WHO = {"web": "web", "worker": "broadcasts.worker"}
_phones = itertools.count(13_800_000_001)


class House:
    """`kill_next` arms the trap; `text` is a person whose Twilio repeats until we answer; `check` is the promise."""

    def __init__(self, linli: System, twilio: TwilioServer, valkey: Valkey, database_url: str) -> None:
        self.linli, self.twilio, self.valkey, self.database_url = linli, twilio, valkey, database_url
        self.carrier = Carrier(linli.base, PUBLIC)
        self.order = Path(linli.environment["KILL_ORDER"])
        self.seen: dict[str, list[str]] = {}
        self.sids: dict[str, list[str]] = {}

    # --- people ------------------------------------------------------------------------------------------------

    @staticmethod
    def somebody() -> str:
        """A phone that never wrote before."""
        return f"+86{next(_phones)}"

    def text(self, sender: str, words: str, *, repeats: bool = True) -> list[str]:
        """Send an SMS. Twilio tries again with the same id while we are away or answer 5xx, unless `repeats` is false."""
        sid = self.carrier.new_sid("SM")
        self.sids.setdefault(sender, []).append(sid)
        answers: list[str] = []

        def answered() -> bool:
            self.tend()
            try:
                response = self.carrier.raw_sms(sender, words, sid=sid)
            except requests.RequestException:
                return not repeats
            if response.status_code >= 500:
                return not repeats
            assert response.status_code == 200, response.text
            answers[:] = replies(response.text)
            return True

        until(answered, what=f"an answer to {words!r}", seconds=2 * LONG, every=0.1)
        self.seen.setdefault(sender, []).extend(answers)
        return answers

    def book(self, sender: str) -> None:
        for words in BOOKING[:-1]:
            self.text(sender, words)
        # Somebody else may be quicker: then the next time is offered.
        while not any("R1" in answer for answer in self.text(sender, BOOKING[-1])):
            assert len(self.sids[sender]) < 12, self.seen[sender]

    # --- faults ------------------------------------------------------------------------------------------------

    def kill_next(self, who: str, point: str) -> None:
        """The next `who` (web or worker) that reaches `point` dies there."""
        self.done.unlink(missing_ok=True)
        Path(f"{self.order}.taken").unlink(missing_ok=True)
        self.order.write_text(f"{_WHO[who]} {point}")

    def forget_order(self) -> None:
        self.order.unlink(missing_ok=True)

    @property
    def done(self) -> Path:
        return Path(f"{self.order}.done")

    def killed(self, seconds: float = LONG, *, reap: bool = True) -> None:
        """Wait until the order was carried out, then let the time pass that the dead one's leases last.

        Its leases are made to end now, in the database, instead of waiting 20 or 60 seconds; everybody else's stay.
        `reap`: so is the reaper's next look, which comes every five seconds by itself.
        """
        until(self.done.exists, what=f"the kill at {self.order}", seconds=seconds)
        pid = self.done.read_text()
        until(lambda: not _alive(int(pid)), what=f"the death of {pid}")
        self.tend()
        db.reconnect_if_lost()
        with db.transaction():
            db.execute(
                "UPDATE delivery SET lease_until = ? WHERE status = 'sending' AND lease_by LIKE ?",
                (clock.now_ms() - 1, f"%:{pid}"),
            )
        if reap:
            deliveries.reap()

    def settle_death(self) -> None:
        """The order of this step was carried out, or nobody came past and it is taken back."""
        try:
            self.killed(seconds=1)
        except TimeoutError:
            self.forget_order()
            if Path(f"{self.order}.taken").exists():
                self.killed()

    def tend(self) -> None:
        """What `make run` does, or the operator's supervisor: start again what died."""
        for name in ("web", "worker"):
            if not self.linli.running(name):
                self.linli.restart(name)

    def retries_now(self) -> None:
        """The pauses between attempts are over."""
        db.reconnect_if_lost()
        with db.transaction():
            db.execute("UPDATE delivery SET next_at = ? WHERE status = 'pending'", (clock.now_ms(),))

    # --- promises ----------------------------------------------------------------------------------------------

    def open_deliveries(self) -> list[tuple[int, str, str | None]]:
        db.reconnect_if_lost()
        found = Delivery.select().where(Delivery.status.in_(("pending", "sending")))
        return [(d.id, d.status, d.error) for d in found]

    def all_settled(self, seconds: float = 2 * LONG) -> None:
        """Longer than any lease: whoever died beside the one that was killed is waited for."""

        def settled() -> bool:
            self.tend()
            return not self.open_deliveries()

        until(settled, what="the end of all deliveries", seconds=seconds, every=0.1)

    def check(self, sender: str, *, bookings: int = 1) -> None:
        """Done exactly once, nothing lost, and the log of it whole."""
        self.all_settled()
        identity = people.find("sms", sender)
        assert identity is not None
        heard = Counter(i.event_id for i in Inbound.select().where(Inbound.identity_id == identity.id))
        assert heard == Counter(self.sids[sender])
        self._check_bookings(identity, bookings)
        assert audit.verify().broken_at is None
        self._check_heard(sender, identity)

    def _check_bookings(self, identity: Identity, bookings: int) -> None:
        made = list(Request.select().where(Request.contact_identity_id == identity.id))
        assert len(made) == bookings, (made, self.seen)
        for request in made:
            assert Booking.select().where(Booking.request == request).count() == 1
            assert (
                RequestEvent.select()
                .where(RequestEvent.request == request, RequestEvent.act == "book")
                .count()
                == 1
            )
            noted = AuditEntry.select().where(
                AuditEntry.subject == request.subject, AuditEntry.action == "request.book"
            )
            assert noted.count() == 1
            notices = list(Message.select().where(Message.about == request.subject))
            assert len(notices) == 1
            told = [m.body for m in self.twilio.messages if m.to == DESK and f"R{request.number}" in m.body]
            assert 1 <= len(told) <= 2, "told, and twice only where the answer of the provider was lost"

    def _check_heard(self, sender: str, identity: Identity) -> None:
        """She saw every reply: in the answer to her SMS, or as an SMS of its own."""
        saw = Counter([*self.seen.get(sender, []), *(m.body for m in self.twilio.messages if m.to == sender)])
        for inbound in Inbound.select().where(Inbound.identity_id == identity.id):
            said = [
                Content.unseal(m.content)
                for m in Message.select().where(Message.inbound_id == inbound.id).order_by(Message.id)
            ]
            together = {body.text for body in sms.shape(*said)}
            apart = {body.text for content in said for body in sms.shape(content)}
            assert together <= set(saw) or apart <= set(saw), (together, saw)
        statuses = {d.status for d in Delivery.select().where(Delivery.identity_id == identity.id)}
        assert statuses <= {"sent", "delivered"}


def _alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def running_house(folder: Path, database_url: str, valkey: Valkey) -> Iterator[House]:
    """The house, with a duty desk that is reached by SMS."""
    points = " ".join([*WEB.values(), *WORKER.values()])
    with TwilioServer() as twilio:
        given = {
            **twilio.settings(),
            "PUBLIC_URL": PUBLIC,
            "REDIS_URL": valkey.url,
            "WEB_WORKERS": "2",
            "PYTHONPATH": str(SITE),
            "KILL_ORDER": str(folder / "order"),
            "KILL_POINTS": points,
        }
        db.connect(database_url)
        _settle_in()
        with running_system(
            folder, database_url=database_url, settings=given, processes=("services", "web", "worker")
        ) as linli:
            yield House(linli, twilio, valkey, database_url)


def _settle_in() -> None:
    street = orgs.add("幸福街道", "street", orgs.add("朝阳区", "district"))
    community = orgs.add("幸福里社区", "community", street)
    desk = staffing.create(SYSTEM, username="desk", name="值班台小刘", posts=[("duty_desk", community.id)])
    people.join_staff(people.ensure("sms", DESK).id, int(desk.staff.id))
