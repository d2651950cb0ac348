from __future__ import annotations

import pytest

from backend.fields import Address, Home, Location, Media, Photo, Place, Said
from tests.fields.community import HOME, context, hint, understood

PLACE = Address("place")


@pytest.mark.parametrize(
    ("typed", "home"),
    [
        ("3号楼2单元501", Home("3", "2", "501")), ("3-2-501", Home("3", "2", "501")), ("3#2-501", Home("3", "2", "501")),
        ("3幢2门501", Home("3", "2", "501")), ("三号楼二单元五零一", Home("3", "2", "501")), ("３号楼２单元５０１室", Home("3", "2", "501")),
        ("3 2 501", Home("3", "2", "501")), ("二期3号楼2单元501", Home("3", "2", "501", phase="2")),
        ("A区3号楼2单元501", Home("3", "2", "501", area="A")), ("二期A区3-2-501", Home("3", "2", "501", "2", "A")),
        ("3号楼2单元B1-12", Home("3", "2", "B1-12")), ("3号楼2单元501-A", Home("3", "2", "501-A")), ("A座1203", Home("A", "", "1203")),
        ("3-501", Home("3", "", "501")), ("我家在3号楼2单元501,厨房漏水", Home("3", "2", "501")),
        ("厨房水管漏水了,3号楼2单元501", Home("3", "2", "501")), ("Building 3, Unit 2, Room 501", Home("3", "2", "501")),
        ("十二号楼一单元一二零三室", Home("12", "1", "1203")), ("12栋2-501", Home("12", "2", "501")), ("03-02-0501", Home("3", "2", "0501")),
        ("building three unit two room five zero one", Home("3", "2", "501")), ("Building twelve, unit one, room twelve oh three", Home("12", "1", "1203")),
        ("block two, room seven twenty one", Home("2", "", "721")),
    ],
)  # fmt: skip
def test_a_home_is_read_in_every_way_it_is_written(typed: str, home: Home) -> None:
    assert understood(PLACE, typed) == home


@pytest.mark.parametrize(
    ("typed", "home"),
    [
        ("501", Home("3", "2", "501")), ("502", Home("3", "2", "502")), ("501-A", Home("3", "2", "501-A")), ("B1-12", Home("3", "2", "B1-12")),
        ("1单元302", Home("3", "1", "302")), ("3-501", Home("3", "2", "501")), ("我家", Home("3", "2", "501")), ("对", Home("3", "2", "501")),
        ("1", Home("3", "2", "501")), ("5-1-302", Home("5", "1", "302")),
    ],
)  # fmt: skip
def test_a_part_of_an_address_is_completed_from_the_home_that_is_known(typed: str, home: Home) -> None:
    assert understood(PLACE, typed, home=HOME) == home


def test_a_part_of_an_address_asks_for_the_rest() -> None:
    assert "building and unit" in hint(PLACE, "501")
    assert "And the room? Like 3-501" in hint(PLACE, "3号楼")
    for typed in ("", "不知道", "😀", "-" * 10_000, "3" * 10_000):
        assert hint(PLACE, typed)


def test_a_public_place_counts_where_any_place_does() -> None:
    anywhere = Address("place", free=True)
    assert understood(anywhere, "小区东门口") == Home(detail="小区东门口")
    assert understood(anywhere, "3号楼2单元楼道") == Home("3", "2", detail="楼道")
    assert understood(Address("place", partial=True), "3号楼") == Home("3")


def test_an_english_one_in_a_sentence_is_no_room() -> None:
    assert understood(Address("place", free=True), "the small one by the gate", home=HOME) == Home(
        detail="the small one by the gate"
    )


def test_an_address_is_shown_as_people_write_it() -> None:
    home = Home("3", "2", "501", "2", "A")
    assert home.show("zh_CN") == "2期A区3号楼2单元501"
    assert home.show("en") == "Phase 2, Area A, Building 3, Unit 2, Room 501"
    assert Home("3", "2", "501").short("zh_CN") == "3-2-501"
    assert PLACE.speak(Home("3", "2", "501"), "zh_CN") == "3号楼2单元五零一"
    assert PLACE.masked(Home("3", "2", "501"), "zh_CN") == "3号楼2单元***"


def test_the_own_home_is_a_button() -> None:
    (option,) = PLACE.options(context(home=HOME))
    assert option.value == "home"
    assert PLACE.parse(Said(choice="home"), context(home=HOME)) == Home("3", "2", "501")


def test_a_photo_is_a_photo_and_words_are_asked_to_become_one() -> None:
    photo = Photo("photo", optional=True)
    media = Media("2026/03/leak.jpg", "image/jpeg")
    assert photo.parse(Said(media=media, text="看"), context()) == media
    assert photo.load(photo.dump(media)) == media
    assert "skip" in hint(photo, "我没有照片")
    assert "not a photo" in _file_hint(photo)


def _file_hint(photo: Photo) -> str:
    from backend.core.i18n import render
    from backend.fields import Misunderstood

    with pytest.raises(Misunderstood) as why:
        photo.parse(Said(media=Media("k", "application/pdf")), context())
    return render(why.value.text, "en")


def test_a_place_on_the_map_is_shared_or_typed() -> None:
    where = Location("where")
    assert where.parse(Said(location=Place(31.2304, 121.4737)), context()) == Place(31.2304, 121.4737)
    assert understood(where, "31.2304，121.4737") == Place(31.2304, 121.4737)
    assert hint(where, "95.0, 200.0")
