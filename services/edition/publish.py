"""Publish: a workspace to the folder of its public view, which holds nothing to lose."""

import shutil
from pathlib import Path

from geo.errors import InvalidInputError
from services.edits.versions import FOLDER as EDITS
from services.plans.store import FOLDER as PLANS
from services.plans.store import list_plans
from services.registry.published import write_published
from services.words.vocabulary import PUBLIC
from services.workspace.folder import (
    EXACT_FOLDER,
    LEDGER,
    MANIFEST,
    SOURCES,
    Workspace,
    open_workspace,
    registry_file,
)
from services.workspace.jsonfiles import read_json, write_json
from services.workspace.locks import in_use
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_folder

FILES = ("profile.toml", SOURCES, LEDGER)
FOLDERS = ("layers", "network", EDITS, "results")
"""What is published, of results not the exact ones, and the plans that this view reads. All else stays."""


def publish(workspace: Workspace, out: Path, *, progress: Progress = silent) -> Workspace:
    """
    Write the public view of a workspace as a workspace of its own, and return it.

    It holds protected inputs, public results and plans: no key, no exact count, home or note, and no
    draft of a scenario. An earlier published folder is replaced whole, or on any error stays as it was.

    Raises
    ------
    InvalidInputError
        ``out`` is something else, or lies in the workspace.
    NotFoundError
        There is no result yet.
    """
    public = workspace.seen(PUBLIC)
    public.snapshot()
    _require_replaceable(public.path, out)
    progress("publish.write", 0.1)
    with public.working(), in_use(out, alone=True), staged_folder(out) as folder:
        for name in FILES:
            shutil.copyfile(public.path / name, folder / name)
        for name in FOLDERS:
            if (public.path / name).is_dir():
                hidden = shutil.ignore_patterns(EXACT_FOLDER, ".*")
                shutil.copytree(public.path / name, folder / name, ignore=hidden)
        for plan in list_plans(
            public
        ):  # one of another protection knows counts that this one rounds
            shutil.copytree(plan.path, folder / PLANS / plan.path.name)
        progress("publish.registry", 0.7)
        write_published(public, registry_file(folder))
        manifest = read_json(public.path / MANIFEST)
        write_json(folder / MANIFEST, {**manifest, "published": True, "registry_url": ""})
    progress("publish.done", 1.0)
    return open_workspace(out)


def _require_replaceable(path: Path, out: Path) -> None:
    if out.resolve().is_relative_to(path.resolve()) or path.resolve().is_relative_to(out.resolve()):
        raise InvalidInputError(
            "{out}: lies in the workspace, which holds exact counts; name another folder with --out",
            out=out,
        )
    is_ours = (out / MANIFEST).is_file() and bool(read_json(out / MANIFEST).get("published"))
    if out.exists() and not is_ours and (out.is_file() or any(out.iterdir())):
        raise InvalidInputError(
            "{out}: exists and is no published folder; name another folder with --out", out=out
        )
