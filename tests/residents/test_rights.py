"""Her own file: changes wait for approval; she may see it, take it along, take consent back and have it deleted."""

from __future__ import annotations

import json

import pytest

from backend.core import audit
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.messaging import people
from backend.messaging.people import Resident as To
from backend.residents import consent, file, queries
from backend.residents.actions import (
    approve,
    approve_change,
    erase,
    erase_file,
    export_by_link,
    export_link,
    export_own_data,
    keep_file,
    reject_change,
    request_change,
    request_erasure,
    reveal,
    withdraw_consent,
)
from backend.residents.models import Consent, FileChange, Household, Link, Resident
from tests.residents.conftest import CHEN, CHEN_ID, CHEN_MOBILE, WANG, Registers, Street, told


@pytest.fixture
def approved(street: Street, chen: int) -> int:
    approve(street.admin, chen)
    return chen


def test_a_change_of_an_approved_file_waits_with_before_and_after(street: Street, approved: int) -> None:
    change_id = request_change(approved, {"mobile": "+8613500135000"}, channel="telegram", why="换手机了")
    assert change_id is not None
    assert queries.mobile_of(approved) == CHEN_MOBILE
    waiting = FileChange.get_by_id(change_id)
    assert (file.from_text(waiting.before), file.from_text(waiting.after)) == (
        {"mobile": CHEN_MOBILE},
        {"mobile": "+8613500135000"},
    )
    approve_change(street.admin, change_id)
    assert queries.mobile_of(approved) == "+8613500135000"
    assert "手机" in told(approved)[-1].text
    payload = json.loads(audit.of(f"resident:{approved}")[0].payload)
    assert (payload["before"], payload["after"]) == ({"mobile": CHEN_MOBILE}, {"mobile": "+8613500135000"})
    with pytest.raises(Conflict):
        approve_change(street.admin, change_id)


def test_a_change_that_is_not_approved_changes_nothing_and_says_why(street: Street, approved: int) -> None:
    change_id = request_change(approved, {"name": "陈美丽"}, channel="sms")
    assert change_id is not None
    with pytest.raises(Forbidden):
        reject_change(street.stranger, change_id, "x")
    reject_change(street.admin, change_id, "请带户口本来")
    assert queries.name_of(approved) == "陈秀英"
    assert "请带户口本来" in told(approved)[-1].text


def test_a_second_wish_is_added_to_the_one_that_waits(street: Street, approved: int) -> None:
    request_change(approved, {"name": "陈秀瑛"}, channel="sms")
    second = request_change(approved, {"email": None}, channel="sms")
    assert queries.waiting_changes(street.admin).count() == 1
    approve_change(street.admin, second or 0)
    assert queries.name_of(approved) == "陈秀瑛" and Resident.get_by_id(approved).email is None


def test_while_the_file_waits_anyway_a_change_is_made_at_once_and_recorded(chen: int) -> None:
    assert request_change(chen, {"name": "陈秀瑛"}, channel="telegram") is None
    assert queries.name_of(chen) == "陈秀瑛"
    assert audit.of(f"resident:{chen}")[0].action == "resident.change"


def test_a_change_that_changes_nothing_is_said_so(approved: int) -> None:
    with pytest.raises(Invalid):
        request_change(approved, {"name": "陈秀英"}, channel="telegram")


# --- finding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "秀英",
        "陈",
        "13800132210",
        "+86 138 0013 2210",
        CHEN_ID.lower(),
        "chen@EXAMPLE.com",
        "3-2-501",
        "3号楼2单元501",
        "501",
    ],
)
def test_a_resident_is_found_by_part_of_the_name_exact_number_and_home(
    street: Street, registers: Registers, chen: int, text: str
) -> None:
    registers(WANG, "webchat")
    found = [r.id for r in queries.listed(street.admin, queries.Filters(text=text))]
    assert found == [chen]


def test_part_of_a_number_finds_nobody(street: Street, chen: int) -> None:
    for text in ("1380013", CHEN_ID[:17], "%", "_"):
        assert list(queries.listed(street.admin, queries.Filters(text=text))) == []


def test_filters_narrow_the_list(street: Street, registers: Registers, approved: int) -> None:
    registers(WANG, "webchat", org=street.grid)

    def ids(**filters: object) -> list[str]:
        return [r.name for r in queries.listed(street.admin, queries.Filters(**filters))]  # type: ignore[arg-type]

    assert ids(status="approved") == ["陈秀英"] and ids(status="pending") == ["王建国"]
    assert len(ids(building="3")) == 2 and ids(building="9") == []
    assert ids(org_id=street.happy.id) + ids(org_id=street.grid.id) == ["陈秀英", "王建国"]
    assert queries.buildings(street.admin) == ["3"]


# --- looking, taking along, forgetting ------------------------------------------------------------------------------


def test_a_masked_value_is_shown_for_a_reason_that_stays_on_record(street: Street, chen: int) -> None:
    assert reveal(street.admin, chen, "id_number", "核对证件") == CHEN_ID
    entry = audit.of(f"resident:{chen}")[0]
    assert entry.action == "resident.reveal" and "核对证件" in entry.payload
    with pytest.raises(Invalid):
        reveal(street.admin, chen, "id_number", " ")
    with pytest.raises(Forbidden):
        reveal(street.grid_worker, chen, "id_number", "好奇")
    with pytest.raises(NotFound):
        reveal(street.admin, chen, "home", "不敏感")


def test_the_export_holds_all_that_is_hers(approved: int) -> None:
    data = export_own_data(approved)
    assert data["file"]["id_number"] == CHEN_ID and data["file"]["home"]["room"] == "501"
    assert {a["channel"] for a in data["addresses"]} == {"telegram", "sms", "voice"}
    assert data["consents"][0]["version"] == consent.VERSION
    assert data["history"][-1]["what"] == "resident.register"
    assert [m["from"] for m in data["messages"]] == ["community"]
    json.dumps(data)


def test_the_export_link_works_once_and_for_a_quarter_of_an_hour(clock, chen: int) -> None:  # type: ignore[no-untyped-def]
    token = export_link(chen).rsplit("/", 1)[1]
    assert export_by_link(token)["file"]["name"] == "陈秀英"
    with pytest.raises(Conflict):
        export_by_link(token)
    late = export_link(chen).rsplit("/", 1)[1]
    clock.forward(minutes=16)
    with pytest.raises(Conflict):
        export_by_link(late)


def test_an_erased_file_holds_nothing_personal_and_the_audit_chain_is_whole(
    street: Street, approved: int
) -> None:
    request_change(approved, {"name": "陈秀瑛"}, channel="telegram")
    wish = request_erasure(approved, channel="telegram", why="搬走了")
    assert request_erasure(approved, channel="telegram") == wish
    with pytest.raises(Forbidden):
        erase(street.grid_worker, wish)
    erase(street.admin, wish)
    resident = Resident.get_by_id(approved)
    assert resident.status == "erased"
    assert file.answers_of(resident) == {"name": "—"}
    assert (resident.id_index, resident.mobile_index, resident.email_index) == (None, None, None)
    assert people.identities(To(approved), reachable=False) == []
    assert people.find("sms", CHEN_MOBILE) is None
    assert {m.text for m in told()[:-1]} == {"—"}
    assert Link.select().count() == 0
    assert all(c.after is None and c.before is None and c.why is None for c in FileChange.select())
    assert Consent.get(Consent.resident == approved).withdrawn_at is not None
    assert [e.payload for e in audit.of(f"resident:{approved}")[1:]] == [None] * (
        len(audit.of(f"resident:{approved}")) - 1
    )
    assert audit.verify().broken_at is None
    assert "删除" in told()[-1].text
    assert queries.waiting_count(street.admin) == 0


def test_an_erased_person_may_register_again(street: Street, registers: Registers, approved: int) -> None:
    erase_file(street.admin, approved, "本人到场申请")
    again = registers(CHEN)
    assert again.outcome == "new" and again.resident_id != approved
    with pytest.raises(Conflict):
        erase_file(street.admin, approved, "again")


def test_consent_taken_back_counts_at_once_and_asks_for_the_erasure(street: Street, approved: int) -> None:
    withdraw_consent(approved, channel="sms")
    assert not consent.stands(approved)
    (wish,) = queries.waiting_changes(street.admin)
    assert wish.kind == "erase"
    keep_file(street.admin, wish.id, "维修费还没有结清")
    assert "维修费还没有结清" in told(approved)[-1].text
    assert Resident.get_by_id(approved).status == "approved"


def test_the_buildings_are_in_order_whatever_they_are_called(street: Street, approved: int) -> None:
    """“②” is a digit to Python and no number."""
    Household.update(building="②").execute()
    assert queries.buildings(street.admin) == ["②"]
