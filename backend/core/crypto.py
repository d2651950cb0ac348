"""Field encryption: AES-256-GCM under a key ring, and keyed blind indexes for exact look-up.

DATA_KEYS is `id:base64key,…`; the first encrypts, all decrypt. A ciphertext is `key id (1 byte) | nonce (12) | sealed`,
bound to its place (`table.column`) so that it cannot be moved to another. The blind index has its own key, INDEX_KEY,
which rotation leaves alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.settings import settings


class Ring:
    """Keys by their id; `current` encrypts. `names` are the keys in their order as `id:fingerprint`: who is shown them
    learns whether another ring holds the same keys, and nothing else."""

    def __init__(self, spec: str) -> None:
        keys: dict[int, AESGCM] = {}
        names = []
        for part in spec.split(","):
            key_id, _, encoded = part.strip().partition(":")
            key = base64.urlsafe_b64decode(encoded)
            keys[int(key_id)] = AESGCM(key)
            names.append(f"{int(key_id)}:{hashlib.sha256(key).hexdigest()[:8]}")
        self.current = int(spec.split(":", 1)[0])
        self.names = tuple(names)
        self._keys = keys
        self._head = bytes([self.current])
        self._sealer = keys[self.current]

    def encrypt(self, plain: bytes, place: bytes) -> bytes:
        nonce = os.urandom(12)
        return self._head + nonce + self._sealer.encrypt(nonce, plain, place)

    def decrypt(self, sealed: bytes, place: bytes) -> bytes:
        """Raises DecryptError when the key is gone, or the value was changed or moved."""
        try:
            # A view: a file of many megabytes is not copied once more.
            return self._keys[sealed[0]].decrypt(sealed[1:13], memoryview(sealed)[13:], place)
        except KeyError:
            raise DecryptError(
                f"data key {sealed[0]} is not in DATA_KEYS: put it back behind the first one, and restart"
            ) from None
        except (InvalidTag, IndexError, ValueError):
            raise DecryptError("a stored value does not decrypt: it was damaged or moved") from None


class DecryptError(Exception):
    """A stored value cannot be read."""


@lru_cache(maxsize=4)
def _ring(spec: str) -> Ring:
    return Ring(spec)


def ring() -> Ring:
    return _ring(settings().data_keys.get_secret_value())


def encrypt(plain: bytes | str, place: str) -> bytes:
    return ring().encrypt(plain.encode() if isinstance(plain, str) else plain, place.encode())


def decrypt(sealed: bytes | memoryview, place: str) -> bytes:
    return ring().decrypt(bytes(sealed), place.encode())


def blind_index(value: str, kind: str) -> str:
    """A keyed hash (HMAC-SHA-256, 32 hex digits) that finds equal values without showing them."""
    key = settings().index_key.get_secret_value().encode()
    return hmac.digest(key, f"{kind}\0{value}".encode(), "sha256").hex()[:32]


def digest(value: str, salt: str) -> str:
    """A salted, keyed digest for short-lived codes."""
    return blind_index(f"{salt}\0{value}", "code")


_PLAIN_DATA = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)


_SLOWLY = b" "
"""Before JSON that orjson could not write, and would read wrongly: it takes a number beyond 64 bits for a float."""


def seal(data: Any, place: bytes) -> bytes:
    """`data` as compact JSON, encrypted, bound to `place` (`table.column`)."""
    try:
        plain = orjson.dumps(data, option=_PLAIN_DATA)
    except TypeError:
        # People send what strict JSON does not take: half a surrogate pair, numbers beyond 64 bits.
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        plain = _SLOWLY + text.encode("utf-8", "replace")
    return ring().encrypt(plain, place)


def unseal(sealed: bytes | memoryview, place: bytes) -> Any:
    """What was sealed; raises DecryptError."""
    plain = ring().decrypt(bytes(sealed), place)
    return json.loads(plain) if plain.startswith(_SLOWLY) else orjson.loads(plain)
