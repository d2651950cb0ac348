"""Smoke or gas in a home: whoever lives there may be asleep in it, and is told as well as those who come to help."""

from __future__ import annotations

from backend.alarms import kinds, record, rungs, wording
from backend.alarms.models import Alarm
from backend.alarms.speaking import speak
from backend.messaging import people
from backend.messaging.people import Resident


def tell(alarm: Alarm) -> None:
    """Write to her, and ring her up at once where she has a telephone: nobody reads a text message in her sleep. She is asked
    nothing: what she answers in a hurry ends no alarm. Belongs in the transaction that raises it."""
    if alarm.kind not in kinds.AT_HOME or alarm.resident_id is None:
        return
    her = Resident(alarm.resident_id)
    known = people.identities(her, alarm=True)
    words = wording.at_home(alarm)
    said = False
    if any(identity.channel != "voice" for identity in known):
        said = speak(alarm, her, words, "home")
    if (telephone := rungs.by_voice(her, alarm.org_id)) is not None:
        said = speak(alarm, telephone, words, "home:call") or said
    if said:
        record.note(alarm, "home")
