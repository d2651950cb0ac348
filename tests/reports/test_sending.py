"""A report is sent at its time, once, to those who may read it, and what became of it can be seen."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core import orgs
from backend.core.access import SYSTEM
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.messaging import deliveries
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Message
from backend.reports import figures, keeping, late, letters, sending
from backend.reports.keeping import Wanted
from backend.reports.models import Report, ReportLetter, ReportRun
from backend.staff import actions as staff_actions
from backend.staff import passwords
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from tests.records.conftest import volunteers as volunteers
from tests.records.volunteers import Volunteers
from tests.web.browser import PASSWORD, Browser


def hired(username: str, name: str, role: str, org: orgs.Org) -> Staff:
    """A member of staff whom nobody needs to sign in as: without a password there is none to hash."""
    who = Staff.create(username=username, name=name, password_hash="", created_at=clocks.now())
    StaffPost.create(staff=who, role=role, org=org)
    return who  # type: ignore[no-any-return]


class Office:
    """Lin, who keeps the list, Zhang and Wu, who get a report of it."""

    def __init__(self, volunteers: Volunteers) -> None:
        self.list = volunteers
        grid = orgs.add("第一网格", "grid", volunteers.happy)
        self.people = {
            name: hired(name, shown, role, org)
            for name, shown, role, org in (
                ("lin", "林主任", "community_admin", volunteers.happy),
                ("zhang", "张书记", "street_admin", volunteers.happy.parent),
                ("wu", "吴网格员", "grid_worker", grid),
            )
        }
        for name in self.people:
            self.address(name, f"{name}@linli.example")
        self.lin = staff.actor_of(self.people["lin"])

    def address(self, name: str, email: str) -> None:
        who = self.people[name]
        staff_actions.change(SYSTEM, who.id, name=who.name, phone="", locale="zh_CN", email=email)

    def keep(self, *to: str, report_id: int | None = None, **wanted: object) -> int:
        asked = {"by": [self.list.keys["skill"]]}
        given = Wanted(
            "志愿者周报", asked, every="day", at="08:00", recipients=tuple(self.people[n].id for n in to)
        )
        return keeping.save(self.lin, self.list.table, replace(given, **wanted), "zh_CN", report_id)  # type: ignore[arg-type]

    def letters(self) -> dict[str, str]:
        """How the last sending went, by name."""
        (run, *_earlier) = ReportRun.select().order_by(ReportRun.due_at.desc())
        found = list(ReportLetter.select().where(ReportLetter.run == run.id))
        status = letters.statuses(found)
        names = {s.id: name for name, s in self.people.items()}
        return {names[lt.staff_id]: status[lt.id] for lt in found}


def mails() -> dict[str, str]:
    """What waits for the mail server, by address."""
    rows = Delivery.select().where(Delivery.channel == "email").order_by(Delivery.id)
    return {
        Identity.get_by_id(d.identity_id).address: Content.unseal(
            Message.get_by_id(d.message_id).content
        ).text
        for d in rows
    }


@pytest.fixture
def office(volunteers: Volunteers) -> Office:
    return Office(volunteers)


def work() -> int:
    return sending.due() + sending.send()


def test_a_report_goes_out_at_its_time_once_with_the_figures_of_that_moment(
    office: Office, clock: clocks.Hands
) -> None:
    for n in range(5):
        office.list.add(f"王{'一二三四五'[n]}", skill="cook")
    office.list.add("李芳", skill="repair")
    report_id = office.keep("lin", "zhang", compare="day")
    assert work() == 0
    clock.forward(hours=22, seconds=1)  # Tuesday, 08:00:01
    office.list.add("陈强", skill="cook")  # after it was due: not yet in it
    assert work() == 3
    assert work() == 0
    sent = mails()
    assert set(sent) == {"lin@linli.example", "zhang@linli.example"}
    letter = sent["lin@linli.example"]
    assert "2026-11-03 08:00" in letter and "6" in letter and "cook: 5 (+5)" in letter
    assert "repair" not in letter and "李芳" not in letter  # few people stand in no e-mail
    assert "/admin/reports/letters/" in letter
    (first, _second) = ReportLetter.select().order_by(ReportLetter.id)
    _report, _letter, told = letters.opened(office.lin, first.id)
    assert {g.label: (g.rows, g.before) for g in told.groups} == {"cook": (5, 0), "repair": (1, 0)}
    assert figures.Figures.from_json(told.to_json()) == told
    assert Report.get_by_id(report_id).next_at == clocks.now().replace(minute=0, second=0) + timedelta(days=1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestWithoutRepetition:
    def test_days_that_were_missed_are_caught_up_with_once(self, office: Office, clock: clocks.Hands) -> None:
        office.keep("lin")
        clock.forward(days=5)
        work()
        assert [f"{clocks.local(r.due_at):%m-%d %H:%M}" for r in ReportRun.select()] == ["11-07 08:00"]
        assert ReportLetter.select().count() == 1

    def test_a_process_that_dies_between_two_letters_leaves_the_rest_to_the_next(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        report_id = office.keep("lin")
        clock.forward(days=1)
        work()
        # As a dead process leaves it: Lin's letter is out, the others' are not, nobody has said that all are.
        office.keep("lin", "zhang", "wu", report_id=report_id)
        ReportRun.update(done_at=None).execute()
        assert sending.send() == 2
        assert office.letters() == {"lin": "sent", "zhang": "sent", "wu": "sent"}
        assert len(mails()) == Message.select().count() == 3

    def test_who_left_or_lost_the_right_or_has_no_address_gets_nothing_and_it_is_told(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        office.keep("lin", "zhang", "wu")
        staff_actions.deactivate(SYSTEM, office.people["zhang"].id)
        staff_actions.set_posts(SYSTEM, office.people["wu"].id, [("repairer", office.list.happy.id)])
        office.address("lin", "")
        clock.forward(days=1)
        work()
        assert office.letters() == {"lin": "no_address", "zhang": "left", "wu": "no_right"}
        assert mails() == {}

    def test_the_last_days_are_counted_back_from_the_moment_it_was_due_and_from_the_one_compared(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        born = office.list.keys["born"]
        for day in (1, 8, 9, 10, 15, 16):
            office.list.add(f"王{day}", born=date(2026, 11, day))
        asked = {"by": ["org"], "col": [born], "op": ["last_days"], "val": ["2"]}
        office.keep("lin", asked=asked, compare="week", every="week", day=1)
        clock.forward(days=16)  # it was due on Monday, 16 November; the scheduler is two days late
        work()
        (group,) = letters.opened(office.lin, ReportLetter.get().id)[2].groups
        assert (group.rows, group.before) == (2, 2)

    def test_each_gets_the_figures_of_their_own_area(self, office: Office, clock: clocks.Hands) -> None:
        office.list.add("王小明", skill="cook")
        office.keep("lin", "wu")
        clock.forward(days=1)
        work()
        totals = {
            name: letters.opened(staff.actor_of(office.people[name]), letter.id)[2].total
            for letter in ReportLetter.select()
            for name in ("lin", "wu")
            if letter.staff_id == office.people[name].id
        }
        assert totals == {"lin": 1, "wu": 0}

    def test_a_report_that_does_not_fit_its_table_any_more_tells_no_wrong_figures(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        asked = {"by": ["org"], "col": ["c999"], "op": ["eq"], "val": ["x"]}
        office.keep("lin", asked=asked)
        clock.forward(days=1)
        work()
        assert office.letters() == {"lin": "unfit"}

    def test_a_letter_opens_for_its_recipient_alone_while_her_roles_cover_it_and_for_90_days(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        office.keep("zhang")
        clock.forward(days=1)
        work()
        letter = ReportLetter.get()
        zhang = office.people["zhang"]
        with pytest.raises(NotFound):
            letters.opened(office.lin, letter.id)
        letters.opened(staff.actor_of(zhang), letter.id)
        assert ReportLetter.get().opened_at == clocks.now()
        staff_actions.set_posts(SYSTEM, zhang.id, [("community_admin", office.list.happy.id)])
        with pytest.raises(Forbidden):
            letters.opened(staff.actor_of(zhang), letter.id)
        clock.forward(days=91)
        assert letters.forget_old() == 1
        with pytest.raises(NotFound):
            letters.opened(staff.actor_of(zhang), letter.id)

    def test_figures_that_may_hold_a_name_go_when_somebody_is_erased(
        self, office: Office, clock: clocks.Hands
    ) -> None:
        for n in range(6):
            office.list.add("王秀英", skill="cook", hours=n)
        by_name = {"by": [office.list.keys["name"]]}
        office.keep("lin", asked=by_name)
        office.keep("zhang")
        clock.forward(days=1)
        work()
        assert "王秀英" not in mails()["lin@linli.example"]
        letters.forget_named(7)
        kept = {lt.staff_id for lt in ReportLetter.select() if lt.figures is not None}
        assert kept == {office.people["zhang"].id}

    def test_mail_that_does_not_arrive_is_told(self, office: Office, clock: clocks.Hands) -> None:
        office.keep("lin")
        clock.forward(days=1)
        work()
        deliveries.fail(Delivery.get(Delivery.channel == "email").id, "550 no such user", ends_identity=True)
        assert office.letters() == {"lin": "lost"}

    def test_a_paused_report_waits_and_does_not_catch_up(self, office: Office, clock: clocks.Hands) -> None:
        report_id = office.keep("lin")
        keeping.pause(office.lin, report_id, paused=True)
        clock.forward(days=3)
        assert work() == 0
        keeping.pause(office.lin, report_id, paused=False)
        assert work() == 0
        keeping.send_now(office.lin, report_id)
        keeping.send_now(office.lin, report_id)
        assert work() == 1

    def test_a_sending_that_stands_still_is_red(self, office: Office, clock: clocks.Hands) -> None:
        office.keep("lin")
        assert late.check()[0]
        clock.forward(days=2)
        assert not late.check()[0]
        work()
        assert late.check()[0]

    def test_only_who_may_send_reports_sends_to_others_and_only_to_those_who_may_read(
        self, office: Office
    ) -> None:
        wu = staff.actor_of(office.people["wu"])
        mine = Wanted("我的", {"by": ["org"]}, every="week", day=1, recipients=(wu.id,))
        saved = keeping.save(wu, office.list.table, mine, "zh_CN")
        others = replace(mine, recipients=(office.lin.id,))
        with pytest.raises(Invalid):
            keeping.save(wu, office.list.table, others, "zh_CN", saved)
        repairer = hired("he", "何师傅", "repairer", office.list.happy)
        with pytest.raises(Invalid):
            keeping.save(office.lin, office.list.table, replace(mine, recipients=(repairer.id,)), "zh_CN")
        with pytest.raises(NotFound):
            keeping.get(staff.actor_of(repairer), saved)
        with pytest.raises(Invalid):
            office.address("lin", "lin at linli")

    def test_staff_keep_a_report_send_it_and_open_what_came(
        self, app: Flask, office: Office, clock: clocks.Hands
    ) -> None:
        office.list.add("王小明", skill="cook")
        browser = Browser(app.test_client(), "10.5.0.9")
        Staff.update(password_hash=passwords.hashed(PASSWORD)).where(Staff.username == "lin").execute()
        browser.sign_in("lin")
        table, skill = office.list.table.key, office.list.keys["skill"]
        assert "还没有保存" in browser.get("/admin/reports").text
        counted = browser.get(f"/admin/reports/{table}?by={skill}").text
        (keep,) = re.findall(r'href="(/admin/reports/kept/new[^"]+)"', counted)
        form = browser.get(keep.replace("&amp;", "&")).text
        assert "林主任" in form and "吴网格员" in form
        typed = {
            "table": table, "by": skill, "name": "厨师", "compare": "week", "files": ["pdf", "excel"], "every": "week",
            "weekday": "1", "monthday": "1", "at": "8:00x", "recipients": [str(office.lin.id)],
        }  # fmt: skip
        assert browser.post("/admin/reports/kept/new", typed).status_code == 422
        page = browser.post("/admin/reports/kept/new", {**typed, "at": "08:00"})
        assert "每周一 08:00" in page.text and "11月9日 08:00" in page.text
        report_id = Report.get().id
        assert "每天 09:30" in browser.post(
            f"/admin/reports/kept/{report_id}/edit", {**typed, "every": "day", "at": "09:30", "working_days": "1"}
        ).text  # fmt: skip
        again = browser.get(f"/admin/reports/kept/{report_id}/edit").text
        (chosen,) = re.findall(r'name="recipients" value="(\d+)"\s+checked', again)
        assert chosen == str(office.lin.id)
        browser.post(f"/admin/reports/kept/{report_id}/send")
        work()
        assert "已发送" in browser.get(f"/admin/reports/kept/{report_id}").text
        (link,) = set(re.findall(r"(/admin/reports/letters/\d+)\b(?!\?)", mails()["lin@linli.example"]))
        assert "cook" in browser.get(link).text
        book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{link}?as=excel").data))
        assert book.worksheets[0]["A2"].value == "cook"
        assert link in browser.get("/admin/reports").text
        assert "继续" in browser.post(f"/admin/reports/kept/{report_id}/pause", {"paused": "1"}).text
        left = browser.post(f"/admin/reports/kept/{report_id}/remove").text
        assert f"/admin/reports/kept/{report_id}" not in left and link in left
