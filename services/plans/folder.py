"""
A stored plan as files: its record and what proves it, read without the data and its libraries.

Whoever has the folder alone can verify the plan: ``certificate.npz`` proves that none is better,
``question.npz`` is what was asked, as numbers, and the streets on which the plan was walked.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import ArukebaError, BrokenWorkspaceError, InvalidInputError, NotFoundError
from services.workspace.jsonfiles import digest, read_json
from services.workspace.storage import DAMAGED_ZIP, storage_error

RECORD, CERTIFICATE, QUESTION = "plan.json", "certificate.npz", "question.npz"
PLAN_FORMAT = 7
"""
From 2 on a stored plan holds codes and facts, no sentence; from 3 on what it assumes, from 4 on what
is not known of places, from 5 on how sure it is goal by goal, and its certificate, from 6 on whose
proof that is, the certificate's or the solver's, and which parts are left out because of a crash, from 7
on its question and its streets.
"""


@dataclass(frozen=True)
class PlanFolder:
    """The folder of a plan."""

    path: Path

    @property
    def plan_id(self) -> str:
        """Return the folder's name."""
        return self.path.name

    @cached_property
    def record(self) -> dict[str, Any]:
        """Return what was asked, how it came out, and the hashes of what it was made from."""
        record: dict[str, Any] = read_json(self.path / RECORD)
        return record

    @property
    def chosen_ids(self) -> list[str]:
        """Return the ids of the chosen candidates, by rank."""
        from pyarrow import parquet  # noqa: PLC0415  pandas, which else reads tables, is not needed

        path = self.path / "chosen.parquet"
        try:
            ids: list[str] = parquet.ParquetFile(path).read(["candidate_id"])[0].to_pylist()
        except (OSError, ValueError) as error:
            raise unreadable_plan(path, error) from error
        return ids

    @property
    def is_untouched(self) -> bool:
        """Whether every file is what was written when the plan was made."""
        record = {name: value for name, value in self.record.items() if name != "sha256"}
        files = self.record.get("files", {})
        whole = digest(record) == self.record.get("sha256") and CERTIFICATE in files
        try:
            return whole and all(hash_of(self.path / name) == sha for name, sha in files.items())
        except OSError:
            return False

    @cached_property
    def certificate(self) -> Mapping[str, np.ndarray]:
        """Return the arrays of the certificate; nothing where they cannot be read."""
        return _arrays(self.path / CERTIFICATE)

    @cached_property
    def question(self) -> Mapping[str, np.ndarray]:
        """Return the arrays of the question; nothing where it was too large to be kept."""
        return _arrays(self.path / QUESTION)

    def refused(self, what: object) -> InvalidInputError:
        """Return what is to be told where something of the plan does not hold."""
        return InvalidInputError(
            "plan {plan_id} is refused: {what} do not hold when reckoned anew",
            plan_id=self.plan_id,
            what=what,
        )


def read_folder(path: Path) -> PlanFolder:
    """
    Return the plan in a folder.

    Raises
    ------
    NotFoundError
        There is none.
    BrokenWorkspaceError
        Another version has stored it.
    """
    if not (path / RECORD).is_file():
        raise NotFoundError(
            "{path}: there is no plan; name its folder, WORKSPACE/plans/0001", path=path
        )
    found = PlanFolder(path)
    if found.record.get("format") != PLAN_FORMAT:
        raise of_another_version(found.plan_id)
    return found


def of_another_version(plan_id: str) -> BrokenWorkspaceError:
    """Return what is to be told of a plan that this version does not read."""
    return BrokenWorkspaceError(
        "plan {plan_id!r} was made by another version; make it again with: arukeba plan WORKSPACE",
        plan_id=plan_id,
    )


def unreadable_plan(path: Path, error: Exception) -> ArukebaError:
    """Return what is to be told of a file of a plan that cannot be read."""
    return storage_error(error, path) or BrokenWorkspaceError(
        "{path}: cannot be read ({error}); make the plan again", path=path, error=error
    )


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as found:
            return dict(found)
    except DAMAGED_ZIP:
        return {}


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
