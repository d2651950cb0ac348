"""Settings that every test shares: fixed secrets, no demo."""

from __future__ import annotations

SHARED = {
    "DEMO": "0",
    "DEMO_FLEET": "0",
    "SECRET_KEY": "test-secret-key-of-forty-characters-1234",
    "DATA_KEYS": "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "INDEX_KEY": "test-index-key",
    "TIMEZONE": "Asia/Shanghai",
    # The least that is allowed: of hundreds of sign-ins, a fifth of the time.
    "PASSWORD_MEMORY": "19",
}
