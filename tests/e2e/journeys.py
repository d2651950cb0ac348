"""The two things that Linli is for, as a resident, the office and a worker live through them.

The words that are waited for are those that a reader looks for (`a|b`: either), in her language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.e2e.lines import Line, Sms, Voice, confirm_email
from tests.e2e.people import Neighbour
from tests.e2e.town import Town


@dataclass(frozen=True, slots=True)
class Tongue:
    """What is said and looked for in one language."""

    greeting: str
    register: str
    agree: str
    name: str
    consent: str
    document: str
    document_kind: str
    number: str
    born: str
    gender: str
    gender_said: str
    mobile: str
    this_number: str
    code: str
    email: str
    home: str
    right: str
    submit: str
    submitted: str
    approved: str
    confirmed: str
    leak: str
    leak_heard: str
    dripping: str
    visit: str
    first_slot: str
    photo: str
    skip: str
    send: str
    booked: str
    progress: str
    assigned: str
    coming: str
    on_the_way: str
    arrived: str
    finished: str
    very_good: str
    thanks: str
    not_mended: str
    still_wrong: str
    still_wrong_said: str
    open_again: str
    building: str
    hello: str
    go_on: str
    my_repairs: str
    stands: str


CHINESE = Tongue(
    greeting="您好",
    register="我要注册",
    agree="我同意",
    name="姓名",
    consent="同意",
    document="证件",
    document_kind="居民身份证|身份证",
    number="号码",
    born="出生|生日",
    gender="性别",
    gender_said="女",
    mobile="手机",
    this_number="对，就是这个",
    code="验证码",
    email="邮箱",
    home="住",
    right="对吗",
    submit="提交",
    submitted="谢谢",
    approved="通过",
    confirmed="谢谢",
    leak="厨房水管漏水了",
    leak_heard="水管漏水",
    dripping="滴水",
    visit="上门",
    first_slot="周|今天|明天",
    photo="照片",
    skip="跳过",
    send="提交",
    booked="登记|报修单",
    progress="进度",
    assigned="王师傅|李师傅",
    coming="电话",
    on_the_way="出发了",
    arrived="到了",
    finished="修好了",
    very_good="非常满意",
    thanks="谢谢",
    not_mended="没修好",
    still_wrong="问题",
    still_wrong_said="水龙头底下还在滴水",
    open_again="重新打开",
    building="号楼",
    hello="你好",
    go_on="接着办",
    my_repairs="我的报修",
    stands="等待派单",
)
ENGLISH = Tongue(
    greeting="Hello",
    register="I would like to register",
    agree="I agree",
    name="name",
    consent="agree",
    document="document",
    document_kind="Passport",
    number="number",
    born="born",
    gender="gender",
    gender_said="Female",
    mobile="mobile",
    this_number="Yes, this number",
    code="code",
    email="e-mail",
    home="live|home",
    right="right",
    submit="All right",
    submitted="Thank you",
    approved="approved",
    confirmed="confirmed",
    leak="the kitchen tap is leaking",
    leak_heard="Water leak",
    dripping="drip",
    visit="When shall we come|come",
    first_slot="Mon|Tue|Wed|Thu|Fri|Sat|Sun|Today|Tomorrow",
    photo="photo",
    skip="Skip",
    send="Send it",
    booked="booked",
    progress="progress",
    assigned="王师傅|李师傅",
    coming="phone",
    on_the_way="on the way",
    arrived="arrived",
    finished="finished",
    very_good="Very good",
    thanks="Thank you",
    not_mended="not mended",
    still_wrong="still wrong",
    still_wrong_said="It still drips under the tap",
    open_again="open again",
    building="Building",
    hello="hello",
    go_on="Go on:",
    my_repairs="my repairs",
    stands="stands at",
)
TONGUES = {"zh_CN": CHINESE, "en": ENGLISH}


def registers(town: Town, person: Neighbour, line: Line) -> None:
    """Consent, name, document, number (birthday and gender where the number does not tell), mobile, e-mail, home; then the
    link in the letter."""
    t = TONGUES[person.language]
    line.says(t.register, hears=t.agree)
    line.picks(t.agree, hears=t.name)
    line.says(person.name, hears=t.consent)
    line.picks(t.agree, hears=t.document)
    line.picks(t.document_kind, hears=t.number)
    tells_the_rest(town, person, line)


def tells_the_rest(town: Town, person: Neighbour, line: Line) -> None:
    """From the document's number to the confirmed e-mail address."""
    t = TONGUES[person.language]
    _tells_number(person, line, t)
    if isinstance(line, Voice):
        # A caller's number can be forged: the code goes there by text message.
        line.picks(t.this_number, hears=t.code)
        line.keys(town.code_sent_to(person), hears=t.email)
    elif not isinstance(line, Sms):
        # Whoever texts has shown the number already.
        line.says(person.local_mobile, hears=t.code)
        line.says(town.code_sent_to(person), hears=t.email)
    with_email = not isinstance(line, Voice)
    if with_email:
        line.says(person.email, hears=t.home)
    else:
        line.picks("我没有邮箱" if person.language == "zh_CN" else "I have no", hears=t.home)
    review = line.says(_said_home(person, line), hears=t.right)
    assert person.name in review
    assert person.id_number not in "\n".join(line.heard), "the number is masked wherever it is shown"
    line.picks(t.submit, hears=t.submitted)
    if with_email:
        confirm_email(town.link_mailed_to(person), person.language, t.confirmed)


def _tells_number(person: Neighbour, line: Line, t: Tongue) -> None:
    known = isinstance(line, Sms) and not isinstance(line, Voice)
    after = t.email if known else t.mobile
    tell = line.keys if isinstance(line, Voice) else line.says
    if person.language == "zh_CN":
        tell(person.id_number.replace("X", "*") if isinstance(line, Voice) else person.id_number, hears=after)
        return
    tell(person.id_number, hears=t.born)
    tell(f"{person.born:%Y%m%d}" if isinstance(line, Voice) else person.born.isoformat(), hears=t.gender)
    line.picks(t.gender_said, hears=after)


_SPOKEN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_SPOKEN_EN = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)


def _said_home(person: Neighbour, line: Line) -> str:
    if not isinstance(line, Voice):
        return person.home if not isinstance(line, Sms) else person.short_home
    if person.language == "zh_CN":
        return "".join(_SPOKEN.get(c, c) for c in person.home)
    room = " ".join(_SPOKEN_EN[c] for c in str(person.room))
    return f"building {_SPOKEN_EN[str(person.building)]} unit {_SPOKEN_EN[str(person.unit)]} room {room}"


def books(person: Neighbour, line: Line, *, at: str = "") -> int:
    """A repair in free words, as far as its number. `at`: another place than her home, in her own words."""
    t = TONGUES[person.language]
    heard = line.says(t.leak + at, hears=t.leak_heard)
    assert at.strip(",， ") in heard or t.building in heard, "the place is said back"
    line.picks(t.dripping, hears=t.visit)
    if isinstance(line, Sms):
        done = line.picks(t.first_slot, hears=t.booked)
    else:
        line.picks(t.first_slot, hears=t.photo)
        line.shows_photo(hears=t.send)
        done = line.picks(t.send, hears=t.booked)
    number = re.search(r"R-?(\d{4,})|(\d(?: \d){3,})", done)
    assert number, done
    return int((number[1] or number[2]).replace(" ", ""))


def is_mended(town: Town, number: int, resident: Line, language: str, worker: Line, name: str) -> None:
    """The office assigns, and it is mended."""
    assert str(number) in town.desk.sees_on_board(number)
    town.desk.assigns(number, name)
    is_mended_once_assigned(number, resident, language, worker, name)


def is_mended_once_assigned(number: int, resident: Line, language: str, worker: Line, name: str) -> None:
    """The worker accepts, sets out, arrives, finishes with a note (and a photo); the resident is told each time."""
    t = TONGUES[language]
    worker.waits_for(str(number))
    resident.waits_for(name)
    worker.picks("接单", hears=str(number))
    resident.waits_for(t.coming)
    worker.picks("出发", hears=str(number))
    resident.waits_for(t.on_the_way)
    worker.picks("到了", hears=str(number))
    resident.waits_for(t.arrived)
    worker.picks("完工", hears="居民")
    if isinstance(worker, Sms):
        worker.says("换了新的阀芯，不漏了", hears="辛苦")
    else:
        worker.says("换了新的阀芯，不漏了", hears="照片")
        worker.shows_photo(hears="辛苦")
    resident.waits_for(t.finished)


def reopens(town: Town, number: int, resident: Line, language: str) -> None:
    """It still drips: she says so, and the office sees it."""
    t = TONGUES[language]
    resident.picks(t.not_mended, hears=t.still_wrong)
    resident.says(t.still_wrong_said, hears=t.open_again)
    assert t.still_wrong_said in town.desk.sees_on_board(number)


def rates(resident: Line, language: str) -> None:
    t = TONGUES[language]
    resident.picks(t.very_good, hears=t.thanks)


def lives_through_it(town: Town, person: Neighbour, line: Line, worker: Line, name: str) -> int:
    """Everything: registered, approved, booked, mended, not quite, mended, rated. Returns the number of the repair."""
    registers(town, person, line)
    town.admin.approves(person.name)
    line.waits_for(TONGUES[person.language].approved)
    number = books(person, line)
    assert person.name in town.desk.sees_on_board(number)
    is_mended(town, number, line, person.language, worker, name)
    reopens(town, number, line, person.language)
    is_mended(town, number, line, person.language, worker, name)
    rates(line, person.language)
    return number
