"""
Residents by mesh, as e-Stat publishes them, with hidden counts kept as an interval.

Where few people live, the census hides the details of a cell (``HTKSYORI`` 2, ``*``) and adds them to
a neighbour (``HTKSAKI``; that one has ``HTKSYORI`` 1 and lists them in ``GASSAN``). The total stays in
every cell. So the figure G printed in the neighbour is the sum over the group, and of a cell with t of
the group's T residents it is known that

    max(0, G - (T - t)) <= its own figure <= min(t, G).

The cell itself gets G · t / T, which lies between the two; the sum over the group stays G. Where no
total is read, the figure stays with the neighbour and each cell of the group has 0 to G.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.meshes import mesh_side_m
from geo.demand.homes import HIGH, LOW
from geo.errors import Sentence, SourceError
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import read_source, require_columns, texts, to_number
from services.profile import Population, Source
from services.profile.base import columns_of

KEY, TREATMENT, TARGET, SOURCES = "KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN"
HIDDEN = frozenset({"*", "＊", "X", "x", "Ｘ"})
NOBODY = frozenset({"", "-", "－", "‐"})
TOTAL = "total"

FloatArray = NDArray[np.float64]


def read_mesh_population(
    paths: Sequence[Path],
    *,
    spec: Population,
    source: Source,
    areas: pd.DataFrame,
    side_m: int,
    ledger: Ledger,
) -> pd.DataFrame:
    """
    Read residents of the municipality's meshes: by area_id, per age group also _low and _high.

    ``areas`` has the ``area_id`` of each mesh and ``inside``, the share of it in the municipality:
    a mesh on the border counts with this share of its residents. Files of several 80 km squares are
    read as one.
    """
    notes = ledger.of(source.id)
    table = pd.concat([_read(path, spec=spec, source=source, notes=notes) for path in paths])
    path = paths[0]
    notes.rows_read += len(table)
    _require_meshes(table, side_m=side_m, path=path)
    counts = _counts(table, spec=spec, path=path)
    people = _intervals(table, counts, notes=notes)
    share = areas.set_index("area_id")["inside"]
    own = people[people.index.isin(share.index)]
    if own.empty:
        raise SourceError(
            "no mesh of it lies in the municipality; give the file of its 80 km square", path=path
        )
    weight = share.reindex(own.index)
    _note_border(own, weight, notes=notes, group=next(iter(spec.age_groups)))
    notes.rows_used += len(own)
    return own.mul(weight, axis=0)


def _read(path: Path, *, spec: Population, source: Source, notes: SourceLedger) -> pd.DataFrame:
    """Return the rows of one file: columns by code, the row of Japanese labels taken for names too."""
    table = read_source(path, source=source, notes=notes)
    require_columns(table.columns, [KEY], path=path)
    labels = table[table[KEY] == ""].head(1)
    if len(labels):
        named = {
            "".join(str(label).split()): str(column)
            for column, label in labels.iloc[0].items()
            if str(label).strip()
        }
        for column in _columns(spec):
            label = "".join(column.split())
            if column not in table.columns and label in named:
                table[column] = table[named[label]]
    require_columns(table.columns, _columns(spec), path=path)
    return table[table[KEY] != ""]


def _require_meshes(table: pd.DataFrame, *, side_m: int, path: Path) -> None:
    codes = table[KEY].tolist()
    wrong = np.flatnonzero(mesh_side_m(codes) != side_m)
    if wrong.size:
        raise SourceError(
            "{code!r} is no code of a {side_m} m mesh; correct the row or mesh_side_m",
            path=path,
            row=int(table.index[wrong[0]]),
            code=codes[wrong[0]],
            side_m=side_m,
        )
    again = table[KEY].duplicated().to_numpy()
    if again.any():
        raise SourceError(
            "mesh {code} occurs twice; give each once",
            path=path,
            row=int(table.index[again][0]),
            code=codes[int(np.flatnonzero(again)[0])],
        )


def _counts(table: pd.DataFrame, *, spec: Population, path: Path) -> pd.DataFrame:
    """Return one column per age group; NaN where the count is hidden."""
    read = {}
    for column in _columns(spec):
        cells = texts(table, column)
        values = np.array(
            [
                np.nan if cell in HIDDEN else 0.0 if cell in NOBODY else to_number(cell)
                for cell in cells
            ]
        )
        hidden = np.array([cell in HIDDEN for cell in cells])
        wrong = np.flatnonzero(~hidden & ~(np.isfinite(values) & (values >= 0)))
        if wrong.size:
            cell, row = cells[wrong[0]], int(table.index[wrong[0]])
            raise SourceError(
                "column {column}: {cell!r} is no count of residents; correct it",
                path=path,
                row=row,
                column=column,
                cell=cell,
            )
        read[column] = values
    # A sum with a hidden part is hidden.
    return pd.DataFrame(
        {
            group: np.sum([read[column] for column in columns_of(columns)], axis=0)
            for group, columns in spec.age_groups.items()
        },
        index=table.index,
    )


def _columns(spec: Population) -> list[str]:
    return list(
        dict.fromkeys(name for named in spec.age_groups.values() for name in columns_of(named))
    )


def _intervals(table: pd.DataFrame, counts: pd.DataFrame, *, notes: SourceLedger) -> pd.DataFrame:
    """Return figure, lowest and highest value per age group, indexed by mesh code."""
    code = table[KEY].to_numpy(dtype=object)
    treated = np.array(texts(table, TREATMENT if TREATMENT in table else ""), dtype=object)
    target = np.array(texts(table, TARGET if TARGET in table else ""), dtype=object)
    owner = np.where((treated == "2") & (target != ""), target, code)
    _, member = np.unique(owner.astype(str), return_inverse=True)
    total = counts[TOTAL].to_numpy(dtype=float) if TOTAL in counts else np.full(len(counts), np.nan)
    people = pd.DataFrame(index=pd.Index(code, name="area_id"))
    for group in counts.columns:
        value = counts[group].to_numpy(dtype=float)
        middle, low, high = _spread(value, total if group != TOTAL else np.nan * total, member)
        people[group], people[group + LOW], people[group + HIGH] = middle, low, high
        _note_hidden(group, value, low, high, notes=notes)
    _note_lost(table, treated, target, code, notes=notes)
    return people


def _spread(
    value: FloatArray, total: FloatArray, member: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spread what a group of cells has over the cells, with the least and the most each can have."""
    size = int(member.max()) + 1 if member.size else 0
    hidden = np.isnan(value)
    unclear = np.bincount(member, weights=hidden, minlength=size)[member] > 0
    known = np.where(hidden, 0.0, value)
    figure = np.bincount(member, weights=known, minlength=size)[member]
    whole = np.bincount(member, weights=total, minlength=size)[member]  # NaN where one is hidden
    tells = unclear & (whole > 0)
    share = np.divide(total, whole, out=np.zeros_like(total), where=tells)
    middle = np.where(tells, figure * share, known)
    low, high = known.copy(), known.copy()
    low[unclear], high[unclear] = 0.0, figure[unclear]
    low[tells] = np.maximum(0.0, figure - (whole - total))[tells]
    # Without its target the group's figure is not known, only that nobody is more than everybody.
    targetless = np.bincount(member, weights=~hidden, minlength=size)[member] == 0
    high[tells] = np.where(targetless, total, np.minimum(total, figure))[tells]
    over = tells & (figure > whole)
    low[over], high[over] = 0.0, figure[over]
    return middle, low, high


def _note_hidden(
    group: str, value: FloatArray, low: FloatArray, high: FloatArray, *, notes: SourceLedger
) -> None:
    hidden = int(np.isnan(value).sum())
    if hidden:
        width = float((high - low).sum())
        notes.note(
            Entry(
                "suppressed_interval",
                Sentence(
                    "{group}: {hidden} meshes have a hidden count, kept as an interval "
                    "({width:g} residents wide in all)",
                    group=group,
                    hidden=hidden,
                    width=width,
                ),
                residents=float(np.nansum(value)),
            )
        )


def _note_lost(
    table: pd.DataFrame,
    treated: NDArray[np.object_],
    target: NDArray[np.object_],
    code: NDArray[np.object_],
    *,
    notes: SourceLedger,
) -> None:
    """Write down cells whose other half of the group is in no file."""
    there = set(code.tolist())
    for row, mesh, other in zip(
        table.index[treated == "2"], code[treated == "2"], target[treated == "2"], strict=True
    ):
        if other not in there:
            notes.note(
                Entry(
                    "target_missing",
                    Sentence(
                        "mesh {mesh}: hidden, and added to {other}, which is in no file; "
                        "its ages are unknown",
                        mesh=mesh,
                        other=other or Sentence("no mesh"),
                    ),
                    row=int(row),
                )
            )
    merged = texts(table, SOURCES if SOURCES in table else "")
    for row, mesh, text in zip(table.index, code, merged, strict=True):
        lost = [name for name in text.replace("；", ";").split(";") if name and name not in there]
        if lost:
            notes.note(
                Entry(
                    "merged_from_outside",
                    Sentence(
                        "mesh {mesh}: its ages include {lost}, in no file; they count here",
                        mesh=mesh,
                        lost=list(lost),
                    ),
                    row=int(row),
                )
            )


def _note_border(
    people: pd.DataFrame, share: pd.Series, *, notes: SourceLedger, group: str
) -> None:
    border = share.to_numpy() < 1 - 1e-9
    if border.any():
        whole = float(people.loc[border, group].sum())
        kept = float((people.loc[border, group] * share[border]).sum())
        notes.note(
            Entry(
                "border_mesh",
                Sentence(
                    "{border} meshes lie across the border; {kept:.1f} of their {whole:g} "
                    "residents ({group}) count, by the share of their surface",
                    border=int(border.sum()),
                    kept=kept,
                    whole=whole,
                    group=group,
                ),
                residents=whole - kept,
            )
        )
