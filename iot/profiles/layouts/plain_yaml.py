"""YAML as version 1.2 and JavaScript read it: `On` and `N` are words, 2021-04-01 is a text, 010 is no error. Pure.

PyYAML follows version 1.1, where `valve: On` is a yes; a codec's examples would fail by that.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_MOST = 200_000
_DEEPEST = 50
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0b[01]+|0x[0-9a-fA-F]+|0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(rf"^(?:{_pattern})$"),
        [("" if first == "\0" else first) for first in _first],
    )


def read(text: str) -> Any:
    """Raises ValueError, also for one that says a little and means a lot (aliases of aliases)."""
    try:
        _shallow(text)
        found = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with fewer types
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from error
    waiting, seen = [found], 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > _MOST:
            raise ValueError("too much in it")
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def _shallow(text: str) -> None:
    """Raises ValueError for what is nested deeply: the loader written in C has no limit of its own, and takes the whole process with it."""
    depth = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ValueError("nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
