"""The public view in PostGIS: typed, told, indexed, whole or not at all."""
# ruff: noqa: S608  names of our own

from pathlib import Path
from typing import Any

import pytest

from geo.errors import InvalidInputError, StorageError
from services.edition import postgis
from services.edition.postgis import publish_tables, schema_of
from services.publication.columns import LAYERS, TABLE_OF
from services.publication.tables import Publication
from services.results.run import run
from services.words.vocabulary import EXACT
from services.workspace.folder import Workspace, open_workspace
from tests.databases import empty_database
from tests.datedtown import dated_workspace


@pytest.fixture
def url(tmp_path: Path) -> str:
    psycopg = pytest.importorskip("psycopg")
    address = empty_database("server", tmp_path).replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        there = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
        if connection.execute(there).fetchone() is None:
            pytest.skip("the server has no PostGIS")
        connection.execute("DROP SCHEMA IF EXISTS kaku_town CASCADE")
    return address


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = dated_workspace(tmp_path)
    run(made)
    return made


def ask(url: str, query: str) -> list[Any]:
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_every_collection_is_a_typed_table_with_what_its_columns_are(
    workspace: Workspace, url: str
) -> None:
    schema = publish_tables(workspace.seen(EXACT), url)  # of whatever view: what leaves is public
    assert schema == schema_of(workspace) == "kaku_town"
    public = Publication(workspace.snapshot())
    for name in LAYERS:
        frame = public.frame(name)
        assert ask(url, f"SELECT count(*) FROM {schema}.{name}") == [(len(frame),)]
        columns = ask(
            url,
            "SELECT column_name, col_description(to_regclass(table_schema || '.' || table_name),"
            f" ordinal_position) FROM information_schema.columns WHERE table_schema = '{schema}'"
            f" AND table_name = '{name}' AND column_name <> 'geometry'",
        )
        assert {column for column, _ in columns} == set(frame.columns) - {"geometry"}
        assert all(said for _, said in columns)
        srid = f"SELECT Find_SRID('{schema}', '{name}', 'geometry')"
        assert ask(url, srid) == [(workspace.profile.municipality.plane_epsg,)]
        index = (
            f"SELECT indexdef FROM pg_indexes WHERE schemaname='{schema}' AND tablename='{name}'"
        )
        assert "gist" in str(ask(url, index))
    for name, table in TABLE_OF.items():
        assert ask(url, f"SELECT count(*) FROM {schema}.{name}") == [(len(public.table(table)),)]
    reached = ask(url, f"SELECT sum(reached), pg_typeof(sum(reached))::text FROM {schema}.coverage")
    assert reached == [(public.frame("coverage")["reached"].sum(), "double precision")]
    told = dict(ask(url, f"SELECT key, value FROM {schema}.provenance"))
    assert told["view"] == "public"


def test_what_others_made_on_the_tables_stays_and_a_failure_changes_nothing(
    workspace: Workspace, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = publish_tables(workspace, url)
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE VIEW {schema}.mine AS SELECT * FROM {schema}.places")  # type: ignore[arg-type]
    before = ask(url, f"SELECT place_id FROM {schema}.mine ORDER BY 1")

    def broken(_snapshot: object) -> dict[str, Any]:
        raise psycopg.OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(postgis, "provenance", broken)
        with pytest.raises(StorageError, match="gone"):
            publish_tables(workspace, url)
    assert ask(url, f"SELECT place_id FROM {schema}.mine ORDER BY 1") == before
    publish_tables(open_workspace(workspace.path), url)
    assert ask(url, f"SELECT place_id FROM {schema}.mine ORDER BY 1") == before


def test_an_address_that_cannot_be_used_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="give postgresql://"):
        publish_tables(workspace, "mysql://localhost/a")
    with pytest.raises(InvalidInputError, match="PGPASSWORD"):
        publish_tables(workspace, "postgresql://me:secret@localhost/a")
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match="see that it answers"):
        publish_tables(workspace, "postgresql://nobody@127.0.0.1:1/none")
