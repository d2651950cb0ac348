"""Short signed marks in what leaves by e-mail: the address that a bounce comes back to, the link that ends a topic.

Lower case and digits, since mail servers may fold the case of an address; nothing of a person's stands in them."""

from __future__ import annotations

import hmac

from backend.core import crypto
from backend.settings import settings

SIGNATURE = 16


def _signature(kind: str, value: str) -> str:
    return crypto.blind_index(value, kind)[:SIGNATURE]


def _same(kind: str, value: str, signature: str) -> bool:
    return hmac.compare_digest(signature.encode(), _signature(kind, value).encode())


# --- bounces ---------------------------------------------------------------------------------------------------


def return_address(delivery_id: int) -> str:
    """The envelope sender of this Delivery's letter (`bounce+1f-0a1b…@host`), MAIL_BOUNCES with a mark; without that setting the
    sender of all letters."""
    now = settings()
    box, _at, host = now.mail_bounces.rpartition("@")
    if not box:
        return now.mail_from
    mark = f"{delivery_id:x}"
    return f"{box}+{mark}-{_signature('mail-bounce', mark)}@{host}"


def bounced(address: str) -> int | None:
    """The Delivery whose return address this is; None for any other address, or one that we did not sign."""
    wanted, _at, host = settings().mail_bounces.lower().rpartition("@")
    box, _at, at_host = address.strip("<> ").lower().rpartition("@")
    name, _plus, mark = box.partition("+")
    number, _dash, signature = mark.partition("-")
    if not wanted or (name, at_host) != (wanted, host) or not _same("mail-bounce", number, signature):
        return None
    return int(number, 16)


# --- leaving ---------------------------------------------------------------------------------------------------


def leave_url(identity_id: int, topic: str) -> str:
    """Where whoever reads at this address says no to `topic` ("": to letters altogether)."""
    mark = f"{identity_id:x}-{topic}"
    return f"{settings().base_url}/unsubscribe/{mark}-{_signature('mail-leave', mark)}"


def leaving(token: str) -> tuple[int, str] | None:
    """(Identity, topic) of such a link; None when we did not sign it."""
    mark, _dash, signature = token.rpartition("-")
    number, _dash, topic = mark.partition("-")
    return (int(number, 16), topic) if number and _same("mail-leave", mark, signature) else None
