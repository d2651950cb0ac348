"""A mailbox over IMAP4rev1, as much of it as reading and emptying takes: `with MailBox([raw, …]) as box: … box.mails`."""

from __future__ import annotations

import socketserver
import threading

USER, PASSWORD = "bounces", "box-password"


class MailBox:
    """`.url` is what MAIL_BOUNCE_BOX takes; `.mails` what is still in it."""

    def __init__(self, mails: list[bytes]) -> None:
        self.mails: list[bytes] = list(mails)
        self.deleted: set[int] = set()

    def __enter__(self) -> MailBox:
        outer = self

        class Handler(_Session):
            box = outer

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"imap://{USER}:{PASSWORD}@127.0.0.1:{self._server.server_address[1]}/INBOX"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Session(socketserver.StreamRequestHandler):
    box: MailBox

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def handle(self) -> None:
        self.say("* OK IMAP4rev1 ready")
        for raw in self.rfile:
            tag, command, *rest = raw.decode().split(None, 2)
            ok = self.obey(command.upper(), rest[0].strip() if rest else "")
            self.say(f"{tag} {'OK done' if ok else 'NO refused'}")
            if command.upper() == "LOGOUT":
                return

    def obey(self, command: str, rest: str) -> bool:
        box = self.box
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command == "LOGIN":
            return rest.replace('"', "") == f"{USER} {PASSWORD}"
        elif command == "SELECT":
            self.say(f"* {len(box.mails)} EXISTS")
        elif command == "SEARCH":
            left = (str(n) for n in range(1, len(box.mails) + 1) if n not in box.deleted)
            self.say(f"* SEARCH {' '.join(left)}".rstrip())
        elif command == "FETCH":
            number = int(rest.split()[0])
            mail = box.mails[number - 1]
            self.wfile.write(f"* {number} FETCH (BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n")
        elif command == "STORE":
            box.deleted.add(int(rest.split()[0]))
        elif command == "EXPUNGE":
            box.mails = [mail for n, mail in enumerate(box.mails, 1) if n not in box.deleted]
            box.deleted.clear()
        return True
