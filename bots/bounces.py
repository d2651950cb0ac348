"""Letters that come back, and complaints: what they change, and the ways they reach us.

    python -m bots.bounces < letter.eml      one mail, piped by a mail server
    MAIL_BOUNCE_BOX=maildir:///path          a box that the scheduler empties, or imaps://user:password@host/INBOX
    POST /hooks/mail/bounce                  a provider's events (`bounce_events`), or one mail as message/rfc822

The hook wants MAIL_HOOK_TOKEN as a bearer token, or as the password of basic authentication, for providers that only take an
address like https://linli:token@host/hooks/mail/bounce.
"""

from __future__ import annotations

import hmac
import json
import sys
from collections.abc import Callable, Iterable

import structlog
from werkzeug.datastructures import Authorization

from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.messaging import deliveries, topics
from backend.messaging.models import Delivery
from backend.settings import settings
from backend.web.door import Post, Reply, Take, TurnedAway
from bots import bounce_box, bounce_events, bounce_report
from bots.bounce_report import Report

log = structlog.get_logger()
CHANNEL = "email"
GATEWAY = "fax"
"""Through an e-mail-to-fax gateway: what comes back says nothing about the number."""


def take(report: Report) -> bool:
    """Write down one report; the same again changes nothing. False: it is about no letter of ours."""
    if report.kind in ("bounced", "delivered"):
        status = "failed" if report.kind == "bounced" else "delivered"
        why, which = report.reason or None, report.delivery_id
        known = deliveries.receipt(
            CHANNEL, report.provider_id, status, why, which, ends_identity=report.gone
        ) or deliveries.receipt(GATEWAY, report.provider_id, status, why, which)
    else:
        known = _unwanted(report)
    log.info("mail.reported", kind=report.kind, ours=known, gone=report.gone)
    return known


def _unwanted(report: Report) -> bool:
    """She told her provider that she does not want our letters: she gets nothing any more that can be left."""
    with transaction():
        which = (
            Delivery.id == report.delivery_id
            if report.delivery_id
            else Delivery.provider_id == report.provider_id
        )
        found = Delivery.select().where(which & (Delivery.channel == CHANNEL)).first()
        if found is None or found.identity_id is None:
            return False
        if topics.leave_all(found.identity_id):
            audit.record(SYSTEM, "identity.complained", f"identity:{found.identity_id}", why=report.reason)
    return True


def take_mail(raw: bytes) -> bool:
    """One mail out of a box. False: it reports nothing of ours."""
    report = bounce_report.read(raw)
    return report is not None and take(report)


def take_all(mails: Iterable[bytes]) -> int:
    """How many of the mails were about letters of ours."""
    return sum(take_mail(raw) for raw in mails)


def empty_box() -> int:
    """Read what came into MAIL_BOUNCE_BOX, and take it out of there."""
    url = settings().mail_bounce_box.get_secret_value()
    return bounce_box.empty(url, take_mail) if url else 0


def bounce(post: Post) -> Reply:
    """Answers with how many of the events were about letters of ours."""
    _check(post)
    if post.kind == "message/rfc822":
        return Reply(str(int(take_mail(post.body))))
    try:
        data = json.loads(post.body)
    except (ValueError, RecursionError):
        raise TurnedAway(400) from None
    return Reply(str(sum(take(report) for report in bounce_events.events(data))))


TAKES: dict[str, Take] = {"/hooks/mail/bounce": bounce}


def _check(post: Post) -> None:
    token = settings().mail_hook_token.get_secret_value()
    if not token:
        raise TurnedAway(404)
    given = Authorization.from_header(post.header("AUTHORIZATION"))
    shown = (given.token or given.password or "") if given is not None else ""
    if not hmac.compare_digest(shown.encode(), token.encode()):
        raise TurnedAway(401)


JOBS: list[tuple[str, int, Callable[[], int]]] = [("mail.bounces", 120, empty_box)]


def main() -> int:
    """Exit code 0 also for what reports nothing: a mail server would send that back, again and again."""
    from backend.core import db
    from backend.core import log as logs

    logs.configure("bounces")
    db.connect(settings().database_url)
    take_mail(sys.stdin.buffer.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
