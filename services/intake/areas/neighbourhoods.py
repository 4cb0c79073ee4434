"""町会 without a map: unions of small areas by a table 町丁・番地 → 町会, always an estimate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.areas.uniting import United, unite
from geo.errors import Sentence, SourceError
from services.intake.areas.lots import lot_number, read_lots
from services.intake.places.points import read_points
from services.intake.tables.layouts import require_layout
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import read_source, require_columns, texts
from services.profile import Layer, Source
from services.words.names import normalise

AREA_COLUMNS = (
    "KEY_CODE",
    "町丁字コード",
    "町丁・字",
    "町丁字名",
    "町丁目",
    "町丁",
    "町名",
    "area",
)
LOT_COLUMNS = ("番地", "街区符号・地番", "地番", "街区", "範囲", "lots", "lot")
OWNER_COLUMNS = (
    "町会名",
    "自治会名",
    "町会・自治会名",
    "町内会名",
    "区名",
    "名称",
    "施設名",
    "name",
)
SCHOOL_DISTRICTS = "digital_school_districts"
_SHOWN = 20


@dataclass(frozen=True)
class Helpers:
    """Files that help to divide a small area which several neighbourhoods share."""

    points: tuple[Path, Source] | None = None
    halls: tuple[Path, Source] | None = None


def read_neighbourhoods(
    path: Path,
    *,
    layer: Layer,
    source: Source,
    base: gpd.GeoDataFrame,
    helpers: Helpers,
    ledger: Ledger,
) -> gpd.GeoDataFrame:
    """
    Read the table and unite the small areas: area_id, area_name, geometry in the CRS of ``base``.

    Small areas that the table does not name stay as they are, so that nobody is lost.
    """
    notes = ledger.of(source.id)
    table = read_source(path, source=source, notes=notes)
    notes.rows_read += len(table)
    if source.layout == SCHOOL_DISTRICTS:
        table = _school_districts(table, base, layer=layer, path=path)
    claims = _claims(table, base, layer=layer, path=path, notes=notes)
    notes.rows_used += len(claims)
    epsg = base.crs.to_epsg() if base.crs is not None else None
    points = _points(helpers.points, epsg)
    halls = _halls(helpers.halls, epsg, owners=sorted(set(claims["owner"])), layer=layer)
    united = unite(base, claims, points=points, halls=halls)
    names = dict(zip(base["area_id"], base["area_name"], strict=True))
    _note_how(united, names, layer=layer, notes=notes)
    rest = base[base["area_id"].isin(united.left)]
    return gpd.GeoDataFrame(
        pd.concat(
            [
                united.areas.assign(area_id=united.areas["owner"], area_name=united.areas["owner"]),
                rest,
            ],
            ignore_index=True,
        )[["area_id", "area_name", "geometry"]]
    )


def _school_districts(
    table: pd.DataFrame, base: gpd.GeoDataFrame, *, layer: Layer, path: Path
) -> pd.DataFrame:
    """
    Return a row a school and address of 小中学校通学区域情報, where one cell lists all of a school's.

    An address is the longest name of a small area in it, with what follows as its lots. Of a table of
    both sorts of schools a layer takes its own.
    """
    columns = require_layout(SCHOOL_DISTRICTS, map(str, table.columns), path=path).columns
    schools, cells = texts(table, columns["name"]), texts(table, columns["area_name"])
    names = sorted({normalise(str(name)) for name in base["area_name"]}, key=len, reverse=True)
    rows, index = [], []
    for row, school, cell in zip(table.index, schools, cells, strict=True):
        if not _is_of_kind(school, layer.kind):
            continue
        for address in filter(None, map(str.strip, re.split(r"[;；\n]", cell))):
            form = normalise(address)
            name = next((name for name in names if name and name in form), "")
            lots = form.partition(name)[2] if name else ""
            rows.append((school, name or address, lots))
            index.append(row)
    return pd.DataFrame(
        rows, columns=[OWNER_COLUMNS[0], AREA_COLUMNS[2], LOT_COLUMNS[0]], index=index, dtype=str
    )


def _is_of_kind(school: str, kind: str) -> bool:
    both = any(word in school for word in ("小中", "義務教育", "中等"))
    if kind == "elementary_district":
        return both or "中学校" not in school
    return both or kind != "junior_high_district" or "中学校" in school


def _claims(
    table: pd.DataFrame,
    base: gpd.GeoDataFrame,
    *,
    layer: Layer,
    path: Path,
    notes: SourceLedger,
) -> pd.DataFrame:
    """Return one row a claim that is understood: area_id, owner, lots."""
    owner_column = layer.name_field or _column(table, OWNER_COLUMNS)
    area_column = layer.area_field or _column(table, AREA_COLUMNS)
    lot_column = layer.lots_field or _column(table, LOT_COLUMNS)
    require_columns(
        table.columns, [owner_column or "町会名", area_column or "町丁・字", lot_column], path=path
    )
    index = _index(base)
    rows = []
    for row, area, owner, text in zip(
        table.index,
        texts(table, area_column),
        texts(table, owner_column),
        texts(table, lot_column),
        strict=True,
    ):
        lots = read_lots(text)
        found = index.get(area) or index.get(normalise(area)) or ""
        problem = _problem(area, owner, text, found=found, understood=lots is not None)
        if problem:
            notes.rows_refused += 1
            notes.note(Entry("claim_not_used", problem, row=int(row)))
        else:
            rows.append((found, owner, lots or frozenset()))
    if not rows:
        raise SourceError(
            "none of its {table_n} rows names an area of layer {base_layer}",
            path=path,
            table_n=len(table),
            base_layer=layer.base_layer,
        )
    return pd.DataFrame(rows, columns=["area_id", "owner", "lots"])


def _column(table: pd.DataFrame, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in table.columns), "")


def _index(base: gpd.GeoDataFrame) -> Mapping[str, str]:
    """Return area_id by id, by name and by normalised name; a name of two areas finds none."""
    found: dict[str, str] = {}
    for key, name in zip(base["area_id"], base["area_name"], strict=True):
        for spelling in {str(name), normalise(str(name))}:
            found[spelling] = "" if spelling in found else str(key)
    return found | {str(key): str(key) for key in base["area_id"]}


def _problem(area: str, owner: str, lots: str, *, found: str, understood: bool) -> Sentence | None:
    if not owner:
        return Sentence("{area}: no neighbourhood is named", area=area)
    if not found:
        return Sentence(
            "{owner}: there is no area {area!r}, or several of this name; give its KEY_CODE",
            owner=owner,
            area=area,
        )
    if not understood:
        return Sentence(
            "{owner}: {lots!r} is no list of lots like 1-12, 15", owner=owner, lots=lots
        )
    return None


def _points(given: tuple[Path, Source] | None, epsg: int | None) -> gpd.GeoDataFrame | None:
    """Return 番地 as points with their number."""
    if given is None or epsg is None:
        return None
    path, source = given
    rows = read_points(path, lon_field="", lat_field="", source=source, plane_epsg=epsg)
    column = _column(rows.table, LOT_COLUMNS)
    require_columns(rows.table.columns, [column or LOT_COLUMNS[1]], path=path)
    lots = np.array([lot_number(text) for text in texts(rows.table, column)])
    usable = (rows.problems == "") & (lots >= 0)
    return gpd.GeoDataFrame({"lot": lots[usable]}, geometry=rows.shapes[usable], crs=epsg)


def _halls(
    given: tuple[Path, Source] | None, epsg: int | None, *, owners: list[str], layer: Layer
) -> gpd.GeoDataFrame | None:
    """Return halls as points with the neighbourhood whose name they bear; the longest name counts."""
    if given is None or epsg is None:
        return None
    path, source = given
    rows = read_points(path, lon_field="", lat_field="", source=source, plane_epsg=epsg)
    column = _column(rows.table, (layer.name_field, *OWNER_COLUMNS))
    require_columns(rows.table.columns, [column or OWNER_COLUMNS[0]], path=path)
    plain = sorted(((normalise(owner), owner) for owner in owners), key=lambda o: (-len(o[0]), o))
    found = np.array(
        [
            next((owner for name, owner in plain if name in normalise(text)), "")
            for text in texts(rows.table, column)
        ],
        dtype=object,
    )
    usable = (rows.problems == "") & (found != "")
    return gpd.GeoDataFrame({"owner": found[usable]}, geometry=rows.shapes[usable], crs=epsg)


def _note_how(united: United, names: dict[str, str], *, layer: Layer, notes: SourceLedger) -> None:
    remarks = [
        (
            "estimated_borders",
            [str(owner) for owner in united.areas["owner"]],
            Sentence("areas are unions of small areas, their borders are an estimate"),
        ),
        (
            "divided_by_lots",
            [names[key] for key in united.divided_by_lots],
            Sentence("small areas are divided among their owners by the nearest lot"),
        ),
        (
            "divided_by_halls",
            [names[key] for key in united.divided_by_halls],
            Sentence("small areas are divided among their owners by the nearest hall"),
        ),
        (
            "shared",
            [names[key] for key in united.shared],
            Sentence(
                "small areas belong to several owners whole; their residents count for the first of them"
            ),
        ),
        (
            "without_owner",
            [names[key] for key in united.left],
            Sentence("small areas are in no row and stay areas of their own"),
        ),
        (
            "owner_without_area",
            united.empty,
            Sentence("owners have no area"),
        ),
    ]
    for code, listed, what in remarks:
        if listed:
            shown, more = "、".join(listed[:_SHOWN]), "…" if listed[_SHOWN:] else ""
            notes.note(
                Entry(
                    code,
                    Sentence(
                        "layer {id}: {listed_n} {what}: {shown}{more}",
                        id=layer.id,
                        listed_n=len(listed),
                        what=what,
                        shown=shown,
                        more=more,
                        label=layer.label,
                    ),
                )
            )
