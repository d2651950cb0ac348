"""A device repository as it lies on this machine: a checkout, or a zip of one. Read only, nothing of it is executed, nothing is unpacked.

What leads out of it is refused: `..`, absolute names, symbolic links.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Protocol

from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _

LARGEST = 1 << 20
"""Bytes of one file: the largest published codec has 170 kB."""
_MOST_ENTRIES = 400_000
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Tree(Protocol):
    """Names are relative to its top, with slashes."""

    commit: str
    """What the checkout stands at, "" when that is not told."""

    def read(self, name: str) -> bytes:
        """Raises NotFound, and Invalid for what leads out of it, is a link, or is larger than LARGEST."""

    def files(self, folder: str) -> list[str]:
        """The plain names of the files in it, in order; [] where there is no such folder."""

    def folders(self, folder: str) -> list[str]:
        """The same of its folders."""


def opened(path: Path) -> Tree:
    """Raises NotFound when nothing is there, Invalid when it is neither a folder nor a zip, or a zip that leads out of itself."""
    if path.is_dir():
        return _Folder(path)
    if not path.is_file():
        raise NotFound(_("There is nothing at {path}.", path=str(path)))
    try:
        return _Zip(zipfile.ZipFile(path))
    except (zipfile.BadZipFile, OSError) as error:
        raise Invalid(_("{path} is neither a folder nor a zip that can be read.", path=str(path))) from error


def inside(name: str) -> str:
    """`name` without detours. Raises Invalid when it leads out."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise Invalid(_("“{name}” leads out of the repository. Nothing was taken from it.", name=name))
    return "/".join(parts)


def _too_large(name: str) -> Invalid:
    return Invalid(_("“{name}” is larger than {n} KiB.", name=name, n=LARGEST // 1024))


def _a_link(name: str) -> Invalid:
    return Invalid(_("“{name}” is a link to something else. Links are not followed.", name=name))


def _absent(name: str) -> NotFound:
    return NotFound(_("The repository has no “{name}”.", name=name))


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.commit = _commit_of(root / ".git")

    def read(self, name: str) -> bytes:
        path = self._real(name)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise _absent(name) from error
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _absent(name)
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise _too_large(name)
        return data

    def files(self, folder: str) -> list[str]:
        return self._children(folder, want_files=True)

    def folders(self, folder: str) -> list[str]:
        return self._children(folder, want_files=False)

    def _children(self, folder: str, *, want_files: bool) -> list[str]:
        path = self._real(folder) if folder else self._root
        if not path.is_dir():
            return []
        with os.scandir(path) as children:
            return sorted(
                child.name
                for child in children
                if (
                    child.is_file(follow_symlinks=False)
                    if want_files
                    else child.is_dir(follow_symlinks=False)
                )
            )

    def _real(self, name: str) -> Path:
        """Where it lies, no part of the way a link."""
        path = self._root
        for part in PurePosixPath(inside(name)).parts:
            path /= part
            if path.is_symlink():
                raise _a_link(name)
        return path


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        entries = archive.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise Invalid(_("The zip holds too many files."))
        names = {inside(entry.filename): entry for entry in entries}
        tops = {name.partition("/")[0] for name in names}
        # As it is downloaded from a forge: all of it in one folder, and the commit as the zip's comment.
        wrapped = len(tops) == 1 and not any(name in tops and not e.is_dir() for name, e in names.items())
        cut = len(tops.pop()) + 1 if wrapped else 0
        self._files = {name[cut:]: entry for name, entry in names.items() if not entry.is_dir()}
        self._folders: dict[str, tuple[set[str], set[str]]] = {}
        for name in self._files:
            self._place(name)
        comment = archive.comment.decode("ascii", "ignore").strip()
        self.commit = comment if _COMMIT.fullmatch(comment) else ""

    def _place(self, name: str) -> None:
        at, _slash, own = name.rpartition("/")
        self._folders.setdefault(at, (set(), set()))[0].add(own)
        while at:
            above, _slash, own = at.rpartition("/")
            self._folders.setdefault(above, (set(), set()))[1].add(own)
            at = above

    def read(self, name: str) -> bytes:
        entry = self._files.get(inside(name))
        if entry is None:
            raise _absent(name)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _a_link(name)
        try:
            with self._archive.open(entry) as file:
                data = file.read(LARGEST + 1)  # whatever size the entry claims to have
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise Invalid(_("“{name}” cannot be read from the zip.", name=name)) from error
        if len(data) > LARGEST:
            raise _too_large(name)
        return data

    def files(self, folder: str) -> list[str]:
        return sorted(self._folders.get(folder, (set(), set()))[0])

    def folders(self, folder: str) -> list[str]:
        return sorted(self._folders.get(folder, (set(), set()))[1])


def _commit_of(git: Path) -> str:
    """What HEAD points at, read without running git: a repository's own configuration can name programs."""
    try:
        if git.is_file():  # a worktree, or a submodule
            git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref:"):
            return head if _COMMIT.fullmatch(head) else ""
        ref = inside(head.removeprefix("ref:").strip())
        common = git / "commondir"
        homes = [git, (git / common.read_text().strip()).resolve()] if common.is_file() else [git]
        for home in homes:
            if (home / ref).is_file():
                found = (home / ref).read_text().strip()
                return found if _COMMIT.fullmatch(found) else ""
        for home in homes:
            packed = home / "packed-refs"
            for line in packed.read_text().splitlines() if packed.is_file() else ():
                commit, _space, name = line.partition(" ")
                if name == ref and _COMMIT.fullmatch(commit):
                    return commit
    except (OSError, UnicodeDecodeError, Invalid):
        return ""
    return ""
