"""“血压 135/85，心跳 72”: from what somebody says of her measuring to values. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.care.health import kinds
from backend.fields.numerals import arabic
from backend.fields.plain import half_width

_N = r"(\d{1,3}(?:\.\d{1,2})?)"
_IS = r"\s*(?:值|数)?\s*(?:刚|刚才|今天|今早|早上|现在|量|测|量出来|测出来|是|为|有|到|了|大概|约|[:：,，]|is|was|of|at|now|about)*\s*"
_OF = r"(?:空腹|餐后|饭后|饭前|早上|早晨|晚上|睡前|随机)?(?:的)?"
_PRESSURE = re.compile(
    rf"(?:血压|\bblood pressure\b|\bbp\b){_IS}{_N}\s*(?:/|\\|-|—|比|和|over|[,，、\s]\s*(?:低压)?)\s*{_N}",
    re.IGNORECASE,
)
_HIGH = re.compile(rf"(?:高压|收缩压|上压|\bsystolic\b|\bupper\b){_IS}{_N}", re.IGNORECASE)
_LOW = re.compile(rf"(?:低压|舒张压|下压|\bdiastolic\b|\blower\b){_IS}{_N}", re.IGNORECASE)
_ONE: dict[str, re.Pattern[str]] = {
    "blood_glucose": re.compile(rf"(?:{_OF}血糖|(?:空腹|餐后|饭后)血?糖?|\b(?:blood )?(?:sugar|glucose)\b){_IS}{_N}\s*(mg)?", re.I),
    "heart_rate": re.compile(rf"(?:脉搏|心跳|心率|\bpulse\b|\bheart ?rate\b){_IS}{_N}", re.I),
    "blood_oxygen": re.compile(rf"(?:血氧(?:饱和度)?|\b(?:blood )?oxygen\b|\bspo2\b){_IS}{_N}", re.I),
    "body_temperature": re.compile(rf"(?:体温|发烧|发热|\btemperature\b|\bfever\b){_IS}{_N}\s*(f|华氏)?", re.I),
    "weight": re.compile(rf"(?:体重|\bweight\b|\bI weigh\b){_IS}{_N}\s*(市?斤|公斤|千克|kg|kilos?|lbs?|pounds?)?", re.I),
}  # fmt: skip
SAYS = re.compile(
    r"(?:血压(?!计|仪)|高压(?!锅|线|电)|收缩压|血糖(?!仪)|脉搏|心跳|心率|血氧(?!仪)|体温(?!计|枪)|体重(?!秤|计)|\bblood pressure\b|\bbp\b|\bsystolic\b|\bsugar\b|\bglucose\b|\bpulse\b|\bheart ?rate\b|\bspo2\b|\btemperature\b|\bweight\b|\bI weigh\b)"
    r"[^0-9０-９]{0,12}(?:[0-9０-９]{1,3}|[零一二两三四五六七八九十百]{2,5}|[一二三四五六七八九十]点[一二三四五六七八九])",
    re.IGNORECASE,
)
"""Words that tell a measured value. A fever is trouble, whatever it measures: that is heard elsewhere."""
_MG = 18.0
"""mg/dL of a mmol/L of glucose."""


@dataclass(frozen=True, slots=True)
class Read:
    """`values` by name; `odd`: what was said and cannot be, as (name, value)."""

    values: dict[str, float]
    odd: tuple[tuple[str, float], ...] = ()


def read(text: str) -> Read:
    """What was measured, as these words say."""
    plain = _spelt(text)
    values: dict[str, float] = {}
    if match := _PRESSURE.search(plain):
        values["blood_pressure_high"], values["blood_pressure_low"] = float(match[1]), float(match[2])
    else:
        if match := _HIGH.search(plain):
            values["blood_pressure_high"] = float(match[1])
        if match := _LOW.search(plain):
            values["blood_pressure_low"] = float(match[1])
    for name, pattern in _ONE.items():
        if match := pattern.search(plain):
            values[name] = _in_unit(name, float(match[1]), (match[2] if match.re.groups > 1 else "") or "")
    odd = tuple((n, v) for n, v in values.items() if not kinds.possible(n, v))
    high, low = values.get("blood_pressure_high"), values.get("blood_pressure_low")
    if high is not None and low is not None and low >= high:
        odd += (("blood_pressure_low", low),)
    return Read({n: v for n, v in values.items() if n not in dict(odd)}, odd)


def _spelt(text: str) -> str:
    """Numbers in digits: 三十六度八, 六点一, 36点8."""
    plain = arabic(half_width(text[:300]))
    return re.sub(r"(\d{1,3})\s*(?:点|度)\s*(\d)", r"\1.\2", plain)


def _in_unit(name: str, value: float, unit: str) -> float:
    unit = unit.casefold()
    if name == "weight" and unit.endswith("斤") and unit != "公斤":
        return value / 2
    if name == "weight" and unit.startswith(("lb", "pound")):
        return round(value * 0.453592, 1)
    if name == "blood_glucose" and unit == "mg":
        return round(value / _MG, 1)
    if name == "body_temperature" and (unit or value > 90):
        return round((value - 32) / 1.8, 1)
    return value
