"""The provinces by the first two digits of a resident ID: information about where it was first issued, never a condition."""

from __future__ import annotations

from backend.core.i18n import Msg, _

PROVINCES: dict[str, Msg] = {
    "11": _("Beijing"), "12": _("Tianjin"), "13": _("Hebei"), "14": _("Shanxi"), "15": _("Inner Mongolia"),
    "21": _("Liaoning"), "22": _("Jilin"), "23": _("Heilongjiang"), "31": _("Shanghai"), "32": _("Jiangsu"),
    "33": _("Zhejiang"), "34": _("Anhui"), "35": _("Fujian"), "36": _("Jiangxi"), "37": _("Shandong"),
    "41": _("Henan"), "42": _("Hubei"), "43": _("Hunan"), "44": _("Guangdong"), "45": _("Guangxi"), "46": _("Hainan"),
    "50": _("Chongqing"), "51": _("Sichuan"), "52": _("Guizhou"), "53": _("Yunnan"), "54": _("Tibet"),
    "61": _("Shaanxi"), "62": _("Gansu"), "63": _("Qinghai"), "64": _("Ningxia"), "65": _("Xinjiang"),
    "71": _("Taiwan"), "81": _("Hong Kong"), "82": _("Macau"), "83": _("Taiwan"),
}  # fmt: skip


def region_of(id_number: str) -> Msg | None:
    """The province of an 18-digit resident ID; None when the first digits name none that we know."""
    return PROVINCES.get(id_number[:2]) if len(id_number) == 18 else None
