"""What a newcomer reads once everything runs: where to go, how to sign in, how to stop."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request

from backend.settings import settings


def greet(passwords: dict[str, str], stop: threading.Event, seconds: float = 60) -> None:
    """Print the greeting as soon as the web server answers (or, after `seconds`, that it does not)."""
    end = time.monotonic() + seconds
    while not (answers := _web_answers()) and time.monotonic() < end and not stop.wait(0.2):
        pass
    if not stop.is_set():
        print(greeting(passwords, answers), flush=True)  # noqa: T201


def greeting(passwords: dict[str, str], answers: bool = True) -> str:
    """In Chinese and English, as lines of a box that is open to the right. `passwords`: of accounts made just now."""
    base = settings().base_url
    lines = [
        "邻里已启动 · Linli is running" if answers else "邻里 · Linli: the web server does not answer yet",
        "",
        f"居民门户 portal      {base}/",
        f"居民聊天 webchat     {base}/chat",
        f"管理后台 admin       {base}/admin",
    ]
    if passwords:
        lines += ["", "登录名与一次性密码 (只显示这一次) · sign in with (shown only this once):"]
        lines += [f"    {username:<10} {password}" for username, password in passwords.items()]
    lines += ["", "停止 stop            Ctrl-C"]
    return "\n".join(["┌" + "─" * 70, *(f"│ {line}".rstrip() for line in lines), "└" + "─" * 70])


def _web_answers() -> bool:
    host = settings().bind if settings().bind not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    try:
        urllib.request.urlopen(f"http://{host}:{settings().port}/healthz", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
