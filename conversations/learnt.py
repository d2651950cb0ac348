"""What a sentence is probably about, by weights that `learn.py` took from labelled sentences. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from conversations.traits import traits

FILE = Path(__file__).parent / "learnt.json"
SCALE = 100
"""Weights are kept as whole numbers of this fraction."""
CERTAIN, FIRM, ENOUGH, OFFERED = 0.8, 0.55, 0.6, 0.1
"""Probabilities from which on it goes before a pattern that matched, before a likeness that was sure, and before a question; and
from which on a topic is among what is asked about."""
LONGEST = 200
"""Characters; a longer text is a story."""
_SAID_OF: Mapping[str, str] = {
    "repair": "repair",
    "my_repairs": "request.mine request.status request.show request.hurry request.drop request.move | request.still",
    "register": "registration registered",
    "link": "link registered",
    "my_file": "file",
    "change_file": "file_change",
    "delete_file": "file_delete",
    "consent_withdraw": "consent_withdraw",
    "emergency": "emergency",
    "complaint": "complaint request.hurry",
    "events": "event.list",
    "join_event": "event.join",
    "propose_event": "event_propose",
    "my_events": "event.mine event.quit | event.list",
    "family": "family family.invite family.no_more family.leave_which family_ask",
    "surveys": "survey.mine | survey.ask",
    "daily_checkin": "daily_checkin checkin.stop_asked",
    "absence": "absence | absence.back",
    "well": "checkin.say alarm.nothing",
    "feedback": "feedback",
    "who": "who",
    "person": "person",
    "menu": "menu",
    "help": "help",
    "language": "language",
    "unclear": "",
}
"""The topics, and the entries that are right for each; behind the bar, what is opened for want of these. 你好 and 谢谢 are known
by `courtesy`."""
RIGHT: Mapping[str, tuple[str, ...]] = {
    topic: tuple(names.partition("|")[0].split()) for topic, names in _SAID_OF.items()
}
MEANS: Mapping[str, tuple[str, ...]] = {
    topic: tuple(names.replace("|", " ").split()) for topic, names in _SAID_OF.items()
}
"""The entries that a topic stands for; the first that she may use is opened."""


@cache
def _weights() -> tuple[tuple[str, ...], Mapping[str, list[int]]]:
    read = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(read["topics"]), read["weights"]


@lru_cache(maxsize=5_000)
def probable(text: str) -> Mapping[str, float]:
    """The topics with their probabilities, the likeliest first."""
    topics, weights = _weights()
    return weighed(traits(text), topics, weights)


_KNOWN = frozenset(name for names in MEANS.values() for name in names)


def likeliest(text: str) -> tuple[str, float]:
    """The likeliest topic and its probability; ("", 0) where nothing can be said."""
    if not 2 <= len(text) <= LONGEST:
        return "", 0.0
    topic, share = next(iter(probable(text).items()))
    return (topic, share) if topic in MEANS else ("", 0.0)


def offered(text: str) -> tuple[tuple[str, ...], ...]:
    """The names of the entries of each topic that is worth asking about, the likeliest first."""
    if not likeliest(text)[0]:
        return ()
    return tuple(
        MEANS[topic] for topic, share in probable(text).items() if share >= OFFERED and MEANS.get(topic)
    )


def same_topic(one: str, other: str) -> bool:
    """Whether both entries are about the same thing: which of them it is, the patterns know better than kinds of words."""
    return any(one in names and other in names for names in MEANS.values())


def against(text: str, entry: str, least: float = CERTAIN) -> bool:
    """Whether `text` is so probably about something else that a pattern of `entry` was found by accident. Nothing can be said
    against entries that no example is of."""
    topic, share = likeliest(text)
    return share >= least and entry in _KNOWN and entry not in MEANS[topic]


def weighed(
    found: frozenset[str], topics: tuple[str, ...], weights: Mapping[str, list[int]]
) -> Mapping[str, float]:
    """The same by given weights."""
    scores, known = [0] * len(topics), 0
    for trait in found:
        pairs = weights.get(trait)
        if pairs is not None:
            known += 1
            for at in range(0, len(pairs), 2):
                scores[pairs[at]] += pairs[at + 1]
    size = 1 / (SCALE * math.sqrt(known or 1))
    most = max(scores)
    powers = [math.exp((score - most) * size) for score in scores]
    whole = sum(powers)
    return dict(sorted(zip(topics, (p / whole for p in powers), strict=True), key=lambda pair: -pair[1]))
