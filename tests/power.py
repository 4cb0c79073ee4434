"""
What would a loss of power take? Every system call that writes is watched, and asked at each acknowledgement.

``python -m tests.power`` lets each kind of writing of ``tests.kills`` run once under strace. A disk that
drops whatever was not synced is modelled from what the kernel was asked: what was written to a file and
not synced since is lost, and so is a name in a folder that was not synced since. Nothing that is
acknowledged may be lost, and no name may reach the disk before what it names.
"""

import argparse
import codecs
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills import TRIALS, Trial, state_of

CODE = "import sys; from tests.kills import act_once; act_once(*sys.argv[1:])"
"""What is watched."""
_WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range")
_CALLS = (
    *("fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir"),
    *("openat", "ftruncate", "mkdir", "mkdirat", "link", "linkat", *_WRITES),
)
_UNFINISHED = re.compile(r"^(?P<pid>\d+) +(?P<said>.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<said>.*)$")
_CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<given>.*)\) += (?P<answer>-?\d+)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OPENED = re.compile(r"^\d+<([^>]*)>")
_PASSING = re.compile(
    r"-shm$|\.lock$|\.lock-journal$|/\.new-|\.new-[^/]*(/|$)|\.gone-|/\.\d{4}[^/]*\.new"
)
"""What nobody needs after a loss of power: locks, SQLite's shared memory, and what is being made."""


@dataclass
class Disk:
    """What of a folder has reached the disk, as far as the kernel was asked to bring it there."""

    root: str
    there: set[str] = field(default_factory=set)
    """What has a name on the disk already: opening it makes none."""
    written: set[str] = field(default_factory=set)
    unsynced: set[str] = field(default_factory=set)
    """Files that were written to since they were synced."""
    unnamed: set[str] = field(default_factory=set)
    """Names that their folder was not synced since."""
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def see(self, name: str, given: str) -> None:
        """Take note of one call that the kernel answered well."""
        paths = [_decoded(text) for text in _STRING.findall(given)]
        opened = _OPENED.match(given)
        if name in _WRITES:
            self._write(_target(name, given))
        elif name in ("fsync", "fdatasync") and opened:
            self._synced(_decoded(opened[1]))
        elif name == "ftruncate" and opened:
            self._write(_decoded(opened[1]))
        elif name == "openat" and "O_CREAT" in given:
            self._name(paths[0])
            if "O_TRUNC" in given:
                self._write(paths[0])
        elif name.startswith("mkdir"):
            self._name(paths[0])
        elif name.startswith("link"):
            self._name(paths[1])
        elif name.startswith("rename"):
            self._renamed(paths[0], paths[1], exchanged="RENAME_EXCHANGE" in given)
        elif name in ("unlink", "unlinkat", "rmdir"):
            self._gone(paths[0])

    def acknowledge(self, what: str) -> None:
        """Ask what would be lost now."""
        self.acknowledged += 1
        for kind, lost in (("unsynced", self.unsynced), ("unnamed", self.unnamed)):
            for path in sorted(lost):
                empty_log = path.endswith("-wal") and path not in self.written
                if not (empty_log or _PASSING.search(path)) and Path(path).exists():
                    self.wrong.append(f"{what}: {kind} {path.removeprefix(self.root)}")

    def _write(self, path: str) -> None:
        if path.startswith(self.root):
            self.unsynced.add(path)
            self.written.add(path)

    def _name(self, path: str) -> None:
        if path.startswith(self.root) and path not in self.there:
            self.unnamed.add(path)

    def _synced(self, path: str) -> None:
        if path.startswith(self.root.rstrip("/")):
            self.counts["fsync"] += 1
        self.unsynced.discard(path)
        named = {one for one in self.unnamed if str(Path(one).parent) == path}
        self.unnamed -= named
        self.there |= named

    def _renamed(self, source: str, target: str, *, exchanged: bool) -> None:
        if not source.startswith(self.root):
            return
        self.counts["rename"] += 1
        early = [one for one in self.unsynced if one == source or one.startswith(f"{source}/")]
        early += [one for one in self.unnamed if one.startswith(f"{source}/")]
        if early and not _PASSING.search(target):
            self.wrong.append(
                f"{target.removeprefix(self.root)} is named before {early[0]} is synced"
            )
        self.unsynced = {_moved(one, source, target, exchanged=exchanged) for one in self.unsynced}
        self.unnamed = {_moved(one, source, target, exchanged=exchanged) for one in self.unnamed}
        self.unnamed |= {target}

    def _gone(self, path: str) -> None:
        lost = {
            one for one in self.unsynced | self.unnamed if one == path or one.startswith(f"{path}/")
        }
        self.unsynced -= lost
        self.unnamed -= lost
        self.there -= {one for one in self.there if one == path or one.startswith(f"{path}/")}


def _moved(one: str, source: str, target: str, *, exchanged: bool) -> str:
    for before, after in ((source, target), (target, source) if exchanged else (None, None)):
        if before is not None and (one == before or one.startswith(f"{before}/")):
            return f"{after}{one[len(before) :]}"
    return one


def _target(name: str, given: str) -> str:
    found = re.findall(r"\d+<([^>]*)>", given)
    if not found:
        return ""
    return _decoded(found[1] if name == "copy_file_range" and len(found) > 1 else found[0])


def _decoded(text: str) -> str:
    return codecs.escape_decode(text.encode())[0].decode("utf-8", "replace")  # type: ignore[attr-defined]


def calls(trace: Path) -> Iterator[tuple[str, str, str]]:
    """Yield process, name and arguments of each call that was answered well, in the order of their ends."""
    begun: dict[str, str] = {}
    for line in trace.read_text("utf-8", "replace").splitlines():
        if parted := _UNFINISHED.match(line):
            begun[parted["pid"]] = parted["said"]
            continue
        whole = line
        if ended := _RESUMED.match(line):
            whole = f"{ended['pid']} {begun.pop(ended['pid'], '')}{ended['said']}"
        found = _CALL.match(whole)
        if found and int(found["answer"]) >= 0:
            yield whole.split(" ", 1)[0], found["name"], found["given"]


def watched(name: str, *, arguments: Callable[[Path], list[str]] | None = None) -> Disk:
    """Let one kind of writing run once, and return what its disk would have lost."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "disk"
        folder.mkdir()
        trial: Trial = TRIALS[name](folder)
        trial.make()
        trace = Path(scratch) / "trace"
        disk = Disk(f"{folder}/", {str(path) for path in folder.rglob("*")})
        given = arguments(folder) if arguments else [name, json.dumps(state_of(trial))]
        ran = subprocess.run(
            [
                *("strace", "-f", "-y", "-qq", "-s", "200", "-e", f"trace={','.join(_CALLS)}"),
                *("-o", str(trace), sys.executable, "-c", CODE, *given),
            ],
            cwd=Path(__file__).parents[1],
            check=False,
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            disk.wrong.append(ran.stderr[-500:])
        first = ""
        for process, call, told in calls(trace):
            first = first or process
            if call == "write" and told.startswith("1<") and process == first:
                said = _decoded(_STRING.findall(told)[0]).strip()
                if said:
                    disk.acknowledge(said)
            else:
                disk.see(call, told)
        return disk


def main() -> int:
    """Watch each kind of writing and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not there; install it")
        return 2
    names = [name for name in asked.only.split(",") if name] or [
        n for n in TRIALS if n != "postgis"
    ]
    wrong = 0
    for name in names:
        disk = watched(name)
        wrong += len(disk.wrong)
        print(
            f"{name}: {disk.acknowledged} acknowledgements, {disk.counts['fsync']} syncs, "
            f"{disk.counts['rename']} renames, {len(disk.wrong)} wrong",
            flush=True,
        )
        for said in disk.wrong[:10]:
            print(f"  {said}", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
