"""Fingerprints say what a dictionary of the keys would, in a tenth of the memory."""

from __future__ import annotations

import random
import tracemalloc

from backend.sheets.fingerprints import Fingerprints


def test_every_number_of_a_key_comes_back_in_order_and_none_of_another() -> None:
    chance, prints, kept = random.Random(11), Fingerprints(), dict[str, list[int]]()
    for number in range(5_000):
        key = f"k{chance.randrange(3_000)}"
        prints.add(key, number)
        kept.setdefault(key, []).append(number)
    assert all(prints.of(f"k{n}") == kept.get(f"k{n}", []) for n in range(4_000))


def test_the_same_key_a_hundred_thousand_times_is_no_burden() -> None:
    prints = Fingerprints()
    for number in range(100_000):
        prints.add("the same", number)
    assert len(prints.of("the same")) == 100_000 and prints.of("another") == []


def test_twenty_thousand_keys_take_some_twenty_bytes_each() -> None:
    tracemalloc.start()
    try:
        before, _peak = tracemalloc.get_traced_memory()
        prints = Fingerprints()
        for number in range(20_000):
            prints.add(f"11010119480305{number:04}", number)
        after, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 20_000 < 32
