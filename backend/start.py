"""`make run`: start the Procfile's processes with honcho, keep each of them running, stop them together.

python -m backend.start             Ctrl-C stops
python -m backend.start --forget    remove the local data (refused while running)
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager

from backend import ready
from backend.core import ids
from backend.settings import ROOT, settings

LOCAL_DATA = (
    "linli.db*",
    "valkey",
    "mqtt",
    "media",
    "mail",
    "sms",
    "metrics",
    "services.json",
    "secrets.json*",
)


def main() -> None:
    chosen = settings()
    with ready.only_one() as alone:
        if not alone:
            sys.exit(f"Linli is running on {chosen.var_dir}. Stop it first: Ctrl-C where it runs.")
        if sys.argv[1:] == ["--forget"]:
            forget(chosen.var_dir)
            return
    if not port_is_free(chosen.bind, chosen.port):
        sys.exit(
            f"Port {chosen.port} is taken by another program. Choose another one: make run PORT={another_port(chosen.bind)}"
        )
    sys.exit(run())


def run() -> int:
    """The Procfile's processes until Ctrl-C (0), or the exit status of the one that ended everything."""
    environment = {
        **os.environ,
        ready.START: ids.token(6),
        "PORT": str(settings().port),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONUNBUFFERED": "1",
    }
    manager = Manager()
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        manager.add_process(name, kept_running(name, command), env=environment, cwd=str(ROOT))
    manager.loop()
    return 0 if manager.returncode in (130, 143) else int(manager.returncode or 0)


def kept_running(name: str, command: str) -> str:
    """A shell line that starts `command` again when it dies: one dead process must not stop the house, as it would
    under honcho alone. SIGTERM goes to the shell and the process alike and ends both."""
    again = f"{name} ended with status $code, starting it again"
    return f'while :; do {command}; code=$?; echo "{again}"; sleep 2; done'


def port_is_free(bind: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return False
    return True


def another_port(bind: str) -> int:
    return next(port for port in range(settings().port + 1, 65536) if port_is_free(bind, port))


def forget(var: Path) -> None:
    """Remove what Linli keeps in VAR_DIR, and nothing else that may lie there."""
    if not settings().database_url.startswith("sqlite"):
        sys.exit(
            "The data is in PostgreSQL (DATABASE_URL): drop and create that database with its own tools."
        )
    for pattern in LOCAL_DATA:
        for path in var.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    print("The local data is gone; `make run` starts with a fresh demo community.")  # noqa: T201


if __name__ == "__main__":
    main()
