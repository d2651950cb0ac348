"""Who may do what, where: each role, each permission, inside and outside the area."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backend.core import access, orgs
from backend.core.access import PERMISSIONS, ROLES, Actor, Post
from backend.core.errors import Forbidden
from backend.core.orgs import Org
from tests.databases import TestDatabase

EVERY_PERMISSION = sorted(frozenset[str]().union(*PERMISSIONS.values()))


@dataclass(frozen=True)
class Tree:
    street: Org
    home: Org
    grid: Org
    other: Org


@pytest.fixture
def tree(database: TestDatabase) -> Tree:
    street = orgs.add("幸福街道", "street")
    home = orgs.add("幸福里社区", "community", street)
    # Eleven siblings: /1/1/ must not count as being under /1/11/ nor the other way round.
    others = [orgs.add(f"{n}号社区", "community", street) for n in range(11)]
    return Tree(street, home, orgs.add("第一网格", "grid", home), others[-1])


def test_every_role_has_its_permissions_in_its_own_area_and_nowhere_else(tree: Tree) -> None:
    assert set(ROLES) | {"api", "api_devices"} == set(PERMISSIONS), (
        "what another system may do is no role of a person"
    )
    for role, held in PERMISSIONS.items():
        actor = Actor("staff", 1, "李娜", (Post(role, tree.home.path),))
        for permission in EVERY_PERMISSION:
            expected = permission in held
            where = f"{role} {permission}"
            assert access.may(actor, permission) is expected, where
            assert access.may(actor, permission, tree.home.id) is expected, where
            assert access.may(actor, permission, tree.grid.id) is expected, where
            assert access.may(actor, permission, tree.street.id) is False, where
            assert access.may(actor, permission, tree.other.id) is False, where
            seen = {row.id for row in Org.select().where(Org.id.in_(access.org_ids(actor, permission)))}
            assert seen == ({tree.home.id, tree.grid.id} if expected else set()), where


def test_several_posts_add_up_each_in_its_own_place(tree: Tree) -> None:
    actor = Actor(
        "staff", 1, "李娜", (Post("auditor", tree.street.path), Post("community_admin", tree.home.path))
    )
    assert access.may(actor, "audit.read", tree.other.id)
    assert not access.may(actor, "staff.change", tree.other.id)
    assert access.may(actor, "staff.change", tree.grid.id)


@pytest.mark.parametrize("kind", ["staff", "resident"])
def test_who_holds_no_post_may_nothing(tree: Tree, kind: str) -> None:
    nobody = Actor(kind, 1, "某人")
    for permission in EVERY_PERMISSION:
        assert not access.may(nobody, permission)
        with pytest.raises(Forbidden):
            access.check(nobody, permission, tree.home.id)
        assert not list(Org.select().where(Org.id.in_(access.org_ids(nobody, permission))))


def test_the_platform_operator_sees_no_resident(tree: Tree) -> None:
    operator = Actor("staff", 1, "运维", (Post("operator", tree.street.path),))
    assert not [p for p in EVERY_PERMISSION if p.startswith("resident.") and access.may(operator, p)]
