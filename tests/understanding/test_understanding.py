from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from backend.messaging import people
from conversations.flow import Person
from tests.databases import TestDatabase
from tests.understanding.measure import HALVES, Listener, measure


def test_m(sqlite_database: TestDatabase) -> None:
    from backend.core import orgs

    community = orgs.add("幸福里社区", "community")
    a = people.ensure("webchat", "a", "zh_CN")
    people.join_resident(a.id, 7, community.id)
    b = people.ensure("webchat", "b", "zh_CN")
    A = Person(a.id, "webchat", "a", "zh_CN", 7, None, community.id)
    B = Person(b.id, "webchat", "b", "zh_CN", None, None, None)
    l = Listener()
    m = measure(os.environ.get("HALF", "tune"), l, A, B)
    print(m.right, m.lines, m.share)
    for w in m.wrong:
        print(*w, sep="\t")
