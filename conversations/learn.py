"""Makes `learnt.json` from the labelled sentences: `python -m conversations.learn`. The same sentences make the same file.

A linear classifier (softmax, by stochastic gradient descent, weights averaged over the steps) over `traits`; small weights are left out.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from conversations import flows
from conversations.flow import Command, Flow
from conversations.learnt import FILE, MEANS, SCALE
from conversations.traits import traits
from conversations.understanding import ANYWHERE

_SENTENCES = Path(__file__).parent.parent / "tests" / "understanding"
TUNE, BESIDE = _SENTENCES / "tune.tsv", _SENTENCES / "beside.txt"
"""Labelled sentences; and chat, weather, poems and nonsense, about nothing of ours."""
ROUNDS, STEP, SLOWER = 24, 4.0, 0.15
SELDOM = 3
"""A trait of fewer sentences says nothing."""
SMALLEST = 40
"""Weights nearer to 0, in units of 1 / SCALE, are left out."""

Labelled = tuple[str, str]
"""A sentence, and what it is about."""


def examples() -> list[Labelled]:
    """The sentences of `tune.tsv`, what the Flows and Commands themselves give as examples, and what is none of our business."""
    ours = flows.registry()
    topic_of = {name: topic for topic, names in reversed(list(MEANS.items())) for name in names}
    found = {
        row[0]: row[1] for row in (r.split("\t") for r in TUNE.read_text(encoding="utf-8").splitlines()[1:])
    }
    entries: list[Flow | Command] = [*ours.flows.values(), *ours.commands.values()]
    given = [(entry.name, entry.examples) for entry in entries]
    for name, said in (*given, *((name, said) for name, (_title, said) in ANYWHERE.items())):
        if name in topic_of:
            found = dict.fromkeys(said, topic_of[name]) | found
    found |= dict.fromkeys(BESIDE.read_text(encoding="utf-8").splitlines(), "unclear")
    return list(found.items())


def digest(said: Sequence[Labelled]) -> str:
    """Of what the weights are made from and how: it tells whether they are older than the examples."""
    here = Path(__file__).parent
    made_how = [(here / file).read_text(encoding="utf-8") for file in ("learn.py", "traits.py")]
    return hashlib.sha256(json.dumps([sorted(said), made_how]).encode()).hexdigest()


def learn(
    said: Sequence[tuple[Iterable[str], str]], rounds: int = ROUNDS
) -> tuple[list[str], dict[str, list[float]]]:
    """Topics, and for each trait its weight for each topic, from sentences given by their traits."""
    topics = sorted({topic for _traits, topic in said})
    often = Counter(trait for found, _topic in said for trait in found)
    numbers = {trait: n for n, trait in enumerate(sorted(t for t, times in often.items() if times >= SELDOM))}
    lines = [
        ([numbers[t] for t in sorted(found) if t in numbers], topics.index(topic)) for found, topic in said
    ]
    weights = [[0.0] * len(topics) for _trait in numbers]
    drift = [[0.0] * len(topics) for _trait in numbers]
    # The order has to be the same each time, and need not be secret.
    order, chance, at, steps = list(range(len(lines))), random.Random(1), 0, rounds * len(lines)  # noqa: S311
    for turn in range(rounds):
        chance.shuffle(order)
        rate = STEP / (1 + SLOWER * turn)
        for number in order:
            found, right = lines[number]
            size = 1 / math.sqrt(len(found) or 1)
            scores = [size * sum(column) for column in zip(*(weights[n] for n in found), strict=True)]
            for topic, share in enumerate(shares(scores)):
                move = rate * size * ((topic == right) - share)
                if abs(move) < 1e-4:
                    continue
                late = move * at / steps
                for n in found:
                    weights[n][topic] += move
                    drift[n][topic] += late
            at += 1
    return topics, {
        trait: [w - d for w, d in zip(weights[n], drift[n], strict=True)] for trait, n in numbers.items()
    }


def by_ear(found: frozenset[str]) -> frozenset[str]:
    """What is left of a sentence in characters when a keypad sends it in pinyin."""
    return frozenset(trait for trait in found if trait.startswith(("s:", "n:")))


def shares(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities."""
    most = max(scores, default=0.0)
    powers = [math.exp(score - most) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def packed(weights: Mapping[str, Sequence[float]]) -> dict[str, list[int]]:
    """For each trait the topics that it speaks for or against, each number followed by its weight."""
    kept = {}
    for trait, row in weights.items():
        whole = [(topic, round(weight * SCALE)) for topic, weight in enumerate(row)]
        if pairs := [n for topic, weight in whole if abs(weight) >= SMALLEST for n in (topic, weight)]:
            kept[trait] = pairs
    return kept


def main() -> None:
    said = examples()
    seen = [(traits(text), topic) for text, topic in said]
    heard = [(by_ear(found), topic) for found, topic in seen if "b:han" in found]
    topics, weights = learn([*seen, *heard])
    made = {"made_from": digest(said), "topics": topics, "weights": packed(weights)}
    FILE.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
