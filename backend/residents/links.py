"""Links that open something once: the activation of an e-mail address, the export of one's own data.

Only the digest of a token is kept. Opening the page does nothing (mail scanners open every link); its button does.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from backend.core import audit, clock, ids
from backend.core.db import transaction
from backend.core.errors import Conflict, NotFound
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, people, say
from backend.messaging import Resident as ToResident
from backend.residents import file
from backend.residents.models import Link, Resident
from backend.settings import settings

ACTIVATION_LIFE = timedelta(hours=48)
EXPORT_LIFE = timedelta(minutes=15)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _new(kind: str, resident: Resident, life: timedelta, email_index: str | None = None) -> str:
    token = ids.token()
    Link.create(
        kind=kind,
        token_digest=_digest(token),
        resident=resident.id,
        email_index=email_index,
        expires_at=clock.now() + life,
    )
    return token


def open_link(kind: str, token: str) -> Link:
    """The link when it still opens something. Raises NotFound (never was one), Conflict (used, or too old)."""
    link = Link.get_or_none((Link.kind == kind) & (Link.token_digest == _digest(token[:200])))
    if link is None:
        raise NotFound(_("This link is not complete. Please open it from the message itself."))
    if link.used_at is not None:
        raise Conflict(_("This link was used already. There is nothing more to do."))
    if link.expires_at < clock.now():
        raise Conflict(_("This link is too old by now. Write “my file” to us and ask for a new one."))
    return link  # type: ignore[no-any-return]


def use(link: Link) -> None:
    """Mark the link as used; Conflict when somebody was faster."""
    taken = Link.update(used_at=clock.now()).where((Link.id == link.id) & Link.used_at.is_null()).execute()
    if not taken:
        raise Conflict(_("This link was used already. There is nothing more to do."))


def send_activation(resident: Resident) -> bool:
    """Send the activation link to the address on file; False when there is none, or it is confirmed already."""
    if not resident.email or resident.email_confirmed_at is not None:
        return False
    with transaction():
        token = _new("activate", resident, ACTIVATION_LIFE, resident.email_index)
        identity = people.ensure("email", resident.email, resident.locale, resident.org_id)
        say(
            At(identity.id),
            Words(
                _(
                    "Hello {name},\n\nplease confirm that this e-mail address is yours:\n\n{link}\n\nThe link works for 48 hours. If "
                    "you did not register at {community}, please ignore this message; nothing happens without you.",
                    name=resident.name,
                    link=f"{settings().base_url}/activate/{token}",
                    community=settings().community_name,
                ),
                subject=_("Please confirm your e-mail address"),
                sensitive=True,
            ),
            purpose="activation",
        )
    return True


def send_activation_again(resident_id: int) -> bool:
    """A fresh link; the earlier ones stop working."""
    with transaction():
        resident = Resident.get_by_id(resident_id)
        Link.delete().where((Link.resident == resident_id) & (Link.kind == "activate")).execute()
        return send_activation(resident)


def activate_email(token: str) -> int:
    """The button under the link was pressed: the address is hers. Returns the resident's id."""
    with transaction():
        link = open_link("activate", token)
        resident = link.resident
        if resident.email_index != link.email_index or not resident.email:
            raise Conflict(_("This link is for an address that is no longer on file."))
        use(link)
        resident.email_confirmed_at = clock.now()
        resident.save(only=[Resident.email_confirmed_at])
        identity = people.ensure("email", resident.email, resident.locale, resident.org_id)
        if identity.resident_id in (None, resident.id):
            people.join_resident(identity.id, resident.id, resident.org_id)
        audit.record(
            file.as_actor(resident),
            "resident.email_confirmed",
            file.subject(resident.id),
            org_id=resident.org_id,
        )
        say(
            ToResident(resident.id),
            Words(_("Thank you, your e-mail address is confirmed.")),
            purpose="registration",
            about=file.subject(resident.id),
        )
        return int(resident.id)


def export_link(resident_id: int) -> str:
    """An address where she can download what we hold about her: once, within 15 minutes."""
    with transaction():
        token = _new("export", Resident.get_by_id(resident_id), EXPORT_LIFE)
    return f"{settings().base_url}/my/export/{token}"
