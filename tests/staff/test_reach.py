"""Nobody gives a right that they do not hold, or reaches beyond their own area."""

from __future__ import annotations

import threading

import pytest

from backend.core import access, db
from backend.core.access import PERMISSIONS, ROLES, Actor, Post
from backend.core.audit import AuditEntry
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.staff import actions, factor, links, queries
from backend.staff.models import Staff
from backend.staff.reach import may_grant
from tests.staff.conftest import Street
from tests.web.browser import employ


@pytest.fixture
def zhou(street: Street) -> Actor:
    """She runs the street office."""
    return queries.actor_of(employ("zhou", "周主任", ("street_admin", street.street)))


@pytest.fixture
def li(street: Street) -> Actor:
    """She runs one community."""
    return queries.actor_of(employ("li.na", "李娜", ("community_admin", street.happy)))


def hire(actor: Actor, role: str, org_id: int, username: str = "new.one") -> Staff:
    return actions.create(actor, username=username, name="新同事", posts=[(role, org_id)]).staff


def test_no_grant_ever_adds_a_permission_that_the_giver_lacks_there(street: Street) -> None:
    orgs = [street.district, street.street, street.happy, street.happy_grid, street.sunny]
    for own in ROLES:
        for home in orgs:
            giver = Actor("staff", 1, "某人", (Post(own, home.path),))
            for at in orgs:
                given = [role for role in ROLES if may_grant(giver, role, at.path)]
                rights = {right for role in given for right in (*PERMISSIONS[role], "staff.change")}
                assert [right for right in rights if not access.may(giver, right, at.id)] == []


def test_a_community_admin_staffs_her_own_community_and_no_other(street: Street, li: Actor) -> None:
    assert queries.posts_of(hire(li, "grid_worker", street.happy_grid.id))
    for role, org in (
        ("grid_worker", street.sunny.id),
        ("repairer", street.street.id),
        ("street_admin", street.happy.id),
    ):
        with pytest.raises(Forbidden):
            hire(li, role, org, "another")
    assert Staff.select().where(Staff.username == "another").count() == 0


def test_who_has_no_staff_right_employs_nobody(street: Street) -> None:
    for role in set(ROLES) - {"street_admin", "community_admin", "operator"}:
        actor = Actor("staff", 99, "某人", (Post(role, street.district.path),))
        with pytest.raises(Forbidden):
            hire(actor, "repairer", street.happy.id)


def test_nobody_raises_themselves(street: Street, li: Actor) -> None:
    with pytest.raises(Forbidden):
        actions.set_posts(li, li.id, [("community_admin", street.happy.id), ("operator", street.happy.id)])


def test_a_superior_is_out_of_reach_for_every_act(street: Street, li: Actor, zhou: Actor) -> None:
    for act in (
        lambda: actions.deactivate(li, zhou.id),
        lambda: actions.reset_password(li, zhou.id),
        lambda: actions.change(li, zhou.id, name="x", phone="", locale="en"),
        lambda: actions.set_posts(li, zhou.id, []),
        lambda: factor.turn_off(li, zhou.id),
        lambda: links.make_link_code(li, zhou.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert queries.posts_of(queries.by_id(zhou.id))
    assert queries.by_id(zhou.id).active


def test_posts_of_another_area_stay_when_a_community_admin_changes_hers(
    street: Street, li: Actor, zhou: Actor
) -> None:
    wang = hire(zhou, "repairer", street.sunny.id)
    actions.set_posts(li, wang.id, [("repairer", street.sunny.id), ("repairer", street.happy.id)])
    with pytest.raises(Forbidden):
        actions.set_posts(li, wang.id, [("repairer", street.happy.id)])
    assert len(queries.posts_of(wang)) == 2


def test_of_two_who_change_the_same_posts_one_comes_second_and_its_choice_stands(
    street: Street, zhou: Actor
) -> None:
    wang = hire(zhou, "repairer", street.happy.id)
    given, waited = threading.Event(), threading.Event()

    def first() -> None:
        with db.transaction():
            actions.set_posts(zhou, wang.id, [("duty_desk", street.happy.id)])
            given.set()
            waited.wait(60)
        db.db.close()

    def second() -> None:
        actions.set_posts(zhou, wang.id, [("grid_worker", street.happy.id)])
        db.db.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    given.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    waited.set()
    for thread in threads:
        thread.join()
    assert queries.wanted_of(wang) == {("grid_worker", street.happy.id)}


def test_one_keeps_ones_own_name_and_phone_right_without_any_role(street: Street) -> None:
    wang = employ("wang", "王师傅", ("repairer", street.happy))
    changed = actions.change(
        queries.actor_of(wang), wang.id, name="王建国", phone="138 0013 2210", locale="en"
    )
    assert (changed.name, changed.phone, changed.locale) == ("王建国", "+8613800132210", "en")
    assert changed.phone_index


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": "王伟"}, "username"),
        ({"username": "x"}, "username"),
        ({"name": " "}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"posts": []}, "posts"),
        ({"locale": "fr"}, "locale"),
    ],
)
def test_what_was_not_understood_is_named(street: Street, zhou: Actor, values: dict, field: str) -> None:
    good = {"username": "wang", "name": "王师傅", "posts": [("repairer", street.happy.id)]}
    with pytest.raises(Invalid) as refusal:
        actions.create(zhou, **(good | values))
    assert refusal.value.field == field


def test_a_sign_in_name_belongs_to_one_person(street: Street, zhou: Actor) -> None:
    hire(zhou, "repairer", street.happy.id, "wang")
    with pytest.raises(Conflict):
        hire(zhou, "repairer", street.happy.id, "Wang")


def test_who_can_do_something_here_is_found_nearest_first(street: Street) -> None:
    wang = employ("wang", "王师傅", ("repairer", street.street))
    zhao = employ("zhao", "赵师傅", ("repairer", street.happy), ("repairer", street.street))
    employ("qian", "钱师傅", ("repairer", street.sunny))
    gone = employ("sun", "孙师傅", ("repairer", street.happy_grid))
    actions.deactivate(access.SYSTEM, gone.id)
    assert queries.staff_with_role("repairer", street.happy_grid.id) == [zhao, wang]
    assert queries.staff_with_permission("request.progress", street.happy_grid.id) == [zhao, wang]
    assert queries.staff_with_permission("audit.read", street.happy.id) == []
    assert queries.actor_by_id(gone.id).posts == ()


def test_one_sees_the_staff_of_ones_own_area(street: Street, li: Actor, zhou: Actor) -> None:
    inside = employ("wang", "王师傅", ("repairer", street.happy_grid))
    outside = employ("qian", "钱师傅", ("repairer", street.sunny))
    assert {s.id for s in queries.visible_to(li)} == {li.id, inside.id}
    assert {s.id for s in queries.visible_to(zhou)} == {li.id, zhou.id, inside.id, outside.id}


def test_every_act_is_on_the_record_and_the_password_is_not(street: Street, zhou: Actor) -> None:
    employed = actions.create(zhou, username="wang", name="王师傅", posts=[("repairer", street.happy.id)])
    again = actions.reset_password(zhou, employed.staff.id)
    actions.deactivate(zhou, employed.staff.id)
    entries = list(AuditEntry.select().where(AuditEntry.subject == f"staff:{employed.staff.id}"))
    assert [e.action for e in entries] == ["staff.create", "staff.reset_password", "staff.deactivate"]
    assert {e.org_id for e in entries} == {street.happy.id}
    kept = "".join(str(e.payload) for e in entries)
    assert employed.password not in kept and again.password not in kept


def test_an_account_without_posts_belongs_to_where_its_last_one_was(street: Street, li: Actor) -> None:
    moved = employ("moved", "调动中", ("repairer", street.happy))
    gu = queries.actor_of(employ("gu", "顾主任", ("community_admin", street.sunny)))
    actions.set_posts(li, moved.id, [])
    never = employ("never", "没有岗位")
    for staff_id in (moved.id, never.id):
        for touch in (actions.reset_password, factor.turn_off, actions.deactivate, links.make_link_code):
            with pytest.raises(Forbidden):
                touch(gu, staff_id)
        with pytest.raises(Forbidden):
            actions.set_posts(gu, staff_id, [("repairer", street.sunny.id)])
        assert not queries.visible_to(gu).where(Staff.id == staff_id).exists()
    assert queries.visible_to(li).where(Staff.id == moved.id).exists()
    assert actions.reset_password(li, moved.id).password
