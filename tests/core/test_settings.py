"""A wrong setting stops the start with a sentence that says how to mend it; the listing shows no secret."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from backend.settings import Settings, _generated, settings


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT should be a valid integer"),
        ("PORT", "70000", "PORT should be less than or equal to 65535"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must be sqlite:///path/to/file.db or postgresql://"),
        ("PUBLIC_URL", "linli.example", "PUBLIC_URL must begin with https://"),
        ("DATA_KEYS", "1:short", "DATA_KEYS must be `id:key` pairs"),
        ("TIMEZONE", "Peking", "TIMEZONE is not a time zone: use a name such as Asia/Shanghai"),
    ],
)
def test_a_wrong_value_is_named_with_how_to_mend_it(
    configure: Callable[..., None], name: str, value: str, sentence: str
) -> None:
    configure(**{name: value})
    with pytest.raises(SystemExit) as stop:
        settings()
    assert sentence in str(stop.value) and "Set it in the environment or in .env" in str(stop.value)


def test_secrets_are_generated_once_and_kept(configure: Callable[..., None], tmp_path: Path) -> None:
    configure(VAR_DIR=str(tmp_path), SECRET_KEY="", DATA_KEYS="", INDEX_KEY="")
    first = settings().model_dump()
    settings.cache_clear()
    assert settings().model_dump() == first
    assert len(first["secret_key"].get_secret_value()) >= 32
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_threads_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    together = Barrier(8)

    def started(_number: int) -> str:
        together.wait()
        return _generated(tmp_path / "secrets.json")["secret_key"]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(started, range(8)))) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_the_listing_names_every_setting_and_shows_no_secret(
    app: Flask, configure: Callable[..., None]
) -> None:
    configure(
        TWILIO_AUTH_TOKEN="twilio-secret",
        REDIS_URL="redis://user:redis-secret@host:6379/0",
        SMTP_URL="smtp://u:smtp-secret@h",
    )
    out = app.test_cli_runner().invoke(args=["settings"]).output
    for name, field in Settings.model_fields.items():
        assert f"{name.upper()}=" in out and str(field.description) in out
    assert "secret@" not in out and "twilio-secret" not in out and "test-secret-key" not in out
    assert "REDIS_URL=redis://user:********@host:6379/0" in out
