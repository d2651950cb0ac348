"""Every setting of Linli: typed, from the environment (or `.env`), with its default and its meaning.

Secrets that are not given are generated into `var/secrets.json` at the first start and kept.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """One attribute per environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    var_dir: Path = Field(
        ROOT / "var", description="Where the embedded database, media and generated secrets live."
    )
    database_url: str = Field(
        "", description="sqlite:///file.db or postgresql://user:password@host/name; empty: SQLite in VAR_DIR."
    )
    redis_url: str = Field(
        "", description="redis://host:port/0; empty: the embedded server started by `services`."
    )
    mqtt_url: str = Field(
        "", description="mqtt://user:password@host:1883; empty: the embedded broker started by `services`."
    )
    mqtt_ca: Path | None = Field(
        None,
        description="mqtts: the authority (PEM file) that signed the broker's certificate; empty: the system's.",
    )
    mqtt_cert: Path | None = Field(
        None, description="mqtts: our certificate (PEM file), for a broker that asks for one."
    )
    mqtt_key: Path | None = Field(None, description="mqtts: the key of MQTT_CERT.")
    mqtt_partitions: str = Field(
        "",
        description="Topics divided among several ingest processes: name=filter filter; name=filter; empty: one partition with all.",
    )
    mqtt_shared: int = Field(
        0,
        ge=0,
        le=64,
        description="So many sessions share all topics ($share): only for a broker whose shared sessions are durable, such as EMQX.",
    )
    port: int = Field(8000, ge=1, le=65535, description="The web server's port.")
    bind: str = Field("127.0.0.1", description="The address that the web server listens on.")
    public_url: str = Field(
        "", description="The address that the world reaches us at, https://…; empty: only this machine."
    )
    trusted_proxies: int | None = Field(
        None,
        ge=0,
        le=9,
        description="Reverse proxies before us whose X-Forwarded-For counts; empty: 1 with an https PUBLIC_URL, else 0.",
    )
    web_workers: int = Field(1, ge=1, le=64, description="Web server processes.")
    community_name: str = Field("幸福里社区", description="The community's name, said in greetings.")
    timezone: str = Field("Asia/Shanghai", description="The community's time zone.")
    demo: bool = Field(True, description="On an empty database, seed a demo community.")
    demo_fleet: bool = Field(
        True,
        description="In the demo community four homes full of devices publish by themselves, at a broker of this machine.",
    )
    simulated_clock: str = Field(
        "",
        description="For a simulated day (docs/devices.md), refused with PUBLIC_URL: three words, such as 1795293000 2026-11-01T16:00:00Z 60. At this second since 1970 it is that instant, and time passes so many times as fast from then on.",
    )
    hotline: str = Field(
        "010-6500 1234", description="The community office's phone, named when nothing else helps."
    )
    staff_second_factor: Literal["auto", "offered", "required"] = Field(
        "auto", description="Second factor for staff; auto: required once PUBLIC_URL is set, offered before."
    )
    password_memory: int = Field(
        64,
        ge=19,
        le=1024,
        description="MiB that checking one staff password takes (argon2id); more resists longer.",
    )

    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions and links.")
    data_keys: SecretStr = Field(
        SecretStr(""), description="Data key ring `id:base64,…`; the first encrypts, all decrypt."
    )
    index_key: SecretStr = Field(SecretStr(""), description="Keys the blind indexes; never changes.")

    telegram_bot_token: SecretStr = Field(
        SecretStr(""), description="From @BotFather; empty: Telegram is off."
    )
    telegram_api_base: str = Field("https://api.telegram.org", description="Bot API server.")
    telegram_per_second: float = Field(
        28.0,
        gt=0,
        description="Telegram messages a second, all processes together; Telegram allows a bot 30.",
    )
    twilio_account_sid: str = Field("", description="Twilio account; empty: SMS and voice are off.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(""), description="Signs Twilio's webhooks and our calls to it."
    )
    twilio_from: str = Field("", description="Our number, E.164, for SMS and voice.")
    twilio_per_second: float = Field(
        80.0,
        gt=0,
        description="SMS handed to Twilio a second, all processes together; Twilio queues what is more.",
    )
    sms_price: Decimal = Field(
        Decimal("0.05"), ge=0, description="Yuan for one SMS segment, for estimates; 0: not told."
    )
    webhook_hosts: str = Field(
        "",
        description="Machines of our own network, host:port by commas, that receipts and readings may be sent to, also without TLS.",
    )
    broadcast_approval_above: int = Field(
        500, ge=0, description="A campaign to more people than this is looked at by a second person first."
    )
    twilio_api_base: str = Field("", description="Another Twilio-compatible API; empty: Twilio's own.")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587; empty: e-mail is kept in VAR_DIR/mail."
    )
    mail_from: str = Field("linli@localhost", description="The sender of our e-mail.")
    mail_connections: int = Field(4, ge=1, le=100, description="Connections to the mail server at once.")
    mail_per_second: float = Field(10.0, gt=0, description="Letters to the mail server each second.")
    mail_per_domain_second: float = Field(
        5.0, gt=0, description="Letters to one domain each second: big providers hold back whoever is faster."
    )
    mail_per_connection: int = Field(
        100, ge=1, description="Letters over one connection before it is closed; servers end longer ones."
    )
    mail_bounces: str = Field(
        "",
        description="The box that takes plus addresses (bounce@host) to which mail servers return letters; empty: MAIL_FROM.",
    )
    mail_bounce_box: SecretStr = Field(
        SecretStr(""),
        description="Where its mail is read: maildir:///path, or imaps://user:password@host/INBOX; empty: nowhere.",
    )
    mail_hook_token: SecretStr = Field(
        SecretStr(""), description="Authenticates a mail provider's events at /hooks/mail/bounce; empty: off."
    )
    fax_email: str = Field(
        "", description="Address of an e-mail-to-fax gateway, such as {number}@fax.example.com; empty: none."
    )
    hylafax_url: SecretStr = Field(
        SecretStr(""), description="hylafax://user:password@host:4559 sends faxes itself, before a gateway."
    )
    import_hosts: str = Field(
        "",
        description="Hosts (host or host:port, by commas) of databases that admins may import from in the pages; empty: none.",
    )

    media_url: SecretStr = Field(
        SecretStr(""),
        description="s3://key:password@host/bucket?region=…&https=1 keeps files in an S3-compatible store; empty: VAR_DIR/media.",
    )
    map_tiles: Path | None = Field(
        None,
        description="Offline map tiles for the devices' map: an .mbtiles file, or a folder of z/x/y.png; empty: plans that staff put up.",
    )
    camera_hosts: str = Field(
        "",
        description="Hosts that a camera's link to a picture may name, separated by commas (192.168.1.20,nvr.local:8080); empty: links are not followed.",
    )
    file_mb: int = Field(10, ge=1, le=10, description="The largest file that staff may add, in MiB.")
    virus_scan: str = Field(
        "",
        description="clamd://host:3310, clamd:///path/of/socket, or a command that reads the file (0 clean, 1 infected); empty: none.",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Asia
            raise ValueError("is not a time zone: use a name such as Asia/Shanghai") from None
        return value

    @field_validator("data_keys")
    @classmethod
    def _good_ring(cls, value: SecretStr) -> SecretStr:
        for part in filter(None, value.get_secret_value().split(",")):
            key_id, _, key = part.strip().partition(":")
            try:
                good = 0 < int(key_id) < 256 and len(base64.urlsafe_b64decode(key)) == 32
            except ValueError:
                good = False
            if not good:
                raise ValueError(
                    "must be `id:key` pairs joined by commas, id 1-255, key 32 bytes in URL-safe base64"
                )
        return value

    @field_validator("media_url")
    @classmethod
    def _known_store(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        parts = urlsplit(url)
        if url and not (
            parts.scheme == "s3"
            and parts.username
            and parts.password
            and parts.hostname
            and parts.path.strip("/")
        ):
            raise ValueError("must be s3://key:secret@host/bucket?region=…&https=1")
        return value

    @field_validator("virus_scan")
    @classmethod
    def _known_scanner(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "clamd" and not parts.path.strip("/") and not (parts.hostname and parts.port):
            raise ValueError("must be clamd://host:port, clamd:///path/of/socket, or a command")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// on a test machine)")
        return value.rstrip("/")

    @field_validator("simulated_clock")
    @classmethod
    def _three_words(cls, value: str) -> str:
        try:
            if value:
                since, at, speed = value.split()
                datetime.fromtimestamp(float(since), UTC) - datetime.fromisoformat(at)
                if not 1 <= float(speed) <= 3_600:
                    raise ValueError
        except (ValueError, TypeError, OverflowError, OSError):
            raise ValueError("must be three words, such as 1795293000 2026-11-01T16:00:00Z 60") from None
        return value

    @model_validator(mode="after")
    def _simulated_here_alone(self) -> Self:
        if self.simulated_clock and self.public_url:
            raise ValueError(
                "SIMULATED_CLOCK and PUBLIC_URL exclude each other: people live by the real time"
            )
        return self

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must be sqlite:///path/to/file.db or postgresql://user:password@host/name")
        return value

    @property
    def base_url(self) -> str:
        """Where links in messages point."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def sms_is_on(self) -> bool:
        """Whether a one-time code reaches a phone: by the provider, or on a machine for trying out, as a file."""
        return bool(self.twilio_account_sid) or (self.demo and not self.public_url)

    @property
    def second_factor_required(self) -> bool:
        return self.staff_second_factor == "required" or (
            self.staff_second_factor == "auto" and bool(self.public_url)
        )


def _fill(settings: Settings) -> Settings:
    """Embedded defaults and generated secrets."""
    var = settings.var_dir
    if not settings.database_url:
        settings.database_url = f"sqlite:///{var / 'linli.db'}"
    if settings.trusted_proxies is None:
        settings.trusted_proxies = int(settings.public_url.startswith("https://"))
    services = _read(var / "services.json")
    settings.redis_url = settings.redis_url or services.get("redis_url", "redis://127.0.0.1:6399/0")
    settings.mqtt_url = settings.mqtt_url or services.get("mqtt_url", "mqtt://127.0.0.1:1899")
    missing = [
        n for n in ("secret_key", "data_keys", "index_key") if not getattr(settings, n).get_secret_value()
    ]
    if missing:
        kept = _generated(var / "secrets.json")
        for name in missing:
            setattr(settings, name, SecretStr(kept[name]))
    return settings


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}


def _generated(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "secret_key": secrets.token_urlsafe(32),
        "data_keys": "1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "index_key": secrets.token_urlsafe(32),
    }
    # Of the processes and threads that start together, one has its file linked, and all others read that.
    whole = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)
        os.link(whole, path)
    except FileExistsError:
        pass
    finally:
        whole.unlink(missing_ok=True)
    return _read(path)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; a wrong one stops the start with a sentence that says how to mend it."""
    try:
        return _fill(Settings())  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [f"{'.'.join(str(p) for p in e['loc']).upper()} {_plainly(e['msg'])}" for e in error.errors()]
        sys.exit(
            "Linli cannot start, a setting is wrong:\n  "
            + "\n  ".join(lines)
            + "\nSet it in the environment or in .env."
        )


def _plainly(said: str) -> str:
    """Pydantic's sentence, to be read after the setting's name: "PORT should be a valid integer"."""
    return said.removeprefix("Value error, ").replace("Input should", "should", 1).partition(", unable")[0]
