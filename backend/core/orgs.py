"""The governance tree: district 区 → street 街道 → community 社区 → grid 网格; an enterprise 企业 or merchant 商户 stands below any of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import peewee

from backend.core.db import Model, execute
from backend.core.errors import NotFound

LEVELS = ("district", "street", "community", "grid", "enterprise", "merchant")
_AT_ONCE = 500
GUESTS = ("enterprise", "merchant")
"""Levels that serve nobody: whoever works there keeps their own lists."""


class Org(Model):
    """One node; `path` is the ids from the root, `/1/4/9/`, so that a subtree is one prefix."""

    parent = peewee.ForeignKeyField("self", null=True, backref="children", on_delete="RESTRICT")
    level = peewee.CharField(16)
    name = peewee.CharField(80)
    path = peewee.CharField(120, index=True, default="")


def add(name: str, level: str, parent: Org | None = None) -> Org:
    org = Org.create(name=name, level=level, parent=parent)
    org.path = f"{parent.path if parent else '/'}{org.id}/"
    org.save()
    return org


def get(org_id: int) -> Org:
    org = Org.get_or_none(Org.id == org_id)
    if org is None:
        raise NotFound()
    return org


def paths(org_ids: Collection[int]) -> dict[int, str]:
    """The path of each of these that exists. Plain SQL: each portion of a campaign asks for hundreds."""
    wanted, found = sorted(org_ids), dict[int, str]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found.update(execute(_PATHS.format(",".join("?" * len(some))), some).fetchall())
    return found


_PATHS = "SELECT id, path FROM org WHERE id IN ({})"


def within(paths: tuple[str, ...]) -> Any:
    """A sub-query of the ids of every Org in the subtrees that start at `paths`."""
    orgs = Org.select(Org.id)
    if not paths:
        return orgs.where(Org.id == -1)
    condition = Org.path.startswith(paths[0])
    for path in paths[1:]:
        condition |= Org.path.startswith(path)
    return orgs.where(condition)


def default_community() -> Org | None:
    """Where a newcomer belongs until staff place her: the first community."""
    return Org.select().where(Org.level == "community").order_by(Org.id).first()


def full_name(org: Org) -> str:
    """幸福街道 / 幸福里社区 / 第一网格."""
    names = {
        o.id: o.name for o in Org.select().where(Org.id.in_([int(i) for i in org.path.strip("/").split("/")]))
    }
    return " / ".join(names[int(i)] for i in org.path.strip("/").split("/") if int(i) in names)


def communities() -> list[tuple[int, str]]:
    """(id, name) of every community, in the order in which they joined. Plain SQL: each registration that begins asks."""
    rows = execute("SELECT id, name FROM org WHERE level = 'community' ORDER BY id").fetchall()
    return [(row[0], row[1]) for row in rows]
