"""Run: from a workspace to a snapshot of coverage, gaps and candidates."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.coverage.reached import share_pct
from services.edits.versions import edits_record
from services.profile import Layer
from services.registry.seen import has_homes
from services.results.candidates import candidates_frame
from services.results.crosstabs import crosstabs_frame
from services.results.gaps import gaps_frame
from services.results.inequality import inequality_frame
from services.results.provision import provision_frame
from services.results.reach import reach_frame
from services.results.resilience import (
    LOST_IF_CLOSED,
    backup_frame,
    closings,
    lost_if_closed,
    resilience_frame,
)
from services.results.slots import combined_frame, slots_frame
from services.results.streets import streets_frame
from services.results.summary import summary
from services.situation.councils import councils_frame
from services.situation.intervals import Bounds, Ends, measured, unknown_most
from services.situation.naming import named, unlocated
from services.situation.parameters import Parameters
from services.situation.places import TODAY, Selection, assumptions
from services.situation.view import Situation
from services.situation.walking import Walking
from services.words.dates import today
from services.words.vocabulary import EXACT, PUBLIC
from services.workspace.folder import (
    DEMAND,
    RESULT_FORMAT,
    Snapshot,
    Workspace,
    digest,
    seen_in,
    software_version,
    write_json,
)
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file, staged_number


def run(
    workspace: Workspace,
    *,
    walk_limit_m: float | None = None,
    walk_limit_min: float | None = None,
    walking_profile: str | None = None,
    selection: Selection = TODAY,
    progress: Progress = silent,
) -> Snapshot:
    """
    Compute a new snapshot of both views; it appears whole, and the workspace's LATEST then points at it.

    Returned is that of the workspace's own view. A published folder knows the public view alone.

    ``selection`` says for which day places and versions of areas are chosen, today if it names none.
    LATEST stays where it is for a run for a day or with suspended places: what is served and
    reported is never replaced by the past. Such a snapshot is read by its name.
    """
    day = selection.as_of or today()
    workspace = workspace.at(day)
    parameters = Parameters.of(
        workspace.profile,
        walk_limit_m=walk_limit_m,
        walk_limit_min=walk_limit_min,
        walking_profile=walking_profile,
        selection=selection,
    )
    results = workspace.path / "results"
    with workspace.working():
        with staged_number(results) as (name, folder):
            progress("run.reach", 0.1)
            # What the views share is walked and drawn once.
            asked: list[_View] = []
            for one in _views(workspace):
                asked.append(_view(one, parameters, beside=asked[-1] if asked else None))
            for view in asked:
                # What is told goes on once: the second view begins where the first one did.
                _write(folder, name, day, view, progress if view is asked[-1] else silent)
        if selection == TODAY or not (results / "LATEST").is_file():
            with staged_file(results / "LATEST") as latest:
                latest.write_text(name + "\n", encoding="utf-8")
    progress("run.done", 1.0)
    return workspace.snapshot(name)


def _views(workspace: Workspace) -> list[Workspace]:
    """Return the workspace in the exact view, where it knows something else, and in the public one."""
    public = workspace.seen(PUBLIC)
    if public.is_published:
        return [public]
    _ = public.network(), public.areas()  # read once for both
    exact = public.seen(EXACT)
    same = exact.file(DEMAND) == public.file(DEMAND) and not has_homes(public)
    return [public] if same else [exact, public]


@dataclass(frozen=True)
class _View:
    """What one view is asked, with what does not depend on who lives where."""

    situation: Situation
    streets: gpd.GeoDataFrame
    reach: gpd.GeoDataFrame


def _view(workspace: Workspace, parameters: Parameters, *, beside: "_View | None") -> _View:
    """Look for all walks that the tables are made of, and draw what is reached."""
    other = beside.situation if beside else None
    situation = Situation(workspace, parameters, beside=other)
    for walking in situation.walkings:
        _ = situation.access(walking), situation.journeys(walking)
    _ = situation.approach("weekly")
    if beside and situation.stands_as_beside:
        return _View(situation, beside.streets, beside.reach)
    return _View(situation, streets_frame(situation), reach_frame(situation))


def _write(result: Path, name: str, day: date, view: _View, progress: Progress) -> None:
    """Write every table of a view of a snapshot."""
    situation = view.situation
    folder = seen_in(result, situation.workspace.view)
    folder.mkdir(parents=True, exist_ok=True)
    progress("run.coverage", 0.4)
    table = coverage_frame(situation)
    table.to_parquet(folder / "coverage.parquet")
    councils_frame(situation).to_parquet(folder / "councils.parquet")
    slots_frame(situation).to_parquet(folder / "slots.parquet")
    combined_frame(situation).to_parquet(folder / "combined.parquet")
    provision_frame(situation).to_parquet(folder / "provision.parquet")
    inequality_frame(table).to_parquet(folder / "inequality.parquet")
    crosstabs_frame(situation).to_parquet(folder / "crosstabs.parquet")
    closed = closings(situation)
    resilience = resilience_frame(situation, closed)
    resilience.to_parquet(folder / "resilience.parquet")
    backup_frame(situation, closed).to_parquet(folder / "backup.parquet")
    progress("run.gaps", 0.55)
    gaps = gaps_frame(situation)
    gaps.to_parquet(folder / "gaps.parquet")
    progress("run.candidates", 0.7)
    candidates = candidates_frame(situation)
    candidates.to_parquet(folder / "candidates.parquet")
    progress("run.write", 0.9)
    _published_places(situation, resilience).to_parquet(folder / "places.parquet")
    view.streets.to_parquet(folder / "streets.parquet")
    view.reach.to_parquet(folder / "reach.parquet")
    write_json(folder / "run.json", _record(situation, name, table, gaps, day))


def coverage_frame(situation: Situation) -> pd.DataFrame:
    """Return the coverage of every layer and profile, with a remainder row each (DESIGN §6)."""
    asked = [(layer, one) for one in situation.walkings for layer in situation.profile.layers]
    for layer in situation.profile.layers:  # what they share is computed once, before they part
        _ = situation.layering(layer.id)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        frames = list(pool.map(lambda one: _layer_coverage(situation, *one), asked))
    return pd.concat(frames, ignore_index=True)


def _layer_coverage(situation: Situation, layer: Layer, walking: Walking) -> pd.DataFrame:
    layering = situation.layering(layer.id)
    tables = Ends.of(situation, lambda people: measured(situation, layering, walking, people))
    frame = named(tables.likely, situation, layer, layering).assign(profile=walking.profile.id)
    residents = frame["residents"] + unlocated(frame, situation)
    # Residents whose home nobody knows widen the interval by themselves.
    bounds, circle = Bounds.of(tables, "reached"), Bounds.of(tables, "circle_reached")
    unknown = unknown_most(frame, situation)
    low, high = bounds.pct(unknown)
    circle_low, circle_high = circle.pct(unknown)
    return frame.assign(
        residents=residents,
        coverage_pct=share_pct(frame["reached"], residents),
        coverage_low_pct=low,
        coverage_high_pct=high,
        circle_coverage_pct=share_pct(frame["circle_reached"], residents),
        circle_coverage_low_pct=circle_low,
        circle_coverage_high_pct=circle_high,
    )


def _published_places(situation: Situation, resilience: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return all places with what the run found about them."""
    weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
    walk = situation.within_limit
    reached = walk.matrix(walk.limit) @ weight
    found = pd.DataFrame(
        {
            "place_id": situation.counted["place_id"],
            "residents_reached": reached,
            "unsnapped": situation.place_snaps["reason"].to_numpy(),
        }
    ).set_index("place_id")
    found = found.join(lost_if_closed(resilience, situation.parameters.age_group))
    places = situation.places
    joined = found.reindex(places["place_id"].to_numpy())
    return places.assign(
        **{name: joined[name].to_numpy() for name in LOST_IF_CLOSED},
        residents_reached=joined["residents_reached"].to_numpy(),
        unsnapped=joined["unsnapped"].fillna("").to_numpy(),
        council_id=situation.council_ids(places),
    )


def _record(
    situation: Situation, name: str, table: pd.DataFrame, gaps: pd.DataFrame, day: date
) -> dict[str, Any]:
    parameters = situation.parameters.to_dict(situation.profile)
    workspace = situation.workspace
    return {
        "name": name,
        "format": RESULT_FORMAT,
        "view": workspace.view,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "arukeba": software_version(),
        "as_of": day.isoformat(),
        "parameters": parameters,
        "parameters_sha256": digest(parameters),
        "edits": edits_record(workspace, situation.drawn[1], version=situation.drawn[0]),
        "workspace_sha256": workspace.sha256,
        "assumptions": assumptions(situation.places, situation.parameters.selection),
        "summary": summary(situation, table, gaps),
    }
