"""What SMS and voice share of Twilio when it calls us: the signature of its requests, its numbers and codes. The way out, which
takes long to load, is `twilio_client`.

Source of the rules: twilio.com/docs/usage/security (signature), twilio.com/docs/api/errors (codes).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from backend.settings import settings
from backend.web.door import Post, TurnedAway

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# What stands for a hidden caller: the words, and the same words keyed on a keypad (+266696687 spells ANONYMOUS).
_HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})

_DEAD_NUMBER = frozenset({21211, 21214, 21217, 21614, 30005, 30006})
"""Invalid, not a mobile, unknown or landline: nothing else will arrive there either. Not 30003 (switched off for now), 30004 and 30007
(this message was blocked), 30008 (unknown)."""
_OPTED_OUT = 21610
"""She told the carrier STOP: no text reaches her until she sends START. She can be rung up."""


def personal_number(address: str) -> str | None:
    """The E.164 number of a person; None for short codes, company names, hidden callers, other networks (`whatsapp:…`)."""
    found = address.strip()
    return found if E164.fullmatch(found) and found not in _HIDDEN else None


_NO_ID = re.compile(r"[^A-Za-z0-9]+")


def sid(given: str) -> str:
    """A message's or a call's id as we keep it: letters and digits, as Twilio's are."""
    return _NO_ID.sub("", given[:200])[:60]


def dead_number(code: int | None) -> bool:
    """Whether a Twilio error code says that the number itself is no use."""
    return code in _DEAD_NUMBER


def opted_out(code: int | None) -> bool:
    """Whether a Twilio error code says that she wants no text messages from us."""
    return code == _OPTED_OUT


def signature(token: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """HMAC-SHA1 in base64 over the public URL and the form's names and values in the order of their names; the same twice counts once."""
    message = (url + "".join(map("".join, sorted(set(pairs))))).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(token.encode(), message, "sha1")).decode()


def public_url(path: str, query: str) -> str:
    """The address that Twilio called, as it knows it: ours behind whatever proxy, the query exactly as it was sent."""
    return f"{settings().base_url}{path}{'?' + query if query else ''}"


def verify(post: Post) -> None:
    """403 unless Twilio itself sent this to us."""
    token = settings().twilio_auth_token.get_secret_value()
    url = public_url(post.path, post.query_string)
    if not genuine(token, url, post.pairs, post.header("X_TWILIO_SIGNATURE")):
        raise TurnedAway(403)


def genuine(token: str, url: str, pairs: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether `given` is Twilio's signature of this request; never without a token."""
    if not token or not given:
        return False
    claimed = given.encode("utf-8", "replace")
    if hmac.compare_digest(signature(token, url, pairs).encode(), claimed):
        return True
    # Twilio is known to sign some URLs with the port and some without (twilio-csharp #44): only then a second look.
    return hmac.compare_digest(signature(token, _other_port_form(url), pairs).encode(), claimed)


def _other_port_form(url: str) -> str:
    parts = urlsplit(url)
    host = (
        parts.netloc.rpartition(":")[0]
        if parts.port
        else f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    )
    return parts._replace(netloc=host).geturl()
