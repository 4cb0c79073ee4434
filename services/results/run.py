"""Run: from a workspace to a snapshot of coverage, gaps and candidates."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.coverage.reached import row_keys, share_pct
from services.edits.versions import edits_record, in_force
from services.registry.seen import has_homes
from services.results.candidates import candidates_frame
from services.results.crosstabs import crosstabs_frame
from services.results.edits import edits_frame
from services.results.gaps import gaps_frame
from services.results.inequality import inequality_frame
from services.results.provision import provision_frame
from services.results.reach import drawn_homes, reach_frame
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
from services.situation.assumptions import assumptions_of
from services.situation.councils import councils_frame
from services.situation.doubts import street_doubts
from services.situation.intervals import Bounds, Ends, figures, unknown_most
from services.situation.naming import layers_of, named, stacked, unlocated
from services.situation.parameters import Parameters
from services.situation.places import TODAY, Selection
from services.situation.view import Situation
from services.words.dates import today
from services.words.vocabulary import EXACT, PUBLIC
from services.workspace.folder import (
    DEMAND,
    RESULT_FORMAT,
    Snapshot,
    Workspace,
    seen_in,
    software_version,
)
from services.workspace.jsonfiles import digest, write_json
from services.workspace.progress import Claim, Progress, silent, unclaimed
from services.workspace.staging import staged_file, staged_number


def run(  # noqa: PLR0913  what is asked, and who looks on
    workspace: Workspace,
    *,
    walk_limit_m: float | None = None,
    walk_limit_min: float | None = None,
    walking_profile: str | None = None,
    selection: Selection = TODAY,
    progress: Progress = silent,
    claim: Claim = unclaimed,
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
        numbered = staged_number(results, above=workspace.results_n)
        with numbered as (name, folder), _writing() as write:
            claim(name)
            progress("run.reach", 0.1)
            # What the views share is walked and drawn once.
            asked: list[_View] = []
            for one in _views(workspace):
                asked.append(_view(one, parameters, beside=asked[-1] if asked else None))
            for view in asked:
                # What is told goes on once: the second view begins where the first one did.
                own = seen_in(folder, view.situation.workspace.view)
                own.mkdir(parents=True, exist_ok=True)
                told = progress if view is asked[-1] else silent
                table, gaps = _tables(view, told, partial(write, own))
                write_json(own / "run.json", _record(view.situation, name, table, gaps, day))
        serve(results, name, selection)
    progress("run.done", 1.0)
    return workspace.snapshot(name)


def serve(results: Path, name: str, selection: Selection = TODAY) -> None:
    """Let LATEST point at a snapshot, unless it is one of the past."""
    if selection == TODAY or not (results / "LATEST").is_file():
        with staged_file(results / "LATEST") as latest:
            latest.write_text(name + "\n", encoding="utf-8")


def _views(workspace: Workspace) -> list[Workspace]:
    """Return the workspace in the exact view, where it knows something else, and in the public one."""
    public = workspace.seen(PUBLIC)
    with ThreadPoolExecutor(1) as beside:
        homes = beside.submit(public.demand)
        _ = public.network(), public.areas()  # read once for both
        homes.result()
    if public.is_published:
        return [public]
    exact = public.seen(EXACT)
    same = exact.file(DEMAND) == public.file(DEMAND) and not has_homes(public)
    return [public] if same else [exact, public]


@dataclass(frozen=True)
class _View:
    """What one view is asked, with what does not depend on who lives where."""

    situation: Situation
    streets: gpd.GeoDataFrame
    reach: gpd.GeoDataFrame
    edits: gpd.GeoDataFrame


def _view(workspace: Workspace, parameters: Parameters, *, beside: "_View | None") -> _View:
    """Look for all walks that the tables are made of, and draw what is reached."""
    other = beside.situation if beside else None
    situation = Situation(workspace, parameters, beside=other)
    for walking in situation.walkings:
        _ = situation.access(walking), situation.journeys(walking)
    _ = situation.approach("weekly")
    if beside and situation.stands_as_beside:
        same = len(drawn_homes(situation)) == len(drawn_homes(beside.situation))
        reach = beside.reach if same else reach_frame(situation)
        return _View(situation, beside.streets, reach, beside.edits)
    edits = beside.edits if beside else _edits(situation)
    return _View(situation, streets_frame(situation), reach_frame(situation), edits)


def _edits(situation: Situation) -> gpd.GeoDataFrame:
    (version, day), workspace = situation.drawn, situation.workspace
    return edits_frame(workspace, in_force(workspace, day, version=version))


@contextmanager
def _writing() -> Iterator[Callable[[Path, pd.DataFrame, str], None]]:
    """Yield what writes a table into a folder while the next is computed; at the end all are there."""
    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[None]] = []

        def write(folder: Path, table: pd.DataFrame, name: str) -> None:
            begun.append(pool.submit(table.to_parquet, folder / f"{name}.parquet"))

        yield write
        for one in begun:
            one.result()


def _tables(
    view: _View, progress: Progress, write: Callable[[pd.DataFrame, str], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute and write every table of a view of a snapshot; return coverage and gaps."""
    situation = view.situation
    progress("run.coverage", 0.4)
    table = coverage_frame(situation)
    write(table, "coverage")
    write(councils_frame(situation), "councils")
    write(slots_frame(situation), "slots")
    write(combined_frame(situation), "combined")
    write(provision_frame(situation), "provision")
    write(inequality_frame(table), "inequality")
    write(crosstabs_frame(situation), "crosstabs")
    closed = closings(situation)
    resilience = resilience_frame(situation, closed)
    write(resilience, "resilience")
    write(backup_frame(situation, closed), "backup")
    progress("run.gaps", 0.55)
    gaps = gaps_frame(situation)
    write(gaps, "gaps")
    progress("run.candidates", 0.7)
    write(candidates_frame(situation), "candidates")
    progress("run.write", 0.9)
    write(_published_places(situation, resilience), "places")
    write(view.streets, "streets")
    write(view.edits, "edits")
    write(view.reach, "reach")
    return table, gaps


def coverage_frame(situation: Situation) -> pd.DataFrame:
    """Return the coverage of every layer and profile, with a remainder row each (DESIGN §6)."""
    asked = [
        (walking, layer, layering)  # what layers share is computed once, before they part
        for walking in situation.walkings
        for layer, layering in layers_of(situation)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def measure(people: pd.DataFrame) -> pd.DataFrame:
            return stacked(pool.map(lambda one: figures(situation, one[2], one[0], people), asked))

        tables = Ends.of(situation, measure)
    rows = situation.shared("coverage_rows", lambda: _coverage_rows(situation))
    residents = tables.likely["residents"] + unlocated(rows, situation)
    # Residents whose home nobody knows widen the interval by themselves.
    bounds, circle = Bounds.of(tables, "reached"), Bounds.of(tables, "circle_reached")
    unknown = unknown_most(rows, situation)
    low, high = bounds.pct(unknown)
    circle_low, circle_high = circle.pct(unknown)
    might_low, might_high = Bounds.of(tables, "reached_with_unknown").pct(unknown)
    return rows.assign(
        **{str(name): column for name, column in tables.likely.items()},
    ).assign(
        residents=residents,
        coverage_pct=share_pct(tables.likely["reached"], residents),
        coverage_low_pct=low,
        coverage_high_pct=high,
        coverage_with_unknown_pct=share_pct(tables.likely["reached_with_unknown"], residents),
        coverage_with_unknown_low_pct=might_low,
        coverage_with_unknown_high_pct=might_high,
        circle_coverage_pct=share_pct(tables.likely["circle_reached"], residents),
        circle_coverage_low_pct=circle_low,
        circle_coverage_high_pct=circle_high,
    )


def _coverage_rows(situation: Situation) -> pd.DataFrame:
    """Return what the rows of coverage are about, their areas named."""
    groups, limits = situation.residents.columns, situation.parameters.limits
    of_layer = [
        named(row_keys(groups, len(layering.areas), limits), situation, layer, layering)
        for layer, layering in layers_of(situation)
    ]
    rows = [
        frame.assign(profile=walking.profile.id)
        for walking in situation.walkings
        for frame in of_layer
    ]
    return pd.concat(rows, ignore_index=True)


def _published_places(situation: Situation, resilience: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return all places with what the run found about them."""
    weight = situation.residents[situation.parameters.age_group].to_numpy(dtype=float)
    walk = situation.within_limit
    reached = walk.matrix(walk.limit) @ weight
    found = pd.DataFrame(
        {
            "place_id": situation.counted["place_id"],
            "residents_reached": reached,
            "unsnapped": situation.off_streets_why,
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
        "assumptions": assumptions_of(situation),
        "doubts": street_doubts(workspace, day),
        "summary": summary(situation, table, gaps),
    }
