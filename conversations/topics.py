"""What a sentence is about, by the kinds of words in it, in whatever order and however many stand between them. Pure.

`lexicon.py` says which words are of one kind. Here stands which kinds together mean which conversation: "师傅几点钟到我屋头" has
somebody who repairs and asks when, so it is about a repair that was reported. The more kinds a line asks for, the surer it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from backend.fields.plain import folded
from conversations import lexicon

TOPICS: Mapping[str, str] = {
    "repair": "surely -blamed -kin | surely thing | thing fault | thing fix | thing fault fix | thing fault come | fixer come | fixer fix | thing come fix | thing come fix day | come fix day | thing fixer | thing fixer come | come fix -kind | fault fix | fault come -blamed",
    "request.mine": (
        "thing progress -fault -kind | status job | status filed job | filed late -kind | fixer come progress | fixer come late | fixer come when | filed progress job | filed job when | filed late job | filed late fixer | fixer when | fixer when thing | fixer late | fixer progress | job progress | job when come | fix when fixer | filed fixer when | fix progress filed | fault filed progress | "
        "thing filed progress | thing fault filed progress | thing filed progress late | fixer late filed | filed job progress thing | fixer when come house"
    ),
    "registration": "register newcomer | register newcomer i | newcomer how | register how | register i -already -kind | newcomer i what",
    "link": "account already -no | account already device | device connect | account device | account connect already | already device connect | account already i -no",
    "file": "kept see mine | kept see you | part see you | part see mine | part filed see | part see you mine | kept see you mine | part see register | kept see register",
    "file_change": "part change | part wrong | kept change mine | kept wrong | part change mine | part wrong mine | part wrong change | part wrong register | part change register | part wrong you change",
    "file_delete": "delete kept -kin | delete account | delete leaving | delete all mine | delete kept leaving | delete kept mine | delete kept all | delete all kept mine | delete all you -thing | leaving kept delete all",
    "consent_withdraw": "consent withdraw | use withdraw kept | consent withdraw mine | consent withdraw use | use withdraw mine kept | consent withdraw i kept",
    "complaint": "anger blamed | nuisance blamed | anger nuisance | anger nuisance blamed | anger -praise",
    "feedback": "wishing -fault -human -register | wish facility -survey | wish facility i -survey | praise praised -wish -anger | wish facility thing -fault -come -survey | wish praised praise",
    "event.list": "kind which -joined -quit | kind which join -joined -quit | kind what -joined | fun what | kind day what -host | fun day what | fun day | kind what fun | kind when -joined",
    "event.join": "kind join -quit | kind join how -quit | kind join i -quit | kind join together i -quit",
    "event_propose": "host kind i | host together i | host kind together i | host kind wish | host kind how i | host together how i",
    "event.mine": "joined kind | joined kind see | joined kind when | joined kind what i",
    "event.quit": "kind quit | kind quit joined | kind quit i | kind quit day i | quit joined i | kind quit i day joined",
    "survey.mine": "survey where | survey do -register -change | survey do see | survey do i",
    "daily_checkin": "daily ask | daily ask i | daily ask kin | alone ask | daily ask alone | alone ask daily kin | daily ask wish kin",
    "absence": "away span | stay house kin span | away span i | away span kin i | back resume | back i | stay kin span i -know -wish | away span stay i | away back span | resume ask -not | away i span kin stay",
    "family.invite": "let kin know -not -daily | let kin know mine -not | let kin know news -not | let kin know news mine -not | let kin news -not -daily | kin know news -not -away | kin add -not | kin know news i -not | kin know daily news | kin add news -not | kin know add -not | kin know news wish add -not | kin news add know i -not",
    "family_ask": "kin add behalf -not | kin behalf you -thing -register -daily | kin behalf mine -thing -register -daily -part",
    "checkin.say": "well report -daily -wish | well report day -daily -wish | report -daily -wish -kind -register -kin",
    "family.no_more": "kin not send | kin not know -daily -away | kin not send news | kin not know news | kin delete add",
    "who": "being talk -human -wish -no | you being | you being no",
    "+person": "machine talk no -tongue | human phone | human phone talk | human phone talk you | human talk | human talk no | machine no human | machine no human talk | human talk i wish",
    "+menu": "able you | able menu | menu go | able what | able you what | menu see able",
    "+help": "how handle this | teach -kind -host | how handle unsure | unsure handle | how handle | how handle unsure i",
    "+language": "tongue speak | tongue speak no | tongue unsure | tongue unsure speak",
}  # fmt: skip
"""Name of the Flow or Command (or `+word`, a command that works anywhere) to lines of kinds; `-kind` must be absent."""
SAME: Mapping[str, str] = {"registration": "registered", "link": "registered", "request.mine": "request.status", "survey.mine": "survey.ask", "event.mine": "event.list"}  # fmt: skip
"""Where somebody else is asked the same under another name."""
_FAINT_KINDS = "let this what see come i you mine how day do stay house span all no speak talk go together fix job handle send machine change"
"""Kinds that say little by themselves."""
_STRONG_KINDS = "surely teach status survey report wishing"
BASE, KIND, FAINT_KIND, STRONG_KIND = 66.0, 12.0, 6.0, 18.0
"""Points of a line, of each kind in it, of each faint and of each strong one: two kinds of weight, or a strong one, are enough to
go there unasked."""
WEIGHT = dict.fromkeys(_FAINT_KINDS.split(), FAINT_KIND) | dict.fromkeys(_STRONG_KINDS.split(), STRONG_KIND)
CLEAR, CLEARER = 90.0, 12.0
"""Points from which on a topic goes before a pattern that matched, and how many more than the pattern's own it must have."""
LONGEST = 120
"""Characters: in a story there are words of every kind."""
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_EN_WORD = re.compile(r"[a-z][a-z'-]*")
_PHRASE = 4
_SLIP = 5
"""Letters from which on a word may have a slip in it."""


_KINDS = tuple(dict.fromkeys((*lexicon.HAN, *lexicon.ENGLISH)))
_BIT: Mapping[str, int] = {kind: 1 << number for number, kind in enumerate(_KINDS)}
_STAND_ALONE = _BIT["thing"] | _BIT["fault"]
"""Kinds whose single characters mean nothing inside a longer word: 门 in 专门."""


@cache
def _lines() -> tuple[tuple[str, float, int, int], ...]:
    """Topic, points, the kinds that must be there, those that must not; kinds as bits."""
    found = []
    for topic, text in TOPICS.items():
        for line in text.split("|"):
            kinds = {k for k in line.split() if not k.startswith("-")}
            absent = {k[1:] for k in line.split() if k.startswith("-")}
            points = BASE + sum(WEIGHT.get(k, KIND) for k in kinds)
            found.append((topic, points, sum(_BIT[k] for k in kinds), sum(_BIT[k] for k in absent)))
    return tuple(found)


@cache
def _han() -> Mapping[str, int]:
    return _by_word(lexicon.HAN)


@cache
def _english() -> Mapping[str, int]:
    return _by_word({kind: words.replace("-", "") for kind, words in lexicon.ENGLISH.items()})


def _by_word(classes: Mapping[str, str]) -> Mapping[str, int]:
    """The kinds of each word, as bits."""
    found = {word.replace("-", ""): _BIT["fault"] for word in lexicon.faults()}
    for kind, words in classes.items():
        for word in words.split():
            found[word] = found.get(word, 0) | _BIT[kind]
    return found


@cache
def _sizes() -> Mapping[str, tuple[int, ...]]:
    """How long the words are that begin with a character."""
    found: dict[str, set[int]] = {}
    for word in (*_han(), *_idle()):
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sizes) for first, sizes in found.items()}


@cache
def _idle() -> frozenset[str]:
    return frozenset(lexicon.IDLE.split())


@cache
def words() -> tuple[str, ...]:
    """All Chinese words of two characters and more: what somebody may have written by its sound."""
    return tuple(w for w in _han() if len(w) > 1)


@lru_cache(maxsize=5_000)
def about(text: str) -> Mapping[str, float]:
    """The topics that `text` may be about, with their points."""
    plain = folded(text).replace("\u2019", "'")
    present = _of_han(plain) | _of_english(plain)
    points: dict[str, float] = {}
    for topic, worth, needed, absent in _lines():
        if needed & present == needed and not absent & present and worth > points.get(topic, 0.0):
            points[topic] = worth
    return points


def kinds(text: str) -> tuple[str, ...]:
    """The kinds of words in `text`, in the order of the lexicon."""
    plain = folded(text).replace("\u2019", "'")
    present = _of_han(plain) | _of_english(plain)
    return tuple(kind for kind in _KINDS if present & _BIT[kind])


def clearer(text: str, than: str) -> str:
    """The topic that `text` is about much more clearly than about the topic `than`, which has words of it; empty when none is."""
    if len(text) > LONGEST or than not in _names():
        return ""
    points = about(text)
    best = max(points, key=lambda topic: points[topic], default="")
    own = max(points.get(topic, BASE) for topic in _names()[than])
    return best if points.get(best, 0.0) >= max(CLEAR, own + CLEARER) else ""


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """The names of entries, each with the topics that lead there."""
    found: dict[str, tuple[str, ...]] = {}
    for topic in TOPICS:
        for name in (topic, SAME.get(topic, "")):
            found[name] = (*found.get(name, ()), topic)
    return found


def _of_han(plain: str) -> int:
    known, idle, sizes, present = _han(), _idle(), _sizes(), 0
    for match in _HAN_RUN.finditer(plain):
        run = match.group()
        found = [
            (at, word)
            for at, first in enumerate(run)
            for size in sizes.get(first, ())
            if (word := run[at : at + size]) in known or word in idle
        ]
        in_word, in_idle = set[int](), set[int]()
        for at, word in found:
            if len(word) > 1:
                in_word.update(range(at, at + len(word)))
            if word in idle:
                in_idle.update(range(at, at + len(word)))
        for at, word in found:
            if word in idle or not in_idle.issuperset(range(at, at + len(word))):
                alone = len(word) > 1 or at not in in_word
                present |= known.get(word, 0) & (-1 if alone else ~_STAND_ALONE)
    return present


def _of_english(plain: str) -> int:
    said = [w.replace("-", "").removesuffix("'s") for w in _EN_WORD.findall(plain)]
    known, present = _english(), 0
    stems = [_stems(w) for w in said]
    for at in range(len(said)):
        for size in range(1, min(_PHRASE, len(said) - at) + 1):
            for phrase in _phrases(stems[at : at + size]):
                present |= known.get(phrase, 0)
    return present


def _phrases(stems: Iterable[tuple[str, ...]]) -> list[str]:
    phrases = [""]
    for forms in stems:
        phrases = [f"{p}_{form}" if p else form for p in phrases for form in forms]
    return phrases


@lru_cache(maxsize=10_000)
def _stems(word: str) -> tuple[str, ...]:
    """The word, what it may be a form of, and what it may be a slip of."""
    vocabulary = _vocabulary()
    forms = [word]
    for ending, instead in (("s", ""), ("es", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("d", ""), ("ied", "y"), ("ies", "y"), ("ly", "")):  # fmt: skip
        if len(word) > len(ending) + 2 and word.endswith(ending):
            forms.append(word[: -len(ending)] + instead)
    if len(word) > 5 and word[-4:-3] == word[-5:-4] and word.endswith("ing"):
        forms.append(word[:-4])
    known = [form for form in forms if form in vocabulary]
    if not known and len(word) >= _SLIP:
        near = process.extractOne(word, _long_words(), scorer=fuzz.ratio, score_cutoff=85)
        if near is not None and near[0][0] == word[0]:
            known = [near[0]]
    return tuple(dict.fromkeys([word, *known]))


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(part for word in _english() for part in word.split("_"))


@cache
def _long_words() -> tuple[str, ...]:
    return tuple(sorted(w for w in _vocabulary() if len(w) >= _SLIP))
