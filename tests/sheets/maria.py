"""A private MariaDB server, for what is read from MySQL."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pymysql

from tests.databases import MEMORY
from tests.servers import free_port, until

SQL = Path("/usr/share/mysql")
"""Where Debian keeps what a fresh server is made of."""
ROOM = (
    *("--no-defaults", "--skip-log-bin", "--performance-schema=off", "--innodb-flush-log-at-trx-commit=0"),
    *("--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--aria-log-file-size=8M"),
)
"""A small one that forgets with the machine."""


class Maria:
    """`with Maria() as server: server.run("CREATE …")`; `url` is what an operator gives for the database `old`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="linli-maria-", dir=MEMORY))
        self.port = free_port()
        self.url = f"mysql://reader:p%40ss@127.0.0.1:{self.port}/old"
        self._socket = str(self.folder / "socket")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Maria:
        data = self.folder / "data"
        (data / "mysql").mkdir(parents=True)
        for folder in (self.folder, data, data / "mysql"):
            os.chown(folder, *_owner())
        parts = [(SQL / f"mysql_system_tables{part}.sql").read_bytes() for part in ("", "_data")]
        program = [_program(), *ROOM, f"--datadir={data}"]
        subprocess.run(
            [*program, "--bootstrap"], input=b"USE mysql;\n" + b"\n".join(parts), check=True, capture_output=True, **_user()
        )  # fmt: skip
        self._process = subprocess.Popen(
            [*program, "--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={self._socket}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **_user(),
        )  # fmt: skip
        until(self._answers, what="MariaDB")
        self.run(
            "CREATE DATABASE old CHARACTER SET utf8mb4", "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'p@ss'"
        )
        # It may write: that we do not is ours to see to.
        self.run("GRANT ALL ON old.* TO reader@'127.0.0.1'")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *statements: str, name: str | None = None) -> None:
        with self._connected(name) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def _connected(self, name: str | None = None) -> pymysql.Connection[Any]:
        return pymysql.connect(unix_socket=self._socket, user="root", database=name, charset="utf8mb4")

    def _answers(self) -> bool:
        try:
            self._connected().close()
        except pymysql.Error:
            return False
        return True


def _program() -> str:
    found = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        raise RuntimeError("MariaDB is missing: `make test` installs it")
    return found


def _owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    user = pwd.getpwnam("nobody")
    return user.pw_uid, user.pw_gid


def _user() -> dict[str, Any]:
    """MariaDB refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    uid, gid = _owner()
    return {"user": uid, "group": gid, "extra_groups": []}
