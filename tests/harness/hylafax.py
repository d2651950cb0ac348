"""A fax server that speaks HylaFAX's protocol as hfaxd does: `with FaxServer() as fax: … fax.jobs["1"].parms["DIALSTRING"]`.

Numbers that end in 0000 are refused when they are set. `fax.finish("1", "FAILED", "Busy signal detected")` ends a job.
"""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from dataclasses import dataclass, field

USER, PASSWORD = "linli", "fax-password"


@dataclass
class Job:
    parms: dict[str, str] = field(default_factory=dict)
    state: str = "SUSPENDED"
    why: str = ""


class FaxServer:
    """`.url` is what HYLAFAX_URL takes; `.jobs` by their ids, `.documents` by their names at the server."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.documents: dict[str, bytes] = {}

    def __enter__(self) -> FaxServer:
        outer = self

        class Handler(_Session):
            fax = outer

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"hylafax://{USER}:{PASSWORD}@127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def finish(self, job: str, state: str, why: str = "") -> None:
        self.jobs[job].state, self.jobs[job].why = state, why


class _Session(socketserver.StreamRequestHandler):
    fax: FaxServer
    user = ""
    job = ""
    waiting: socket.socket | None = None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def handle(self) -> None:
        self.say("220 fax.example.test server (HylaFAX (tm) Version 7.0.6) ready.")
        signed_in = False
        for raw in self.rfile:
            command, _space, rest = raw.decode().strip().partition(" ")
            command = command.upper()
            if command == "USER":
                self.user = rest
                self.say(f"331 Password required for {rest}.")
            elif command == "PASS":
                signed_in = (self.user, rest) == (USER, PASSWORD)
                self.say(f"230 User {self.user} logged in." if signed_in else "530 Login incorrect.")
            elif command == "QUIT":
                self.say("221 Goodbye.")
                return
            elif not signed_in:
                self.say("530 Please login with USER and PASS.")
            else:
                self.obey(command, rest)

    def obey(self, command: str, rest: str) -> None:
        job = self.fax.jobs.get(self.job)
        if command == "TYPE":
            self.say("200 Type set to Image.")
        elif command == "PASV":
            self.waiting = socket.create_server(("127.0.0.1", 0))
            high, low = divmod(self.waiting.getsockname()[1], 256)
            self.say(f"227 Entering passive mode (127,0,0,1,{high},{low})")
        elif command == "STOT" and self.waiting is not None:
            self.store(self.waiting)
        elif command == "JNEW":
            self.job = str(len(self.fax.jobs) + 1)
            self.fax.jobs[self.job] = Job()
            self.say(f"200 New job created: jobid: {self.job} groupid: {self.job}.")
        elif command == "JOB":
            known = rest in self.fax.jobs
            self.job = rest if known else self.job
            self.say(
                f"200 Current job: jobid: {rest} groupid: {rest}."
                if known
                else f"500 Cannot set job {rest}; no such job."
            )
        elif command == "JPARM" and job is not None:
            self.parm(job, rest)
        elif command == "JSUBM" and job is not None:
            lacking = {"FROMUSER", "NOTIFYADDR", "DIALSTRING", "DOCUMENT"} - set(job.parms)
            job.state = job.state if lacking else "READY"
            self.say(
                f"504 Job {self.job} not submitted; lacks {lacking}."
                if lacking
                else f"200 Job {self.job} submitted."
            )
        else:
            self.say(f"500 '{command}': Command not recognized.")

    def parm(self, job: Job, rest: str) -> None:
        name, _space, value = rest.partition(" ")
        value = value.strip('"')
        if not value:
            self.say(f"213 {job.state if name == 'STATE' else job.why}")
        elif name == "DOCUMENT" and value not in self.fax.documents:
            self.say(f"550 {value}: No such file or directory.")
        elif name == "DIALSTRING" and re.search(r"0000$|[^0-9]", value):
            self.say("550 Bad dialstring.")
        else:
            job.parms[name] = value
            self.say("200 Added document." if name == "DOCUMENT" else f'213 {name} set to "{value}".')

    def store(self, waiting: socket.socket) -> None:
        name = f"/tmp/doc{len(self.fax.documents) + 1}.ps"
        self.say(f"150 FILE: {name} (Opening new data connection).")
        data, _peer = waiting.accept()
        with data, waiting:
            self.fax.documents[name] = b"".join(iter(lambda: data.recv(65536), b""))
        self.say(f"226 Transfer complete (FILE: {name}).")
