"""The demo: the whole main job on the fictional model town, in one folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.intake.build import build
from services.modeltown import write_town
from services.publication.export import export
from services.reports.picture import coverage_picture
from services.results.run import run
from services.workspace.folder import Snapshot, Workspace, open_workspace
from services.workspace.progress import Progress, silent

Size = Literal["small", "city"]


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo has made."""

    workspace: Workspace
    snapshot: Snapshot
    files: tuple[Path, ...]


def demo(
    out: Path, *, size: Size = "small", seed: int = 1, lang: str = "ja", progress: Progress = silent
) -> Demo:
    """Make the town, build and run its workspace, export the result and draw the picture."""
    source, target = out / "source", out / "workspace"
    profile = write_town(source, size=size, seed=seed, progress=_part(progress, 0.0, 0.3))
    workspace = build(profile, target, progress=_part(progress, 0.3, 0.6))
    snapshot = run(workspace, progress=_part(progress, 0.6, 0.85))
    workspace = open_workspace(target)
    files = export(workspace, out, file_format="geojson", progress=_part(progress, 0.85, 0.92))
    progress("demo.picture", 0.92)
    picture = out / "coverage.png"
    coverage_picture(snapshot, picture, lang=lang)
    progress("demo.done", 1.0)
    return Demo(workspace, snapshot, (*files, picture))


def _part(progress: Progress, begin: float, end: float) -> Callable[[str, float], None]:
    """Return a report that moves the whole from ``begin`` to ``end``."""

    def report(message: str, share: float) -> None:
        progress(message, begin + (end - begin) * share)

    return report
