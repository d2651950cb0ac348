"""What people write first is understood, measured on two halves: one that the words were tuned on, one that they were not."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from backend.core.clock import Hands
from backend.messaging import people
from conversations.flow import Person
from tests.databases import TestDatabase
from tests.requests.neighbourhood import settle
from tests.understanding.measure import HALVES, Listener, measure


def test_m(sqlite_database: TestDatabase, clock: Hands) -> None:
    hood = settle()
    a = people.ensure("webchat", "a", "zh_CN")
    people.join_resident(a.id, hood.chen, hood.happy.id)
    b = people.ensure("webchat", "b", "zh_CN")
    A = Person(a.id, "webchat", "a", "zh_CN", hood.chen, None, hood.happy.id)
    B = Person(b.id, "webchat", "b", "zh_CN", None, None, None)
    l = Listener()
    m = measure(os.environ.get("HALF", "tune"), l, A, B)
    print(m.right, m.lines, m.share)
    if os.environ.get("HALF") == "held_out":
        print(m.of_topics())
        return
    for w in m.wrong: print(*w, sep="\t")
