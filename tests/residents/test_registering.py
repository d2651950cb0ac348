"""A person becomes a resident, once, on all her channels."""

from __future__ import annotations

import threading

import pytest

from backend.core import audit, db
from backend.core.errors import Forbidden, Invalid
from backend.fields.address import Home
from backend.messaging import people
from backend.messaging.people import Resident as To
from backend.residents import consent, file, queries
from backend.residents.actions import Applicant, join_proven, register
from backend.residents.flags import listed
from backend.residents.models import Consent, FileChange, Household, Resident
from tests.residents.conftest import CHEN, CHEN_ID, CHEN_MOBILE, WANG, Registers, Street, told


def test_a_registration_waits_for_approval_with_its_consent_and_its_trace(chen: int) -> None:
    resident = Resident.get_by_id(chen)
    assert (resident.status, resident.name, resident.id_number) == ("pending", "陈秀英", CHEN_ID)
    given = Consent.get(Consent.resident == chen)
    assert (given.version, given.kinds, given.withdrawn_at) == (consent.VERSION, "general sensitive", None)
    assert [e.action for e in audit.of(f"resident:{chen}")] == ["resident.register"]
    assert audit.verify().broken_at is None


def test_sensitive_values_are_unreadable_in_the_database(chen: int) -> None:
    row = db.execute(
        "SELECT id_number, mobile, email, id_index FROM resident WHERE id = ?", (chen,)
    ).fetchone()
    raw = b"|".join(bytes(v) if not isinstance(v, str) else v.encode() for v in row)
    for secret in (CHEN_ID, CHEN_MOBILE, "chen@example.com"):
        assert secret.encode() not in raw


def test_the_proven_phone_joins_chat_sms_and_calls_and_the_email_waits_for_its_link(chen: int) -> None:
    channels = {i.channel for i in people.identities(To(chen))}
    assert channels == {"telegram", "sms", "voice"}


def test_she_is_home_in_the_grid_of_her_building(street: Street, registers: Registers) -> None:
    first = registers(WANG, org=street.grid).resident_id
    chen = registers(CHEN, org=street.happy).resident_id
    assert first is not None and chen is not None
    assert queries.org_of(chen) == queries.org_of(first) == street.grid.id


def test_a_family_at_one_address_is_one_household(registers: Registers) -> None:
    registers(CHEN)
    registers({**WANG, "home": Home("3", "2", "501")})
    assert Household.select().count() == 1


def test_registering_again_with_the_same_phone_joins_the_new_channel_to_the_same_resident(
    registers: Registers, chen: int
) -> None:
    again = registers(CHEN, "webchat")
    assert (again.outcome, again.resident_id) == ("joined", chen)
    assert Resident.select().count() == 1
    assert "webchat" in {i.channel for i in people.identities(To(chen))}


def test_a_known_document_with_another_phone_discloses_nothing_and_goes_to_staff(
    registers: Registers, chen: int
) -> None:
    claim = registers({**CHEN, "mobile": "+8613600136000"}, "webchat")
    assert (claim.outcome, claim.resident_id) == ("claimed", None)
    assert people.find("webchat", "webchat-陈秀英").resident_id is None
    waiting = FileChange.get(FileChange.kind == "claim")
    assert (waiting.resident_id, waiting.status) == (chen, "pending")


def test_an_unproven_phone_that_matches_is_a_claim_too(registers: Registers, chen: int) -> None:
    assert registers(CHEN, "webchat", proven=False).outcome == "claimed"


def test_a_claim_that_is_repeated_stands_once(registers: Registers, chen: int) -> None:
    registers({**CHEN, "mobile": "+8613600136000"}, "webchat")
    registers({**CHEN, "mobile": "+8613600136001"}, "webchat")
    assert FileChange.select().where(FileChange.kind == "claim").count() == 1


def test_elders_may_share_a_phone_and_staff_see_it(registers: Registers, chen: int) -> None:
    wang = registers({**WANG, "mobile": CHEN_MOBILE}, "webchat").resident_id
    assert wang is not None
    assert "shared_mobile" in listed(Resident.get_by_id(wang).flags)
    sms = people.find("sms", CHEN_MOBILE)
    assert sms is not None and sms.resident_id == chen, (
        "the shared number stays with whom it was proven first"
    )


def test_what_staff_should_know_is_flagged(registers: Registers) -> None:
    wang = registers(WANG, "voice", "+8613900139000").resident_id
    assert set(listed(Resident.get_by_id(wang).flags)) == {"no_email", "heard_name"}


def test_the_same_document_at_the_same_instant_makes_one_file(street: Street) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def go(n: int) -> None:
        identity = people.ensure("webchat", f"browser-{n}")
        together.wait()
        applicant = Applicant(identity.id, "webchat", org_id=street.happy.id)
        outcomes.append(
            register(applicant, CHEN, proven=(CHEN_MOBILE,), consent_version=consent.VERSION).outcome
        )
        db.db.close()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "new"]
    assert Resident.select().count() == 1


def test_a_rejected_document_may_register_again_and_is_flagged(
    registers: Registers, street: Street, chen: int
) -> None:
    from backend.residents.actions import reject

    reject(street.admin, chen, "姓名与证件不符")
    again = registers({**CHEN, "name": "陈秀瑛"}, "webchat")
    assert (again.outcome, again.resident_id) == ("new", chen)
    resident = Resident.get_by_id(chen)
    assert (resident.status, resident.name) == ("pending", "陈秀瑛")
    assert "rejected_before" in listed(resident.flags)
    assert people.find("telegram", "telegram-陈秀英").resident_id is None


def test_a_rejected_document_that_registers_twice_at_once_is_opened_again_once(
    registers: Registers, street: Street, chen: int
) -> None:
    from backend.residents.actions import reject

    reject(street.admin, chen, "姓名与证件不符")
    first, second = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def by_browser() -> None:
        with db.transaction():
            outcomes.append(registers(CHEN, "webchat").outcome)
            first.set()
            second.wait(60)
        db.db.close()

    def by_text() -> None:
        outcomes.append(registers({**CHEN, "name": "陈秀"}, "telegram").outcome)
        db.db.close()

    threads = [threading.Thread(target=by_browser), threading.Thread(target=by_text)]
    threads[0].start()
    first.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    second.set()
    for thread in threads:
        thread.join()
    assert outcomes == ["new", "joined"]
    assert Resident.get_by_id(chen).name == "陈秀英", "the second did not write over the first"


def test_staff_enter_a_registration_for_who_calls_and_learn_of_a_duplicate(street: Street, chen: int) -> None:
    at_desk = Applicant(None, "staff", org_id=street.happy.id)
    made = register(at_desk, WANG, proven=(), consent_version=consent.VERSION, actor=street.grid_worker)
    resident = Resident.get_by_id(made.resident_id)
    assert set(listed(resident.flags)) == {"no_email", "unproven_mobile", "entered_by_staff"}
    assert people.identities(To(resident.id)) == []
    with pytest.raises(Invalid) as refused:
        register(at_desk, CHEN, proven=(), consent_version=consent.VERSION, actor=street.grid_worker)
    assert refused.value.field == "id_number"
    with pytest.raises(Forbidden):
        register(at_desk, WANG, proven=(), consent_version=consent.VERSION, actor=street.stranger)


def test_already_registered_joins_by_the_proven_phone_and_says_nothing_of_strangers(chen: int) -> None:
    webchat = people.ensure("webchat", "her-browser")
    assert join_proven(webchat.id, "+8613700137000") is None
    assert join_proven(webchat.id, CHEN_MOBILE) == chen
    assert people.find("webchat", "her-browser").resident_id == chen


def test_a_number_that_only_staff_typed_opens_no_file(street: Street) -> None:
    at_desk = Applicant(None, "staff", org_id=street.happy.id)
    register(at_desk, WANG, proven=(), consent_version=consent.VERSION, actor=street.admin)
    someone = people.ensure("webchat", "somebody")
    assert join_proven(someone.id, WANG["mobile"]) is None


def test_the_file_gives_back_what_was_put_in(chen: int) -> None:
    assert file.answers_of(Resident.get_by_id(chen)) == CHEN
    assert queries.home_of(chen) == {"building": "3", "unit": "2", "room": "501"}
    assert queries.by_ids([chen, 999]) == {chen: queries.by_id(chen)}


def test_the_activation_link_goes_to_the_email_and_nobody_else(chen: int) -> None:
    (mail,) = told()
    assert mail.subject == "请确认您的邮箱" and "/activate/" in mail.text
