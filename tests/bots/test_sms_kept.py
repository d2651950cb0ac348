"""Trying Linli out without an SMS provider: the code reaches whoever sits at the machine, and nothing else is swallowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging.content import rendered
from backend.messaging.deliveries import Due
from bots.channel import Refused
from bots.registry import channels
from bots.sms_kept import KeptCodes


def due(purpose: str) -> Due:
    content = rendered(
        Words(_("Your Linli code: {code}, valid 10 minutes. Tell it to nobody.", code="246813")), "zh_CN"
    )
    return Due(1, 1, 1, "sms", "+8617000009999", content, "replies", purpose, 1, "")


def test_the_code_is_kept_where_the_terminal_says(
    configure: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(DEMO="1", VAR_DIR=str(tmp_path))
    assert asyncio.run(channels()["sms"].send(due("code"))).status == "delivered"
    kept = tmp_path / "sms" / "8617000009999.txt"
    assert "246813" in kept.read_text()
    said = capsys.readouterr().out
    assert str(kept) in said
    assert "246813" not in said


def test_a_notice_goes_to_the_next_address_instead(configure: Callable[..., None], tmp_path: Path) -> None:
    configure(DEMO="1", VAR_DIR=str(tmp_path))
    with pytest.raises(Refused):
        asyncio.run(KeptCodes().send(due("request")))


@pytest.mark.parametrize(
    "settings", [{"DEMO": "0"}, {"DEMO": "1", "PUBLIC_URL": "https://linli.example.test"}]
)
def test_where_people_are_real_there_is_no_such_channel(
    configure: Callable[..., None], settings: dict[str, str]
) -> None:
    configure(**settings)
    assert "sms" not in channels()
