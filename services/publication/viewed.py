"""What is said beside every figure of the view that it belongs to: how it is protected, or for whom it is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from geo.errors import NotFoundError
from services.situation.assumptions import assumptions_now
from services.words.assumptions import FIGURES, marked, told_assumptions, used
from services.words.texts import text
from services.workspace.folder import Workspace, software_version


def stamp(workspace: Workspace, lang: str) -> str:
    """Return what stands over every page and picture of the exact view; nothing in the public one."""
    return "" if workspace.is_public else text("view.exact", lang)


def numbers_note(workspace: Workspace, lang: str) -> str:
    """Say in one line what the numbers of people are: exact, rounded by how much, or published where."""
    if not workspace.is_public:
        return text("view.exact", lang)
    place = workspace.profile.municipality
    if rounding := workspace.manifest.get("rounding"):
        name = place.name if lang == "ja" else place.name_en
        return text("view.rounded", lang, municipality=name, **rounding)
    return text("view.published", lang, url=workspace.profile.privacy.residents_published_url)


def told_privacy(workspace: Workspace) -> dict[str, Any]:
    """Return how people and homes are protected in what is seen, ``note`` as the line for people."""
    return {
        **workspace.profile.privacy.model_dump(),
        "rounding": workspace.manifest.get("rounding") if workspace.is_public else None,
        "note": numbers_note(workspace, "ja"),
        "note_en": numbers_note(workspace, "en"),
    }


def assumed_now(workspace: Workspace) -> list[dict[str, Any]]:
    """Return what the figures of a workspace stand on that nobody told: its newest run's, else today's."""
    try:
        found: list[dict[str, Any]] = workspace.snapshot().run["assumptions"]
    except NotFoundError:
        return assumptions_now(workspace)
    return found


def origin(
    workspace: Workspace, assumptions: Sequence[Mapping[str, Any]], about: Collection[str] = FIGURES
) -> dict[str, Any]:
    """Return what a file that is made of a workspace, without a run, says of itself."""
    return {
        "assumptions": told_assumptions(used(assumptions, about)),
        **marked(assumptions, about),
        "view": workspace.view,
        "privacy": told_privacy(workspace),
        "software": f"arukeba {software_version()}",
        "municipality": workspace.profile.municipality.model_dump(),
        "workspace_sha256": workspace.sha256,
        "sources": [
            {key: value for key, value in source.items() if key != "bytes"}
            for source in workspace.sources
        ],
    }
