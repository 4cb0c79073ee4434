"""
The workspace: a folder that holds one municipality, ready to be computed.

``build`` writes it whole, ``run`` adds snapshots that never change, everybody else reads. What was built
before lies in ``builds/NNNN`` with its results: who reads it when it is replaced reads on from there.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from geo.areas.location import largest_overlap
from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    BusyError,
    InvalidInputError,
    NotFoundError,
)
from geo.ground.obstacles import Obstacles, obstacles_of
from geo.streets.network import Network, network_from_frames
from services.privacy.homes import HomeCells
from services.profile import Layer, Profile, on_day, read_profile
from services.words.dates import today
from services.words.names import told_apart
from services.words.texts import text
from services.words.vocabulary import PUBLIC, View
from services.workspace import ground, ofareas
from services.workspace.jsonfiles import digest, read_json
from services.workspace.locks import in_use
from services.workspace.ofareas import AreaTable
from services.workspace.staging import WAIT_S, put_back
from services.workspace.storage import unreadable

# Most tables are short and looked at often: what is computed of them takes a tenth to a fifth less with
# Python's own texts than with Arrow's, and what is computed of a city no more.
pd.set_option("mode.string_storage", "python")

T = TypeVar("T")

FORMAT = 7
"""From 5 on the registry says which schedules and places are assumed, from 7 on there is
ground by scale and streets say when they are open."""
RESULT_FORMAT = 7
"""
Of a snapshot: from 2 on its tables hold no sentence, from 3 on they are those of a view, from 5 on it
says all that it assumes, from 6 on what is not known of places, from 7 on which edits are in force.
"""
MANIFEST = "workspace.json"
RUN = "run.json"
LEDGER = "intake.json"
SOURCES = "sources.json"
DEMAND = "layers/demand.parquet"
EXACT_FOLDER = "exact"
"""Folder of what the exact view alone reads, under the names that the public view has beside it."""
KEY = "exact/key"
"""What draws are made of; it never leaves."""
OF_PEOPLE = ("edits", "proposals", "plans", "scenarios", "exact/plans")
"""Folders of what people have drawn, planned and named: a build never loses them."""
BUILDS = "builds"
"""Folder of what was built before and has results, the newest with the largest number."""
BUILDS_KEPT = 10
"""So many of them are kept, and more where they are young."""
YOUNG_S = 7 * 86_400
"""What was replaced within this time stays: who had opened it, to read or for a plan, may be at it."""
RESULTS = "results"
LATEST = "LATEST"
_NOT_BUILT = (
    BUILDS,
    "plans",
    "edits",
    "proposals",
    "scenarios",
    "export",
    "internal",
    "registry.*",
)
"""What is no part of one build; nor is what begins with a dot."""
REMAINDER = "_remainder"
"""area_id of the row that holds what lies in no area of a layer."""


_OF_THE_FOLDER = ("published", "registry_url")
"""What a manifest says of where it lies."""


def membership(version: tuple[str, str], current: Mapping[str, Layer]) -> str:
    """Return the column of the homes' areas of a version: plain for the one of the day of the build."""
    layer_id, name = version
    if layer_id in current and current[layer_id].version == name:
        return f"in_{layer_id}"
    return f"in_{layer_id}@{name}"


def seen_in(path: Path, view: View) -> Path:
    """Return the folder of what a view has of its own."""
    return path if view == PUBLIC else path / EXACT_FOLDER


def registry_file(path: Path) -> str:
    """Return the address of the registry that is a file in the workspace."""
    return f"sqlite:///{(path / 'registry.sqlite').as_posix()}"


@cache
def software_version() -> str:
    """Return the version of arukeba that runs."""
    return version("arukeba")


Written = tuple[int, int, int] | None


def written_at(path: Path) -> Written:
    """Return what tells a file from another one later under its name; None where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


class Snapshot:
    """The result of one run; each table is read once."""

    def __init__(self, workspace: "Workspace", path: Path) -> None:
        self.workspace = workspace
        self._inside = path.relative_to(workspace.built)
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def path(self) -> Path:
        """Return its folder, which moves when the workspace is built anew."""
        return self.workspace.built / self._inside

    @property
    def name(self) -> str:
        """Return the name of the run, the same in both views."""
        return str(self.run["name"])

    @cached_property
    def run(self) -> dict[str, Any]:
        """Return parameters, versions and the summary."""
        run: dict[str, Any] = read_json(self.path / RUN)
        return run

    def table(self, name: str) -> pd.DataFrame:
        """Return ``coverage`` or ``gaps``; do not change it."""
        if name not in self._frames:
            self._frames[name] = self.workspace.reading(
                lambda _built: _read_table(self.path / f"{name}.parquet")
            )
        return self._frames[name]

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return ``candidates``, ``places``, ``streets`` … in the plane CRS; do not change it."""
        frame = self._frames.get(name)
        if not isinstance(frame, gpd.GeoDataFrame):  # not read yet, or as a plain table
            frame = self._frames[name] = self.workspace.reading(
                lambda _built: _read_layer(self.path / f"{name}.parquet")
            )
        return frame


class Workspace:
    """
    One municipality on disk as on one day and in one view; each part is read once, on first use.

    ``day`` chooses the version of each layer; if not given, it is the day of the build. The public
    view reads nothing exact: what differs in the exact view lies in the folder ``exact``. ``built`` is
    the folder of an earlier build of the workspace, if not that of today.
    """

    def __init__(
        self, path: Path, *, view: View = PUBLIC, day: date | None = None, built: Path | None = None
    ) -> None:
        self.path = path
        self._built = built or path
        self._written = written_at(self._built / MANIFEST)
        self.view = view
        self.manifest: dict[str, Any] = read_json(self.file(MANIFEST))
        as_of = self.manifest.get("as_of")
        self._built_on = date.fromisoformat(as_of) if as_of else today()
        self.day = day or self._built_on

    @property
    def is_public(self) -> bool:
        """Say whether what is seen may leave."""
        return self.view == PUBLIC

    @property
    def few_below(self) -> int:
        """Return the number of persons below which they are told of as few; 0 tells every number."""
        return self.profile.privacy.small_number if self.is_public else 0

    @property
    def is_published(self) -> bool:
        """Say whether the folder holds nothing exact, so that its homes are protected on disk."""
        return bool(self.manifest.get("published"))

    @property
    def sha256(self) -> str:
        """Return the hash of what was built, as the view knows it; publishing changes nothing of it."""
        told = {name: value for name, value in self.manifest.items() if name not in _OF_THE_FOLDER}
        return digest([told, self.sources])

    @property
    def own(self) -> Path:
        """Return the folder of plans of the view."""
        return seen_in(self.path, self.view)

    @property
    def built(self) -> Path:
        """Return the folder that it was opened in, or where that lies since it was built anew."""
        if written_at(self._built / MANIFEST) != self._written:
            kept = [one for one in earlier_builds(self.path) if _same(one, self._written)]
            return kept[0] if kept else self._built
        return self._built

    def reading(self, read: Callable[[Path], T]) -> T:
        """Return what is read of the folder of the build, all of it before or after an exchange."""
        while True:
            built = self.built
            try:
                found = read(built)
            except (ArukebaError, OSError):
                if built == self.built:
                    raise
                continue
            if built == self.built:
                return found

    def file(self, name: str) -> Path:
        """Return a file of the view: the exact one where there is one, and it may be seen."""
        own = seen_in(self.built, self.view) / name
        return own if own.exists() else self.built / name

    def seen(self, view: View) -> "Workspace":
        """Return the workspace in another view; what both have in common is read once."""
        if view == self.view:
            return self
        other = Workspace(self.path, view=view, day=self.day, built=self.built)
        common = (
            "declared",
            "profile",
            "_areas",
            "_network",
            "_stops",
            "hazards",
            "_ground",
            "obstacles",
        )
        other.__dict__.update(
            {name: self.__dict__[name] for name in common if name in self.__dict__}
        )
        return other

    @contextmanager
    def working(self) -> Iterator[None]:
        """Keep the workspace from being replaced while something is written into it."""
        with in_use(self.path, wait_s=WAIT_S):
            if read_json(self.file(MANIFEST)) != self.manifest:
                raise BusyError("{path}: it was built anew meanwhile; try again", path=self.path)
            yield

    def at(self, day: date) -> "Workspace":
        """Return the workspace as on another day; itself where every layer is the same then."""
        if on_day(self.declared, day).layers == self.profile.layers:
            return self
        return Workspace(self.path, view=self.view, day=day, built=self.built)

    @cached_property
    def declared(self) -> Profile:
        """Return the profile that the workspace was built from, with every layer it declares."""
        return self.reading(lambda built: read_profile(built / "profile.toml"))

    @cached_property
    def profile(self) -> Profile:
        """Return the profile with the layers that have borders, in the version of the day."""
        return on_day(self.declared, self.day)

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Return what the manifest says of each layer of the day."""
        chosen = {(layer.id, layer.version): layer for layer in self.profile.layers}
        return [
            {**entry, "approximate": chosen[entry["id"], entry["version"]].approximate}
            for entry in self.manifest["layers"]
            if (entry["id"], entry["version"]) in chosen
        ]

    def unlocated(self, age_group: str, end: str = "") -> float:
        """
        Return how many residents of an age group live nobody knows where.

        ``end`` asks for the least (``_low``) or the most (``_high``) where counts are suppressed.
        """
        lost = self.manifest.get("unmatched_residents", {})
        return float(lost.get(f"{age_group}{end}", lost.get(age_group, 0.0)))

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """Return each source with licence, date and hash."""
        sources: list[dict[str, Any]] = self.reading(lambda _built: read_json(self.file(SOURCES)))
        return sources

    @cached_property
    def intake(self) -> dict[str, Any]:
        """Return the ledger of the intake."""
        intake: dict[str, Any] = self.reading(lambda _built: read_json(self.file(LEDGER)))
        return intake

    @property
    def registry_url(self) -> str:
        """Return the address of the database of what people edit."""
        return str(self.manifest.get("registry_url") or registry_file(self.path))

    @cached_property
    def _areas(self) -> gpd.GeoDataFrame:
        frame = self._layer("layers/areas.parquet")
        chosen = {(layer.id, layer.version): layer for layer in self.profile.layers}
        keys = list(zip(frame["layer"], frame["version"], strict=True))
        frame = frame[[key in chosen for key in keys]].reset_index(drop=True)
        versions = zip(frame["layer"], frame["version"], strict=True)
        frame["approximate"] = [chosen[key].approximate for key in versions]
        council = self.profile.analysis.council_layer
        if self._version_built(council) != self.profile.layer(council).version:
            councils = frame[frame["layer"] == council].reset_index(drop=True)
            frame = with_councils(frame, councils, self.profile)
        return frame.assign(typed_name=frame["area_name"], area_name=_apart(frame, council))

    @cached_property
    def _demand(self) -> gpd.GeoDataFrame:
        frame = self.reading(lambda _built: _read_layer(self.file(DEMAND)))
        for layer in self.profile.layers:
            other = f"in_{layer.id}@{layer.version}"
            if other in frame:
                frame[f"in_{layer.id}"] = frame[other]
        return frame.drop(columns=[name for name in frame.columns if "@" in str(name)])

    def _version_built(self, layer_id: str) -> str:
        return on_day(self.declared, self._built_on).layer(layer_id).version

    @cached_property
    def _network(self) -> Network:
        return network_from_frames(
            self._layer("network/nodes.parquet"), self._layer("network/edges.parquet")
        )

    @cached_property
    def _stops(self) -> gpd.GeoDataFrame | None:
        has_stops = (self.built / "layers/stops.parquet").is_file()
        return self._layer("layers/stops.parquet") if has_stops else None

    def _layer(self, name: str) -> gpd.GeoDataFrame:
        return self.reading(lambda built: _read_layer(built / name))

    def areas(self) -> gpd.GeoDataFrame:
        """
        Return the areas of every layer as on the day, plane CRS; do not change it.

        No two areas of a layer have one ``area_name``; ``typed_name`` is what the file says.
        """
        return self._areas

    def demand(self) -> gpd.GeoDataFrame:
        """Return where residents live, plane CRS; never leaves as it is."""
        return self._demand

    @cached_property
    def home_cells(self) -> HomeCells:
        """Return the cells at whose centres private homes stand in the public view."""
        privacy = self.profile.privacy
        dwellings_xy = shapely.get_coordinates(self.seen(PUBLIC).demand().geometry.to_numpy())
        return HomeCells.of(dwellings_xy, cell_m=privacy.blur_m, least_n=privacy.small_number)

    def stops(self) -> gpd.GeoDataFrame | None:
        """Return the bus stops, plane CRS, None where no layer of them was given."""
        return self._stops

    @cached_property
    def hazards(self) -> gpd.GeoDataFrame:
        """Return areas of danger (hazard, geometry), plane CRS; none in a workspace built before."""
        is_there = (self.built / "layers/hazards.parquet").is_file()
        none = self._areas.iloc[:0][["geometry"]]
        found = self._layer("layers/hazards.parquet") if is_there else none
        return found if "hazard" in found else found.assign(hazard=[])

    def ground_at(self, pixel_m: float) -> gpd.GeoDataFrame:
        """
        Return what a map shows beside the streets, plane CRS; do not change it.

        ``pixel_m`` are the metres of its pixel: what is kept for it is as fine, or finer.
        ``kind`` (``geo.ground.kinds.Kind``), ``name``, ``ref``, ``level``, ``source_id``, ``geometry``.
        """
        name = ground.file_for(pixel_m)
        if name not in self._ground:
            self._ground[name] = self._layer(f"layers/{name}")
        return self._ground[name]

    def of_areas(self, table: AreaTable) -> pd.DataFrame:
        """Return what is told of areas (``services.workspace.ofareas``); no row where nothing is."""
        if table not in self._of_areas:
            file, types = ofareas.FILES[table], ofareas.COLUMNS[table]
            is_there = (self.built / file).is_file()
            found = self.reading(lambda built: _read_table(built / file)) if is_there else None
            none = pd.DataFrame(columns=list(types)).astype(types)
            self._of_areas[table] = none if found is None else found
        return self._of_areas[table]

    @cached_property
    def _of_areas(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _ground(self) -> dict[str, gpd.GeoDataFrame]:
        return {}

    @cached_property
    def obstacles(self) -> Obstacles:
        """Return what of the ground no leg to a street crosses."""
        return obstacles_of(self._layer(f"layers/{ground.FILE}"))

    def network(self) -> Network:
        """Return the walking network."""
        return self._network

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Return a snapshot by name, else the newest of what is built today."""
        results = self.built / RESULTS
        if name is None:
            latest = results / LATEST
            if not latest.is_file():
                raise NotFoundError(
                    "{path} has no results yet; run: arukeba run {path}", path=self.path
                )
            name = latest.read_text(encoding="utf-8").strip()
        if not (results / name).is_dir():
            for build in earlier_builds(self.path):
                if (build / RESULTS / name).is_dir():
                    return self._in(build).snapshot(name)
        folder = seen_in(results / name, self.view)
        if not folder.is_dir():  # both views know the same
            folder = results / name
        if not (folder / RUN).is_file():
            raise NotFoundError("{path} has no results named {name!r}", path=self.path, name=name)
        record = read_json(folder / RUN)
        if record.get("format") != RESULT_FORMAT or not self._protects_as(record):
            raise BrokenWorkspaceError(
                "{result}: made by another version; run: arukeba run {path}",
                result=folder,
                path=self.path,
            )
        as_of = record.get("as_of")
        return Snapshot(self.at(date.fromisoformat(as_of)) if as_of else self, folder)

    def served(self) -> Snapshot:
        """Return the newest snapshot; until what is built anew has one, that of the build before."""
        try:
            return self.snapshot()
        except NotFoundError:
            for build in earlier_builds(self.path):
                with suppress(ArukebaError):
                    return self._in(build).snapshot()
            raise

    def _in(self, build: Path) -> "Workspace":
        """Return an earlier build."""
        earlier = Workspace(self.path, view=self.view, built=build)
        _require_format(earlier)
        return earlier

    @property
    def results_n(self) -> int:
        """Return the largest number that a result of an earlier build has."""
        found = [
            path.name
            for build in earlier_builds(self.path)
            for path in (build / RESULTS).glob("[0-9]*")
        ]
        return max((int(name) for name in found), default=0)

    def _protects_as(self, record: Mapping[str, Any]) -> bool:
        """Say whether homes were protected as they are now: two cells would narrow a home down."""
        made_with = record["parameters"].get("privacy")
        return bool(made_with == self.profile.privacy.model_dump())


def carry_over(old: Path, new: Path, *, keep: int = BUILDS_KEPT) -> None:
    """
    Take what people have made in a workspace over into the folder that is to replace it.

    What was built is kept beside, where it has results: nothing of it ever changes, so each file is the
    same one under a second name, where the disk can do that. Of what was built before, ``keep`` builds
    are taken over, among them always the newest, which is served until the new one has a result.
    """
    for name in OF_PEOPLE:
        if (old / name).is_dir():
            shutil.copytree(old / name, new / name, dirs_exist_ok=True)
    earlier, kept_n = earlier_builds(old), max(keep, 1)
    number = max((int(one.name) for one in earlier), default=0) + 1
    if (old / RESULTS / LATEST).is_file():
        put_aside = new / BUILDS / f"{number:04d}"
        left_out = shutil.ignore_patterns(".*", *_NOT_BUILT)
        shutil.copytree(old, put_aside, copy_function=_second_name, ignore=left_out)
        os.utime(put_aside)
        kept_n -= 1
    for build in [*earlier[:kept_n], *filter(_is_young, earlier[kept_n:])]:
        shutil.copytree(build, new / BUILDS / build.name, copy_function=_second_name)


def earlier_builds(path: Path) -> list[Path]:
    """Return the folders of what was built before, the newest first."""
    return sorted((path / BUILDS).glob("[0-9]*"), reverse=True)


def _is_young(build: Path) -> bool:
    return time.time() - build.stat().st_mtime < YOUNG_S


def _second_name(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _same(build: Path, written: Written) -> bool:
    """Say whether a build is the one whose manifest was written so; a copy is another file."""
    found = written_at(build / MANIFEST)
    return found is not None and written is not None and found[1:] == written[1:]


def open_workspace(path: Path, *, view: View = PUBLIC) -> Workspace:
    """Open a workspace that ``build`` or ``publish`` has made."""
    put_back(path)
    if not (path / MANIFEST).is_file():
        raise InvalidInputError(
            "{path}: not a workspace; make one with: arukeba build PROFILE --out {path}", path=path
        )
    workspace = Workspace(path)
    _require_format(workspace)
    if view != PUBLIC and workspace.is_published:
        raise InvalidInputError(
            "{path}: a published folder, which holds nothing exact; "
            "the exact view is in the workspace that it was published from",
            path=path,
        )
    return workspace.seen(view)


def _require_format(workspace: Workspace) -> None:
    found = workspace.manifest.get("format")
    if found != FORMAT:
        raise BrokenWorkspaceError(
            "{path}: workspace format {found!r}, this version reads {format}; build it again",
            path=workspace.path,
            found=found,
            format=FORMAT,
        )


def _read_table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _read_layer(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def _apart(areas: gpd.GeoDataFrame, council_layer: str) -> "pd.Series[str]":
    """Return names that no two areas of a layer share: with their council's before them, else numbered."""
    names = areas["area_name"].to_numpy(dtype=object, copy=True)
    layers = sorted(areas["layer"].unique(), key=lambda layer: layer != council_layer)
    councils: dict[str, str] = {}
    for layer in layers:
        mine = (areas["layer"] == layer).to_numpy()
        ids = areas.loc[mine, "area_id"].tolist()
        within = [councils.get(council, "") for council in areas.loc[mine, "council_id"]]
        found = told_apart(
            [str(name) for name in names[mine]],
            ids,
            [within],
            hinted=lambda name, outer: text("name.within", "ja", name=name, outer=outer),
            numbered=lambda name, n: text("name.numbered", "ja", name=name, n=n),
        )
        names[mine] = found
        if layer == council_layer:
            councils = dict(zip(ids, found, strict=True))
    return pd.Series(names, index=areas.index, dtype="str")


def with_councils(
    areas: gpd.GeoDataFrame, councils: gpd.GeoDataFrame, profile: Profile
) -> gpd.GeoDataFrame:
    """Return the areas with ``council_id``: the council area that holds most of each unit."""
    owner = largest_overlap(areas, councils)
    whole = [
        layer.id
        for layer in profile.layers
        if layer.kind == "municipality" and layer.id != profile.analysis.council_layer
    ]
    return areas.assign(council_id=owner.mask(areas["layer"].isin(whole), "").to_numpy())
