"""Every hostile file ends in a repair that is reported or in a refusal, and never changes a workspace."""

import hashlib
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from geo.errors import InvalidInputError, Sentence, SourceError
from services.intake.build import build
from services.words.texts import told
from services.workspace.folder import Workspace
from tests.services.intake.hostile import lists, maps
from tests.services.intake.hostile.case import Case
from tests.services.intake.hostile.hamlet import profile_text, write_hamlet
from tests.services.intake.hostile.profiles import PROFILES

pytestmark = pytest.mark.long

CASES: list[Case] = [*lists.CASES, *maps.CASES]
LONGEST_S = 10


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folder of the hamlet's files and its workspace."""
    folder = tmp_path_factory.mktemp("hamlet")
    build(write_hamlet(folder / "source"), folder / "workspace")
    return folder / "source", folder / "workspace"


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Stop the block with an error when it takes longer."""

    def stop(*_: object) -> None:
        message = f"longer than {seconds} s"
        raise TimeoutError(message)

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def victim(hamlet: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Return a copy of the hamlet's files and of its workspace."""
    source, workspace = hamlet
    shutil.copytree(source, tmp_path / "source")
    shutil.copytree(workspace, tmp_path / "workspace")
    return tmp_path / "source", tmp_path / "workspace"


def attack(profile: Path, workspace: Path) -> Workspace | InvalidInputError:
    """Build the hamlet over its workspace; return what was built or why it was refused."""
    before = fingerprint(workspace)
    beside = sorted(path.name for path in workspace.parent.iterdir() if path.suffix != ".lock")
    start = time.monotonic()
    try:
        with at_most(LONGEST_S):
            return build(profile, workspace)
    except InvalidInputError as error:
        assert time.monotonic() - start < LONGEST_S
        assert fingerprint(workspace) == before
        assert (
            sorted(path.name for path in workspace.parent.iterdir() if path.suffix != ".lock")
            == beside
        )
        return error


def require_readable(error: InvalidInputError, file: str) -> None:
    """Check a refusal: one sentence of a bearable length in both languages that names the file."""
    for text in (told(error, "ja"), told(error, "en")):
        assert file in text
        assert len(text) < 2000
        assert "Traceback" not in text
    assert told(error, "ja") != told(error, "en")
    if isinstance(error, SourceError) and error.row is not None:
        assert f"{error.row}行目" in told(error, "ja")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_is_refused_or_its_repair_is_reported(
    case: Case, victim: tuple[Path, Path]
) -> None:
    source, workspace = victim
    file = f"hostile-{case.file}"
    case.write(source / file)
    profile = source / "profile.toml"
    profile.write_text(profile_text(**{case.source: (file, case.format)}), encoding="utf-8")
    result = attack(profile, workspace)
    if isinstance(result, InvalidInputError):
        assert case.end in ("refused", "trouble", "content"), result
        require_readable(result, file.removesuffix(".csv"))
        assert case.end != "refused" or case.says in str(result)
        return
    assert case.end != "refused", "it was read"
    if case.end == "content":
        require_content(result, case)
        return
    # The hamlet itself gives no entry: every one there is is about the hostile file.
    entries = [
        entry for source in result.seen("exact").intake.values() for entry in source["entries"]
    ]
    assert entries, "nothing was reported"
    assert any(case.says in entry["code"] for entry in entries), [e["code"] for e in entries]
    said = [Sentence.from_dict(entry["said"]) for entry in entries]
    assert all(told(one, "ja") != told(one, "en") for one in said)
    assert all(0 < len(told(one, lang)) < 2000 for one in said for lang in ("ja", "en"))


def require_content(workspace: Workspace, case: Case) -> None:
    """Check that an odd but whole file has lost nothing."""
    if case.places is not None:
        assert workspace.manifest["counts"]["places"] == case.places
    unmatched = workspace.manifest["unmatched_residents"]["total"]
    total = workspace.demand()["total"].sum() + unmatched
    assert total == pytest.approx(400 if case.residents is None else case.residents)
    assert len(workspace.areas()) == 4


@pytest.mark.parametrize("name", PROFILES)
def test_a_hostile_profile_is_refused(name: str, victim: tuple[Path, Path]) -> None:
    source, workspace = victim
    content = PROFILES[name]
    profile = source / "profile.toml"
    profile.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = attack(profile, workspace)
    assert isinstance(result, InvalidInputError), "it was read"
    assert told(result, "ja") != told(result, "en")
    assert len(str(result)) < 5000
    assert not list(source.parent.rglob("hacked"))


def test_the_corpus_is_large_and_no_name_occurs_twice() -> None:
    names = [case.name for case in CASES] + [f"profile-{name}" for name in PROFILES]
    assert len(names) == len(set(names))
    hostile = [case for case in CASES if case.end != "content"]
    assert len(hostile) >= 120
