"""Who may come to the broker, and say what: names and passwords for devices and gateways, written as the files that Mosquitto reads.

Passwords are made here, shown once, and kept hashed as `mosquitto_passwd` hashes them (PBKDF2 with SHA-512, "$7$"). In the access list everybody has his own topics
alone, and nobody else has any.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from backend.core import audit, clock, ids
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, _
from iot.ingest.models import BrokerLogin

ROUNDS = 1_000
"""Of PBKDF2: the passwords are random, and thousands of devices come back at once when the power does."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUBJECT = re.compile(r"\+|[\w.-]+(?:/[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class Kind:
    """`rules` are lines of Mosquitto's access list with {subject}."""

    title: Msg
    rules: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "device": Kind(
        _("A device: plain JSON"),
        ("write linli/{subject}/up", "write linli/{subject}/state", "write linli/{subject}/answer", "read linli/{subject}/down"),
    ),
    "zigbee2mqtt": Kind(
        _("Zigbee2MQTT; its base topic"),
        ("readwrite {subject}/#", "readwrite homeassistant/#"),
    ),
    "tasmota": Kind(
        _("A Tasmota device; its topic"),
        ("write tele/{subject}/#", "write stat/{subject}/#", "read cmnd/{subject}/#"),
    ),
    "chirpstack": Kind(
        _("ChirpStack; the application’s id, or +"),
        ("write application/{subject}/device/+/event/+", "read application/{subject}/device/+/command/+"),
    ),
    "meter": Kind(_("A gateway of meters"), ("write meter/{subject}/#", "write modbus/{subject}/#")),
    "ingest": Kind(
        _("Linli itself"),
        (
            "read #", "read $SYS/broker/#", "write linli/+/down", "write linli/+/+/down", "write application/+/device/+/command/down",
            "write v3/+/devices/+/down/push", "write zigbee2mqtt/+/set", "write zigbee2mqtt/+/+/set", "write cmnd/#",
        ),
    ),
}  # fmt: skip
CONFIG = """\
# Mosquitto for Linli. What is here is what matters; see docs/device-broker.md.
listener 8883
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
# Clients may prove themselves by a certificate instead of a password:
#require_certificate true
#use_identity_as_username true

allow_anonymous false
password_file {folder}/passwd
acl_file {folder}/acl

# Sessions and what waits in them outlive a restart.
persistence true
persistence_location /var/lib/mosquitto/
autosave_interval 1
# The default of 1000 silently drops what Linli has not taken yet, as while its database is away.
max_queued_messages 0
# Linli acknowledges a batch together: as many as one takes may be on their way.
max_inflight_messages 2000
max_packet_size 262144
# Linli looks there whether messages were dropped.
sys_interval 10
"""


def make(username: str, kind: str, subject: str = "") -> tuple[BrokerLogin, str]:
    """A login, and its password, which nobody can be shown again. `subject` is what stands for it in its topics (its username where none is given). Raises
    Invalid, Conflict."""
    if kind not in KINDS:
        raise Invalid(_("There is no kind “{name}”.", name=kind), "kind")
    subject = subject or ("zigbee2mqtt" if kind == "zigbee2mqtt" else username)
    # In an access list a wildcard would be everybody's topics.
    if (
        not _NAME.fullmatch(username)
        or not _SUBJECT.fullmatch(subject)
        or (subject == "+" and kind != "chirpstack")
    ):
        raise Invalid(
            _("“{name}” cannot be a name: letters, digits, “.”, “_” and “-”.", name=username), "name"
        )
    password = ids.token(18)
    with transaction():
        known = BrokerLogin.get_or_none(BrokerLogin.username == username)
        if known is not None and known.revoked_at is None:
            raise Conflict(_("There is a login of this name already."))
        BrokerLogin.delete().where(BrokerLogin.username == username).execute()
        made: BrokerLogin = BrokerLogin.create(
            username=username, kind=kind, subject=subject, secret=hashed(password), created_at=clock.now()
        )
        audit.record(
            SYSTEM, "broker_login.make", f"broker_login:{made.id}", after={"name": username, "kind": kind}
        )
    return made, password


def revoke(username: str) -> None:
    """It is in the files no more when they are written next. Raises NotFound."""
    with transaction():
        known = BrokerLogin.get_or_none((BrokerLogin.username == username) & BrokerLogin.revoked_at.is_null())
        if known is None:
            raise NotFound()
        known.revoked_at = clock.now()
        known.save()
        audit.record(SYSTEM, "broker_login.revoke", f"broker_login:{known.id}", after={"name": username})


def listed() -> list[BrokerLogin]:
    return list(BrokerLogin.select().order_by(BrokerLogin.username))


def passwords() -> str:
    """The password file."""
    return "".join(f"{login.username}:{login.secret}\n" for login in listed() if login.revoked_at is None)


def access_list() -> str:
    """The access list: what is not granted is denied."""
    lines = []
    for login in listed():
        if login.revoked_at is None:
            rules = [f"topic {rule.format(subject=login.subject)}" for rule in KINDS[login.kind].rules]
            lines += [f"user {login.username}", *rules, ""]
    return "\n".join(lines)


def write(folder: Path) -> list[Path]:
    """Both files, each whole or not at all, and mosquitto.conf where there is none yet; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"passwd": passwords(), "acl": access_list()}
    if not (folder / "mosquitto.conf").exists():
        files["mosquitto.conf"] = CONFIG.format(folder=folder.resolve())
    written = []
    for name, text in files.items():
        whole = folder / f"{name}.new"
        whole.touch(0o600)
        whole.chmod(0o600)
        whole.write_text(text)
        whole.replace(folder / name)
        written.append(folder / name)
    return written


def hashed(password: str, salt: bytes | None = None) -> str:
    """As mosquitto_passwd writes it: $7$rounds$salt$hash, both in base64."""
    salt = salt or secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
