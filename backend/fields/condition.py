"""When a question is asked: conditions as JSON, so that staff can write them in the admin and we can store them.

`{"field": "id_type", "op": "eq", "value": "passport"}`, ops `eq ne in has filled empty gt ge lt le`;
`{"fact": "channel", …}` looks at what the flow supplied; `{"and": […]}`, `{"or": […]}`, `{"not": …}` combine.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Condition = Mapping[str, Any]

FILLED: Condition = {"op": "filled"}
"""`unless=FILLED`: not asked when another answer has already given this field its value (an ID number the birthday)."""


def holds(condition: Condition, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the condition is true of `answers` (as stored, JSON). What cannot be compared is false, never an error."""
    if "and" in condition:
        return all(holds(c, answers, facts) for c in condition["and"])
    if "or" in condition:
        return any(holds(c, answers, facts) for c in condition["or"])
    if "not" in condition:
        return not holds(condition["not"], answers, facts)
    if "fact" in condition:
        have = _bare(facts.get(condition["fact"]))
    elif "field" in condition:
        have = _bare(answers.get(condition["field"]))
    else:
        return False
    want = condition.get("value")
    match condition.get("op", "eq"):
        case "filled":
            return _filled(have)
        case "empty":
            return not _filled(have)
        case "eq":
            return bool(have == want)
        case "ne":
            return bool(have != want)
        case "in":
            return any(h in (want or ()) for h in have) if isinstance(have, list) else have in (want or ())
        case "has":
            return isinstance(have, list | str) and want in have
        case "gt":
            return _order(have, want) == 1
        case "lt":
            return _order(have, want) == -1
        case "ge":
            return _order(have, want) in (0, 1)
        case "le":
            return _order(have, want) in (0, -1)
    return False


def names(condition: Condition | None) -> frozenset[str]:
    """The fields that the condition looks at."""
    if not condition:
        return frozenset()
    found = {condition["field"]} if "field" in condition else set()
    for inner in (*condition.get("and", ()), *condition.get("or", ()), condition.get("not")):
        found |= names(inner)
    return frozenset(found)


def _bare(value: Any) -> Any:
    """A picked option of a list that came from facts is stored with its label; conditions see its value."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _filled(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _order(have: Any, want: Any) -> int | None:
    """-1, 0, 1; numbers also as strings (money), dates as ISO strings; None when they have no order."""
    if have is None or want is None:
        return None
    try:
        a, b = Decimal(str(have)), Decimal(str(want))
        if a.is_nan() or b.is_nan():
            return None
        return (a > b) - (a < b)
    except InvalidOperation:
        pass
    if isinstance(have, str) and isinstance(want, str):
        return (have > want) - (have < want)
    return None
