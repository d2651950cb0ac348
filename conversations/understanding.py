"""What words may mean that no pattern knows: how alike they are to the examples of each Flow and Command. Pure.

Three readings are compared: the characters as written, the way they sound (so that 水观漏了 and “shuiguan loule” are 水管漏了),
and the words of English with their slips. A score is 0 to 100; 100 is the example itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from backend.core.i18n import Text, _
from backend.fields.commands import Command as Anywhere
from backend.fields.plain import folded
from backend.fields.spelling import respelt
from backend.fields.words import Option
from conversations import learnt, topics
from conversations.flow import Command, Flow
from conversations.sounds import southern, syllables

SURE = 82.0
"""From here on it goes there, when nothing else is nearly as alike."""
PERHAPS = 64.0
"""From here on it is asked: did you mean …?"""
AHEAD = 7.0
"""What the best must be ahead of the second by, to need no question."""
TOPIC_AHEAD = 5.0
"""The same where kinds of words led to it: one faint kind more is enough."""
MISHEARD = 13.0
"""What a topic loses that only sounds like it: much does."""
TOUCH = 0.08
"""What likeness to an example adds to the points of a topic: of two, the one that is also said so."""
NEAR = 16.0
"""Candidates this far behind the best are offered beside it."""
FAINT = 38.0
"""Below this it is like nothing; what is above is offered when the whole menu did not help."""
MOST = 3
FEW = 24
"""Characters of a cry for help."""
LONGEST = 120
"""Longer words are a story, and no example is like a story."""

ANYWHERE: Mapping[Anywhere, tuple[Text, tuple[str, ...]]] = {
    "person": (
        _("Talk to a person"),
        ("转人工", "给我接社区", "找个人跟我说话", "我要和工作人员说话", "让社区的人给我打电话", "有没有人管", "帮我接通居委会",
         "找居委会的人", "让网格员联系我", "我想找个人问问", "叫个人来跟我说", "打电话给我", "社区电话多少", "有没有人能帮我", "I need to talk to a person", "a real human please",
         "connect me to the office", "call me please", "能不能找个人帮我", "叫个活人来", "想问问工作人员", "值班的人在吗", "我要跟真人聊", "机器听不懂换个人", "put me through to someone", "get me a human agent", "is there somebody I can talk to", "can somebody call me", "I want to speak with somebody", "let me talk to the office", "is anybody there I can talk to"),
    ),
    "menu": (
        _("Menu"),
        ("菜单", "你能做什么", "有什么功能", "能帮我办什么事", "可以办哪些业务", "都有啥服务", "what can you do",
         "what services do you have", "show me the options"),
    ),
    "help": (
        _("How this works"),
        ("怎么用", "这个怎么用", "怎么操作", "教教我怎么用", "使用说明", "how does this work", "how do I use this",
         "explain how to use it", "我不会用这个", "不知道怎么弄", "I do not know how this works", "help me with this"),
    ),
    "language": (
        _("Language"),
        ("换成英文", "换语言", "用英语跟我说", "改成中文", "切换语言", "change the language", "can we speak English", "switch to Chinese", "能说英文吗", "请用中文", "I want it in English"),
    ),
}  # fmt: skip
"""The commands that work anywhere, as somebody puts them who does not know the word for them."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_KEPT = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
_FILLERS = re.compile(
    r"请问|请教|麻烦(?:您|你|一下)?|帮(?:我|忙|个忙)|一下子?|能不能|可不可以|可以|能否|我想要?|我要|想要|您好|你好|那个|这个|就是|有点儿?|好像"
    r"|[吗呢吧啊呀哇嘛哦噢哎唉诶欸嘞勒咯噻哈啦了的]"
)
_SMALL = (
    "a an the i you we he she it me my our your please can could would will shall do does did is are am was be been to of for in on at"
    " and there this that any some want wanna like need d s m ll ve re just so hello hi hey thanks"
)
_STOP = frozenset(_SMALL.split())
_WORD = re.compile(r"[a-z]+(?:'t)?|\d+")
_SHORTEST_SOUND = 6
"""Letters; fewer sound like too much."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in the three ways it is compared: characters without fillers, sound, English words. Empty where it has none."""

    han: str
    sound: str
    words: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may be meant: a Flow, a Command, or the name of a command that works anywhere."""

    entry: Flow | Command | Anywhere
    title: Text
    score: float

    def option(self, text: str) -> Option:
        """The button that says so; what she wrote goes with it."""
        value = f"!{self.entry}" if isinstance(self.entry, str) else f"meant:{self.entry.name}:{text}"
        return Option(value, self.title)


@dataclass(frozen=True, slots=True)
class Guess:
    """Candidates, the best first. `sure`: the first needs no question. `likely`: they are worth one."""

    candidates: tuple[Candidate, ...] = ()
    sure: bool = False
    likely: bool = False
    reading: str = ""
    """What was probably said, where letters were read as pinyin; else empty."""
    learnt: bool = False
    """It is sure by the examples that were learnt from, and by nothing that stands in a list."""

    def led_by(self, entry: Flow | Command | Anywhere, reading: str, text: str) -> Guess:
        """With this entry first, found by how the words sound. What raises an alarm is asked about first, unless the words are
        few: much sounds like it in a story."""
        if isinstance(entry, str) and entry not in ANYWHERE:
            return self
        return Guess(self._behind(entry), not _alarms(entry) or len(text) <= FEW, True, reading)

    def with_learnt(self, text: str, find: Callable[[str], Flow | Command | Anywhere | None]) -> Guess:
        """This, together with what the learnt part holds probable; `find` gives the entry of a name, None when it is not for
        her. An alarm is never raised by it (it may be asked about) and never silenced."""
        first = self.candidates[0].entry if self.sure else None
        if first is not None and (_alarms(first) or not learnt.against(text, _name(first), learnt.FIRM)):
            return self
        topic, share = learnt.likeliest(text)
        guess = replace(self, sure=False)
        if topic == "unclear":
            return guess
        probable = [
            next((e for e in map(find, names) if e is not None), None) for names in learnt.offered(text)
        ]
        for entry in reversed(probable):
            if entry is not None:
                guess = replace(guess, candidates=guess._behind(entry), likely=True)
        best = probable[0] if probable else None
        goes = share >= learnt.ENOUGH and best is not None and not _alarms(best)
        return replace(guess, sure=goes, learnt=goes)

    def _behind(self, entry: Flow | Command | Anywhere) -> tuple[Candidate, ...]:
        title = ANYWHERE[entry][0] if isinstance(entry, str) else entry.title
        others = tuple(c for c in self.candidates if c.entry != entry)
        return (Candidate(entry, title, 100), *others)[:MOST]

    def options(self, text: str) -> tuple[Option, ...]:
        return tuple(c.option(text) for c in self.candidates)


class Index:
    """The examples of all entries, read once."""

    def __init__(self, entries: Iterable[Flow | Command]) -> None:
        all_entries = list(entries)
        owners: list[tuple[Flow | Command | Anywhere, Text, tuple[str, ...]]] = [
            (e, e.title, e.examples) for e in all_entries if e.examples
        ]
        owners += [(name, title, examples) for name, (title, examples) in ANYWHERE.items()]
        self._named: dict[str, tuple[Flow | Command | Anywhere, Text]] = {
            _name(owner): (owner, title) for owner, title, _examples in owners
        } | {e.name: (e, e.title) for e in all_entries}
        self._owners = [(owner, title) for owner, title, examples in owners for _example in examples]
        readings = [reading(example) for _owner, _title, examples in owners for example in examples]
        self._han = {i: r.han for i, r in enumerate(readings) if r.han}
        self._sound = {i: r.sound for i, r in enumerate(readings) if len(r.sound) >= _SHORTEST_SOUND}
        self._words = {i: r.words for i, r in enumerate(readings) if r.words}

    def guess(
        self,
        text: str,
        admits: Callable[[Flow | Command], bool],
        standard: Iterable[str] = (),
        sounded: Iterable[str] = (),
    ) -> Guess:
        """What `text` may mean, of the entries that `admits` lets through: by the kinds of words in it, and by its likeness to
        the examples. The words are also those of the standard language (`standard`), and, trusted less, those that sound like
        it (`sounded`)."""
        if not 2 <= len(text) <= LONGEST:
            return Guess()
        best: dict[str, Candidate] = {}
        for index, score in self._scores(reading(text)).items():
            entry, title = self._owners[index]
            if not isinstance(entry, str) and not admits(entry):
                continue
            name = _name(entry)
            if name not in best or best[name].score < score:
                best[name] = Candidate(entry, title, score)
        spoken_of = self._spoken_of((text, *standard), sounded, admits)
        for name, topic in spoken_of.items():
            like = best[name].score * TOUCH if name in best else 0.0
            if name not in best or topic.score + like > best[name].score:
                best[name] = replace(topic, score=topic.score + like)
        found = sorted(best.values(), key=lambda c: -c.score)
        if not found:
            return Guess()
        first, second = found[0].score, found[1].score if len(found) > 1 else 0.0
        near = tuple(c for c in found if c.score >= first - NEAR)[:MOST]
        ahead = TOPIC_AHEAD if _name(found[0].entry) in spoken_of else AHEAD
        return Guess(near, first >= SURE and first - second >= ahead, first >= PERHAPS)

    def _spoken_of(
        self, texts: Iterable[str], sounded: Iterable[str], admits: Callable[[Flow | Command], bool]
    ) -> dict[str, Candidate]:
        """The entries that the kinds of words are about, by name."""
        found: dict[str, Candidate] = {}
        for text, doubt in [(text, 0.0) for text in texts] + [(text, MISHEARD) for text in sounded]:
            for topic, worth in topics.about(text).items():
                points = worth - doubt
                for name in (topic.removeprefix("+"), topics.SAME.get(topic, "")):
                    entry, title = self._named.get(name, (None, ""))
                    if entry is None or not title or not (isinstance(entry, str) or admits(entry)):
                        continue
                    if name not in found or found[name].score < points:
                        found[name] = Candidate(entry, title, points)
                    break
        return found

    def _scores(self, said: Reading) -> dict[int, float]:
        scores: dict[int, float] = {}
        if said.han:
            _raise(scores, said.han, self._han, fuzz.ratio)
            # A sentence that has the example inside it: only where the example says something by itself.
            _raise(scores, said.han, _inside(self._han, 4, said.han), fuzz.partial_ratio, 0.9)
        if len(said.sound) >= _SHORTEST_SOUND:
            _raise(scores, said.sound, self._sound, fuzz.ratio, 0.95)
            _raise(scores, said.sound, _inside(self._sound, 12, said.sound), fuzz.partial_ratio, 0.82)
        if said.words:
            _raise(scores, said.words, self._words, _worded)
        return scores


def _alarms(entry: Flow | Command | Anywhere) -> bool:
    return isinstance(entry, Command) and bool(entry.anytime)


def _name(entry: Flow | Command | Anywhere) -> str:
    return entry if isinstance(entry, str) else entry.name


def _inside(examples: Mapping[int, str], least: int, said: str) -> dict[int, str]:
    """Those that are long enough to mean something, and shorter than what was said."""
    return {i: e for i, e in examples.items() if least <= len(e) < len(said)}


def _raise(
    scores: dict[int, float],
    said: str,
    examples: Mapping[int, str],
    like: Callable[..., float],
    weight: float = 1.0,
) -> None:
    for _example, score, index in process.extract(
        said, examples, scorer=like, processor=None, limit=12, score_cutoff=FAINT / weight
    ):
        scores[index] = max(score * weight, scores.get(index, 0.0))


def _worded(a: str, b: str, *, score_cutoff: float | None = None) -> float:
    return 0.6 * fuzz.token_sort_ratio(a, b) + 0.4 * fuzz.token_set_ratio(a, b)


# --- reading --------------------------------------------------------------------------------------------------


def reading(text: str) -> Reading:
    """How `text` is compared."""
    plain = folded(text)
    if not _HAN.search(plain):
        plain = folded(respelt(plain))
        if not _HAN.search(plain):
            said = [w for w in _WORD.findall(plain) if w not in _STOP]
            letters = "".join(w for w in _WORD.findall(plain) if w.isalpha())
            return Reading("", southern(letters), " ".join(said))
    packed = _KEPT.sub("", plain)
    bare = _FILLERS.sub("", packed)
    han = bare if len(bare) >= 2 else packed
    return Reading(han, southern("".join(syllables(han))), "")
