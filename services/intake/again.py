"""The intake once more: a workspace built anew from the files that it was built from, where they are."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import ArukebaError, InvalidInputError
from services.intake.build import BUILT_FROM, build
from services.intake.inputs import Given, Inputs, require_files
from services.intake.tables.ledger import Ledger
from services.profile import read_profile
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import read_json
from services.workspace.progress import Progress, silent


def require_sources(workspace: Workspace) -> None:
    """
    Refuse what cannot be built again here.

    Raises
    ------
    InvalidInputError
        The files are not where they were, or nobody noted where.
    """
    told = _told(workspace)
    try:
        profile = read_profile(Path(told["profile"]))
        require_files(Inputs(profile, Path(told["data"]), Ledger()))
    except (ArukebaError, OSError) as error:
        # Where they were is nobody's business who asks over HTTP.
        raise InvalidInputError(
            "the files that this workspace was built from are not where they were, or cannot be read; "
            "build it at the command line: arukeba build PROFILE --out WORKSPACE --data FOLDER"
        ) from error


def build_again(
    workspace: Workspace, *, as_of: date | None = None, progress: Progress = silent
) -> Workspace:
    """Build a workspace anew as it was built, with the files as they are now."""
    told = _told(workspace)
    given = Given(
        tuple(Path(one) for one in told["maps"]),
        Path(told["confirmed"]) if told["confirmed"] else None,
        str(workspace.manifest.get("registry_url") or ""),
        int(told["builds_kept"]),
    )
    made = build(
        Path(told["profile"]),
        workspace.path,
        data=Path(told["data"]),
        as_of=as_of,
        given=given,
        progress=progress,
    )
    return made.seen(workspace.view)


def _told(workspace: Workspace) -> Mapping[str, Any]:
    file = workspace.built / BUILT_FROM
    if not file.is_file():
        raise InvalidInputError(
            "nobody noted from which files this workspace was built; "
            "build it once at the command line: arukeba build PROFILE --out WORKSPACE --data FOLDER"
        )
    told: Mapping[str, Any] = read_json(file)
    return told
