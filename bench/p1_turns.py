"""P1: one durable conversation turn, in process, SQLite file in WAL mode.

Ours: `Engine.handle` (dedupe, lock, sealed state, domain effect, outbox, commit). Peer: python-telegram-bot's
ConversationHandler flushing its persistence per update (and, for the goal, in memory). Limit: a dict state machine with one SQLite
upsert and commit per turn. Everybody has the same people and the same eight questions.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from bench.peers import ptb_conversation
from bench.record import Run, measure, options

QUESTIONS = ("name", "street", "house", "room", "colour", "food", "song", "wish")
PEOPLE = 100
CONVERSATIONS = 4
"""Of each person."""


def ours(folder: Path, people: int, turns: int) -> float:
    """Turns per second of the Engine."""
    from backend.core import db, log
    from backend.fields.form import Form
    from backend.fields.text import Text
    from backend.fields.words import Said, Words
    from conversations.engine import Engine
    from conversations.flow import Answer, Flow, Opening
    from conversations.inbound import Inbound
    from conversations.registry import Registry

    log.configure("bench", stream=(folder / "log").open("w"))
    db.connect(f"sqlite:///{folder / 'ours.db'}")
    db.migrate()
    db.execute("CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, who TEXT)")

    def submit(person, done):  # type: ignore[no-untyped-def]
        db.execute("INSERT INTO told (who) VALUES (?)", (done.answers["name"],))
        return Answer.of(Words("Thank you, all is noted."))

    form = Form(
        "bench", "Bench", [Text(q, label=q, ask=f"Please tell us your {q}") for q in QUESTIONS], review=False
    )
    engine = Engine(Registry([Flow("bench", form, "Bench", lambda _p, _t: Opening(), submit)], []))
    script = [Said(choice="flow:bench"), *(Said(text=f"some {q}") for q in QUESTIONS)]
    events = itertools.count()
    plan = itertools.cycle([(person, said) for said in script for person in range(people)])
    began = time.perf_counter()
    for person, said in itertools.islice(plan, turns):
        engine.handle(Inbound("webchat", f"browser-{person}", f"e{next(events)}", said, locale="en"))
    seconds = time.perf_counter() - began
    told = db.execute("SELECT COUNT(*) FROM told").fetchone()[0]
    assert told == turns // len(script), "every conversation took effect exactly once"
    db.db.close()
    return turns / seconds


def limit(folder: Path, people: int, turns: int) -> float:
    """Turns per second of a dict state machine with one upsert and commit each."""
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=wal; PRAGMA synchronous=normal; CREATE TABLE state (id INTEGER PRIMARY KEY, at INTEGER, answers TEXT)"
    )
    states: dict[int, tuple[int, dict[str, str]]] = {}
    steps = itertools.cycle(itertools.product(range(len(QUESTIONS) + 1), range(people)))
    began = time.perf_counter()
    for step, person in itertools.islice(steps, turns):
        at, answers = states.get(person, (0, {}))
        at = 0 if step == 0 else at + 1
        if step:
            answers = {**answers, QUESTIONS[step - 1]: "some answer"}
        states[person] = (at, answers)
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO state VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at, answers = excluded.answers",
            (person, at, json.dumps(answers)),
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return turns / seconds


def main() -> None:
    given = options(size=PEOPLE, meaning="people, each with four conversations of nine turns")
    turns = given.size * (len(QUESTIONS) + 1) * CONVERSATIONS

    def once() -> Run:
        with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
            folder = Path(name)
            conversation = turns // CONVERSATIONS
            as_it_comes = ptb_conversation.durable(folder, given.size, conversation, once=False)
            return Run(
                ours=ours(folder, given.size, turns),
                peer=ptb_conversation.durable(folder, given.size, conversation),
                limit=limit(folder, given.size, turns * 2),
                extra={
                    "peer_as_it_comes": as_it_comes,
                    "peer_in_memory": ptb_conversation.in_memory(given.size, turns // 2),
                },
            )

    measure("P1", "turns/s", once, runs=given.runs)


if __name__ == "__main__":
    main()
