"""The results of the public view in a PostGIS database: typed tables that QGIS and SQL read."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.errors import InvalidInputError, Sentence, StorageError
from services.publication.columns import LAYERS, TABLE_OF, TABLES, Column, leaving
from services.publication.tables import Publication, provenance
from services.registry.database import require_no_password
from services.words.texts import text
from services.words.vocabulary import PUBLIC
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import digest
from services.workspace.plain import plain_rows
from services.workspace.progress import Progress, silent

if TYPE_CHECKING:
    from psycopg import Connection

_TYPES = {"number": "double precision", "integer": "bigint", "boolean": "boolean"}
"""By kind of a column; every other one is text."""
_SHAPES = {"areas": "MultiPolygon", "coverage": "MultiPolygon", "gaps": "MultiPolygon"} | {
    "reach": "MultiPolygon",
    "places": "Point",
    "candidates": "Point",
}
"""By collection; of every other one a shape is whatever it is."""
PROVENANCE = "provenance"
_WAIT = "30s"


def is_address(out: str) -> bool:
    """Say whether something is the address of a database and no folder."""
    return "://" in out


def schema_of(workspace: Workspace) -> str:
    """Return the name of the schema of a municipality: its name in Latin letters, else its code."""
    told = workspace.profile.municipality
    plain = re.sub(r"[^a-z0-9]+", "_", (told.name_en or "").lower()).strip("_")
    return plain[:50] if plain[:1].isalpha() else f"arukeba_{told.jis_code}"


def publish_tables(workspace: Workspace, url: str, *, progress: Progress = silent) -> str:
    """
    Write the newest result of the public view into the schema of the municipality; return its name.

    All in one transaction: who reads sees the old result until the new one is whole. A table whose
    columns are still the same stays, with the views and rights that others made on it.

    Raises
    ------
    InvalidInputError, StorageError
        The address or its driver cannot be used; the database refuses, or has no PostGIS.
    NotFoundError
        There is no result yet.
    """
    require_no_password(url)
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise InvalidInputError("{url}: give postgresql://USER@HOST/DATABASE", url=url)
    try:
        import psycopg  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InvalidInputError(
            "PostgreSQL needs its driver: pip install 'arukeba[postgresql]'"
        ) from error
    snapshot = workspace.seen(PUBLIC).snapshot()
    schema, publication = schema_of(workspace), Publication(snapshot)
    epsg = int(workspace.profile.municipality.plane_epsg)
    try:
        with psycopg.connect(f"postgresql://{rest}", connect_timeout=30) as connection:
            target = _Target(connection, schema, epsg)
            target.prepare()
            names = (*LAYERS, *TABLE_OF)
            for done, name in enumerate(names):
                progress("publish.write", done / len(names))
                if name in TABLE_OF:
                    target.write(name, publication.table(TABLE_OF[name]), TABLES[TABLE_OF[name]])
                else:
                    target.write(name, publication.frame(name), TABLES[name])
            target.tell(provenance(snapshot))
    except psycopg.Error as error:
        raise StorageError(
            "the database refuses ({reason}); {way}",
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
            way=Sentence(
                "see that it answers, that you may write there (PGPASSWORD) and that PostGIS is installed"
            ),
        ) from error
    progress("publish.done", 1.0)
    return schema


class _Target:
    """One schema of a database, within one transaction."""

    def __init__(self, connection: "Connection[Any]", schema: str, epsg: int) -> None:
        from psycopg import sql  # noqa: PLC0415  an extra

        self._sql, self._connection = sql, connection
        self._schema, self._epsg = schema, epsg

    def prepare(self) -> None:
        """Make the schema; one at a time writes it."""
        self._do("SET LOCAL lock_timeout = {}", self._sql.Literal(_WAIT))
        key = int(digest(self._schema)[:15], 16)
        self._do("SELECT pg_advisory_xact_lock({})", self._sql.Literal(key))
        self._do("CREATE EXTENSION IF NOT EXISTS postgis")
        self._do("CREATE SCHEMA IF NOT EXISTS {}", self._sql.Identifier(self._schema))

    def write(self, name: str, frame: pd.DataFrame, declared: tuple[Column, ...]) -> None:
        """Write one table with typed columns, each with what it is beside it."""
        kinds = {one.name: one for one in declared}
        leave = set(leaving(TABLE_OF.get(name, name)))
        told = [kinds[str(column)] for column in frame.columns if str(column) in leave]
        types = {one.name: _TYPES.get(one.kind, "text") for one in told}
        if isinstance(frame, gpd.GeoDataFrame):
            types["geometry"] = f"geometry({_SHAPES.get(name, 'Geometry')},{self._epsg})"
        self._make(name, types)
        for one in told:
            said = text(f"column.{TABLE_OF.get(name, name)}.{one.says}", "ja")
            unit = f" [{one.unit}]" if one.unit else ""
            self._comment(name, one.name, f"{said}{unit}")
        self._fill(name, list(types), self._rows(name, frame, [one.name for one in told]))

    def tell(self, told: dict[str, Any]) -> None:
        """Write what everything is made of and stands on."""
        self._make(PROVENANCE, {"key": "text", "value": "jsonb"})
        from psycopg.types.json import Jsonb  # noqa: PLC0415  an extra

        self._fill(PROVENANCE, ["key", "value"], iter([[k, Jsonb(v)] for k, v in told.items()]))

    def _make(self, name: str, types: dict[str, str]) -> None:
        """Empty a table that has these columns already; make one that has others, or is not there."""
        query = (
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        at = self._sql.Literal(f'"{self._schema}"."{name}"')
        if dict(self._do(query, at).fetchall()) == types:
            self._do("DELETE FROM {}", self._at(name))
            return
        self._do("DROP TABLE IF EXISTS {}", self._at(name))
        columns = [
            self._sql.SQL("{} {}").format(self._sql.Identifier(column), self._sql.SQL(kind))
            for column, kind in types.items()
        ]
        self._do("CREATE TABLE {} ({})", self._at(name), self._sql.SQL(", ").join(columns))
        if "geometry" in types:
            self._do("CREATE INDEX ON {} USING gist (geometry)", self._at(name))

    def _comment(self, name: str, column: str, said: str) -> None:
        at = self._sql.Identifier(self._schema, name, column)
        self._do("COMMENT ON COLUMN {} IS {}", at, self._sql.Literal(said))

    def _rows(self, name: str, frame: pd.DataFrame, columns: list[str]) -> Iterator[list[Any]]:
        rows = plain_rows(pd.DataFrame(frame[columns]))
        shapes = self._shapes(name, frame) if isinstance(frame, gpd.GeoDataFrame) else None
        for number, row in enumerate(rows):
            values = [row[column] for column in columns]
            yield values if shapes is None else [*values, shapes[number]]

    def _shapes(self, name: str, frame: gpd.GeoDataFrame) -> list[str | None]:
        shapes: Any = frame.geometry.to_numpy()
        if _SHAPES.get(name) == "MultiPolygon":
            shapes = [
                shapely.MultiPolygon([one])
                if one is not None and one.geom_type == "Polygon"
                else one
                for one in shapes
            ]
        placed = shapely.set_srid(shapes, self._epsg)
        return [
            None if one is None else shapely.to_wkb(one, hex=True, include_srid=True)
            for one in placed
        ]

    def _fill(self, name: str, columns: list[str], rows: Iterator[list[Any]]) -> None:
        told = self._sql.SQL(", ").join(map(self._sql.Identifier, columns))
        query = self._sql.SQL("COPY {} ({}) FROM STDIN").format(self._at(name), told)
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            for row in rows:
                copy.write_row(row)

    def _at(self, name: str) -> Any:  # noqa: ANN401  a name as the driver writes it
        return self._sql.Identifier(self._schema, name)

    def _do(self, query: str, *parts: Any) -> Any:  # noqa: ANN401  a cursor of the driver
        return self._connection.execute(self._sql.SQL(query).format(*parts))
