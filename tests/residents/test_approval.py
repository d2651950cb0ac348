"""The office decides about a registration, and the resident is told."""

from __future__ import annotations

import threading

import pytest

from backend.core import audit, db
from backend.core.errors import Conflict, Forbidden, Invalid, LinliError, NotFound
from backend.fields.address import Home
from backend.messaging import people
from backend.messaging.people import Resident as To
from backend.residents import consent, queries
from backend.residents.actions import (
    Applicant,
    accept_claim,
    activate_email,
    approve,
    ask_correction,
    correct,
    place,
    refuse_claim,
    register,
    reject,
    request_change,
    send_activation_again,
)
from backend.residents.models import FileChange, Resident
from tests.residents.conftest import CHEN, CHEN_MOBILE, WANG, Registers, Street, told


def _link() -> str:
    return next(m.text for m in reversed(told()) if "/activate/" in m.text).split("/activate/")[1].split()[0]


def test_an_approved_resident_is_told_in_her_chat_and_language(
    street: Street, registers: Registers, chen: int
) -> None:
    approve(street.grid_worker, chen)
    wang = registers(WANG, "webchat", locale="en").resident_id
    assert wang is not None
    approve(street.admin, wang)
    resident = Resident.get_by_id(chen)
    assert (resident.status, resident.approved_by) == ("approved", street.grid_worker.id)
    assert "审核" in told(chen)[-1].text
    assert "Good news, 王建国" in told(wang)[-1].text


def test_of_two_colleagues_who_approve_at_once_one_is_told_that_it_is_done(street: Street, chen: int) -> None:
    results: list[str] = []
    together = threading.Barrier(2)

    def go() -> None:
        together.wait()
        try:
            approve(street.admin, chen)
            results.append("approved")
        except Conflict:
            results.append("conflict")
        db.db.close()

    threads = [threading.Thread(target=go) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["approved", "conflict"]
    assert len(told(chen)) == 1


def test_who_is_rejected_learns_why_and_is_a_newcomer_again(street: Street, chen: int) -> None:
    with pytest.raises(Invalid):
        reject(street.admin, chen, "  ")
    reject(street.admin, chen, "照片和证件对不上")
    assert "照片和证件对不上" in told(chen)[-1].text
    assert people.find("telegram", "telegram-陈秀英").resident_id is None
    with pytest.raises(Conflict):
        approve(street.admin, chen)


def test_a_correction_is_asked_for_with_one_tap_to_the_question(street: Street, chen: int) -> None:
    ask_correction(street.admin, chen, "name", "请写全名")
    said = told(chen)[-1]
    assert said.options[0].value == "file.correct:name" and "请写全名" in said.text
    with pytest.raises(Invalid):
        ask_correction(street.admin, chen, "shoe_size", "?")


def test_staff_put_a_value_right_with_a_reason_and_before_and_after(street: Street, chen: int) -> None:
    correct(street.admin, chen, {"name": "陈秀瑛", "home": Home("3", "1", "101")}, "电话听错了")
    assert queries.name_of(chen) == "陈秀瑛"
    entry = audit.of(f"resident:{chen}")[0]
    assert (
        '"before": {"home": {"building": "3", "room": "501", "unit": "2"}, "name": "陈秀英"}' in entry.payload
    )
    with pytest.raises(Forbidden):
        correct(street.grid_worker, chen, {"name": "甲乙"}, "x")


def test_a_document_on_another_file_is_not_taken(street: Street, registers: Registers, chen: int) -> None:
    wang = registers(WANG, "sms", WANG["mobile"]).resident_id
    assert wang is not None
    with pytest.raises(Invalid) as refused:
        correct(street.admin, wang, {"id_type": "resident_id", "id_number": CHEN["id_number"]}, "x")
    assert refused.value.field == "id_number"


def test_a_corrected_number_reaches_her_and_the_old_one_does_not(street: Street, chen: int) -> None:
    correct(street.admin, chen, {"mobile": "+8613500135000"}, "换号了")
    addresses = {i.address for i in people.identities(To(chen)) if i.channel == "sms"}
    assert addresses == {"+8613500135000"}


def test_the_approval_vouches_for_a_number_that_staff_entered(street: Street) -> None:
    made = register(
        Applicant(None, "staff", org_id=street.happy.id),
        WANG,
        proven=(),
        consent_version=consent.VERSION,
        actor=street.admin,
    )
    assert made.resident_id is not None
    approve(street.admin, made.resident_id)
    assert {i.channel for i in people.identities(To(made.resident_id))} == {"sms", "voice"}
    assert len(told(made.resident_id)) == 1


def test_the_other_communitys_grid_worker_can_do_nothing_and_sees_nothing(street: Street, chen: int) -> None:
    for attempt in (
        lambda: approve(street.stranger, chen),
        lambda: reject(street.stranger, chen, "x"),
        lambda: ask_correction(street.stranger, chen, "name", "x"),
        lambda: approve(street.auditor, chen),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert list(queries.listed(street.stranger, queries.Filters())) == []
    assert queries.waiting_count(street.stranger) == 0 and queries.waiting_count(street.grid_worker) == 1
    assert queries.counts(street.stranger) == {} and queries.buildings(street.stranger) == []
    with pytest.raises(NotFound):
        approve(street.admin, 999_999)


def test_a_home_moves_to_another_grid_with_everybody_in_it(
    street: Street, registers: Registers, chen: int
) -> None:
    wang = registers({**WANG, "home": CHEN["home"]}, "webchat").resident_id
    place(street.admin, chen, street.grid.id)
    assert queries.org_of(chen) == queries.org_of(wang or 0) == street.grid.id
    with pytest.raises(Forbidden):
        place(street.admin, chen, street.other.id)


# --- claims -----------------------------------------------------------------------------------------------------


def test_an_accepted_claim_joins_her_and_takes_the_number_that_she_proved(
    street: Street, registers: Registers, chen: int
) -> None:
    registers({**CHEN, "mobile": "+8613600136000"}, "webchat")
    claim = FileChange.get(FileChange.kind == "claim")
    accept_claim(street.admin, claim.id)
    assert queries.mobile_of(chen) == "+8613600136000"
    assert people.find("webchat", "webchat-陈秀英").resident_id == chen
    assert people.find("sms", CHEN_MOBILE).resident_id is None
    with pytest.raises(Conflict):
        accept_claim(street.admin, claim.id)


def test_a_refused_claim_is_answered_without_a_word_about_the_file(
    street: Street, registers: Registers, chen: int
) -> None:
    registers({**CHEN, "name": "张三", "mobile": "+8613600136000"}, "webchat")
    refuse_claim(street.admin, FileChange.get(FileChange.kind == "claim").id, "请带证件来办公室")
    answer = told()[-1].text
    assert "请带证件来办公室" in answer and "陈秀英" not in answer


# --- e-mail -------------------------------------------------------------------------------------------------------


def test_the_email_counts_once_its_link_is_confirmed_and_only_once(chen: int) -> None:
    token = _link()
    assert "email" not in {i.channel for i in people.identities(To(chen))}
    assert activate_email(token) == chen
    assert "email" in {i.channel for i in people.identities(To(chen))}
    assert Resident.get_by_id(chen).email_confirmed_at is not None
    with pytest.raises(Conflict):
        activate_email(token)


@pytest.mark.parametrize("token", ["", "nonsense", "é" * 300])
def test_a_link_that_never_was_is_refused_kindly(chen: int, token: str) -> None:
    with pytest.raises(NotFound):
        activate_email(token)


def test_a_link_is_too_old_after_two_days_and_a_new_one_can_be_asked_for(clock, chen: int) -> None:  # type: ignore[no-untyped-def]
    old = _link()
    clock.forward(hours=49)
    with pytest.raises(Conflict):
        activate_email(old)
    assert send_activation_again(chen)
    with pytest.raises(LinliError):
        activate_email(old)
    assert activate_email(_link()) == chen
    assert not send_activation_again(chen), "nothing is left to confirm"


def test_a_link_for_an_address_that_was_changed_since_activates_nothing(street: Street, chen: int) -> None:
    token = _link()
    correct(street.admin, chen, {"email": "new@example.com"}, "换邮箱")
    with pytest.raises(Conflict):
        activate_email(token)
    assert Resident.get_by_id(chen).email_confirmed_at is None


def test_a_change_that_crosses_an_approval_waits_and_does_not_undo_it(street: Street, chen: int) -> None:
    approved, written = threading.Event(), threading.Event()

    def office() -> None:
        with db.transaction():
            approve(street.admin, chen)
            approved.set()
            written.wait(60)
        db.db.close()

    def herself() -> None:
        request_change(chen, {"name": "陈秀瑛"}, channel="sms")
        db.db.close()

    threads = [threading.Thread(target=office), threading.Thread(target=herself)]
    threads[0].start()
    approved.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    written.set()
    for thread in threads:
        thread.join()
    assert (Resident.get_by_id(chen).status, Resident.get_by_id(chen).name) == ("approved", "陈秀英")
    assert FileChange.get().status == "pending"
