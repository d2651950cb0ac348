"""Going on elsewhere: a conversation left open on another of her channels continues here."""

from __future__ import annotations

from backend.core import clock
from backend.core.db import execute, is_postgres
from backend.core.i18n import _
from backend.fields.words import Option, Words
from conversations import going_on, phrases
from conversations.flow import Person
from conversations.memory import Memory
from conversations.store import index_of
from conversations.talk import Talk, vouched

KEEP_MS = 14 * 86_400_000
"""How long an open conversation is kept."""

_ELSEWHERE = """
SELECT c.identity_id, c.flow FROM conversation c
WHERE c.flow IS NOT NULL AND c.identity_id <> ? AND c.updated_at > ? AND c.identity_id IN (
    SELECT id FROM identity WHERE resident_id = ?
    UNION SELECT id FROM identity WHERE channel IN ('sms', 'voice') AND address_index = ?
    UNION SELECT identity_id FROM conversation WHERE phone_index = ?)
ORDER BY c.updated_at DESC LIMIT 1
"""


def _open_elsewhere(person: Person) -> tuple[int, str] | None:
    """(identity, flow) of a conversation that this person left open on another channel."""
    index = index_of(person.address)
    # Not for a caller: her number can be forged, and what was begun by SMS would be read out to whoever calls.
    by_phone = index if person.channel == "sms" else ""
    since = clock.now_ms() - KEEP_MS
    row = execute(_ELSEWHERE, (person.identity_id, since, person.resident_id, by_phone, by_phone)).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def offer(talk: Talk) -> Words | None:
    """The question whether to go on here; None when nothing is open elsewhere."""
    found = _open_elsewhere(talk.person)
    if found is None or (flow := talk.find(found[1])) is None:
        return None
    title = flow.title
    option = Option(f"resume:{found[0]}", _("Go on: {title}", title=title))
    return phrases.resume_offer(title, option, talk.registry.menu(talk.person))


def take_over(talk: Talk, identity_id: int) -> None:
    """Move the open conversation of her other Identity here; checked again, since an option may be old."""
    found = _open_elsewhere(talk.person)
    if found is None or found[0] != identity_id:
        going_on.again(talk)
        return
    if is_postgres():
        # A turn of the other Identity may be under way.
        execute("SELECT 1 FROM identity WHERE id = ? FOR UPDATE", (identity_id,))
    row = execute("SELECT state FROM conversation WHERE identity_id = ?", (identity_id,)).fetchone()
    other = Memory.unseal(row[0])
    if other.flow is None or other.form is None:
        going_on.again(talk)
        return
    facts = other.form.get("facts", {})
    proven = dict.fromkeys((*facts.get("proven", ()), *vouched(talk.person)))
    facts = {**facts, "channel": talk.person.channel, "proven": list(proven)}
    talk.memory.open(other.flow, {**other.form, "facts": facts})
    other.close()
    execute(
        "UPDATE conversation SET state = ?, flow = NULL, offer_id = NULL, remind_at = NULL, phone_index = NULL WHERE identity_id = ?",
        (other.seal(), identity_id),
    )
    talk.outcome = "resumed"
    going_on.again(talk)
