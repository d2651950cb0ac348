"""What is kept of values whose names nobody has mapped: staff make a model of them (`Device.unread`). A value that may have been measured of somebody's body, or
that may tell where somebody is, is not among them, whether she agreed to anything or not: they lie open. The names are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from iot.known import Profile
from iot.models import Device
from iot.points import BODY
from iot.registry.shadow import FIRMWARE, settings_of

_LIKE_A_PLACE = re.compile(r"lat(?!e)|lon(?!g_)|lng|gps|position|coord|经度|纬度", re.IGNORECASE)
_LIKE_A_BODY = re.compile(
    r"heart|pulse(?!s|_?c)|bpm|systol|diastol|blood|spo2|oxygen|glucose|weight|breath|respir|body_?temp|ecg|bmi"
    r"|心率|心跳|血压|血氧|血糖|体重|体温|脉搏|呼吸|心电|xin_?lv|xue_?(ya|yang|tang)|ti_?(wen|zhong)|mai_?bo|hu_?xi"
    r"|(^|[^a-z])(hr|hrv|sbp|dbp|sys|dia)([^a-z]|$)",
    re.IGNORECASE,
)


def kept(device: Device, profile: Profile | None, unread: Mapping[str, Any]) -> dict[str, Any]:
    """These names, each with its value where that can be shown to everybody who sees the device."""
    rules = profile.rules if profile is not None else ()
    bodies = {rule.name for rule in rules if rule.point in BODY}
    # Beside a pulse any figure may be one.
    measures = bool(bodies) or any(map(_like_a_body, unread))
    settings = {one.name for one in settings_of(profile.row)} if profile is not None and measures else ()
    carried = device.resident_id is not None or device.status == "new"

    def shown(name: str, said: Any) -> bool:
        if name in bodies or (carried and _like_a_place(name)):
            return False
        own = name in settings or name.rpartition(".")[2].casefold() in FIRMWARE
        return not measures or own or isinstance(said, bool)

    return {name: said if shown(name, said) else None for name, said in unread.items()}


@lru_cache(maxsize=4096)
def _like_a_place(name: str) -> bool:
    return _LIKE_A_PLACE.search(name) is not None


@lru_cache(maxsize=4096)
def _like_a_body(name: str) -> bool:
    return _LIKE_A_BODY.search(name) is not None
