"""What the documentation says is true: its commands work, its settings exist, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from backend.demo.people import HOUSEHOLDS
from backend.fields.id_number import check_character
from backend.settings import ROOT, Settings
from tests.environment import SHARED

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
# These start everything, or the tests from within the tests: test_run.py runs the first, CI the others.
ONLY_PLANNED = {"make run", "make test", "make bench", "make messages", "make format", "make lint"}


def commands() -> list[tuple[str, str]]:
    """(page, command line) for every line of every sh block."""
    return [
        (page.name, line)
        for page in PAGES
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
        for line in block.strip().splitlines()
    ]


@pytest.fixture(scope="module")
def folder(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a newcomer has it, with a `var` of its own that holds a migrated database."""
    place = tmp_path_factory.mktemp("project")
    for path in ROOT.iterdir():
        if path.name not in ("var", ".git", ".env"):
            (place / path.name).symlink_to(path)
    (place / "var").mkdir()
    shutil.copyfile(_sqlite_template, place / "var" / "linli.db")
    return place


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SHARED, "VAR_DIR": str(place / "var"), "DATABASE_URL": ""}
    done = subprocess.run(
        command, shell=True, cwd=place, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_on_the_pages_works(page: str, command: str, folder: Path) -> None:
    if command in ONLY_PLANNED:
        assert run(f"make --dry-run {command.removeprefix('make ')}", folder).stdout
    else:
        run(command, folder)


def settings_table() -> str:
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = (
            default.get_secret_value()
            if hasattr(default, "get_secret_value")
            else str("" if default is None else default)
        )
        shown = shown.replace(str(ROOT) + "/", "")
        rows.append(f"| {name.upper()} | {f'`{shown}`' if shown else ''} | {field.description} |")
    return "\n".join(rows)


def test_the_settings_page_lists_every_setting_as_it_is() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    found = re.search(r"<!-- settings -->\n(.*?)\n?<!-- /settings -->", page, re.DOTALL)
    assert found
    assert found.group(1) == settings_table(), f"docs/operations.md needs this table:\n{settings_table()}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_the_id_number_that_the_tour_offers_is_accepted() -> None:
    numbers = re.findall(r"`(\d{17}[\dX])`", (ROOT / "README.md").read_text())
    assert numbers
    for number in numbers:
        assert check_character(number[:17]) == number[17]
        assert number not in {p.id_number for _home, them in HOUSEHOLDS for p in them}
