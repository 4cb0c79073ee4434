"""The registry of venues, groups, schedules and places."""

import json
import resource
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from shapely import Point
from sqlalchemy import create_engine, insert, inspect, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from geo.errors import BrokenWorkspaceError, InvalidInputError, StorageError
from services.registry import database
from services.registry import places as places_of
from services.registry import tables as registry
from services.registry.attributes import with_attributes
from services.registry.database import require_no_password
from services.registry.decisions import COLUMNS, adopted, open_log, read_decisions
from services.registry.places import (
    VENUE_COLUMNS,
    create_registry,
    link_venues,
    read_places,
    read_status_history,
    read_venues,
    write_registry,
)
from services.registry.venues import with_venue_attributes
from services.results.run import run
from services.words.texts import told
from services.workspace.folder import open_workspace
from tests.databases import DATABASES, empty_database
from tests.faults import each_death

EPSG = 6677


def venues(*rows):
    return gpd.GeoDataFrame(
        {
            "venue_id": [f"halls-{n}" for n, _ in enumerate(rows, 2)],
            "name": [name for name, _ in rows],
            "kind": "会館",
            "address": "東1-1",
            "source_id": "halls",
            "row": list(range(2, len(rows) + 2)),
        },
        geometry=[shape for _, shape in rows],
        crs=EPSG,
    )


def places(*rows):
    count = len(rows)
    return gpd.GeoDataFrame(
        {
            "place_id": [f"salons-{n}" for n in range(2, count + 2)],
            "name": [name for name, *_ in rows],
            "kind": "サロン",
            "venue_id": [f"salons-v{n}" for n in range(2, count + 2)],
            "venue_name": [venue for _, venue, *_ in rows],
            "group_name": [group for _, _, group, _ in rows],
            "address": "東1-1",
            "schedule_text": "毎週月曜日１０：００〜",
            "schedule_origin": [places_of.FROM_PROFILE if n == 1 else "" for n in range(count)],
            "stand_in": [n == 2 for n in range(count)],
            "status": "active",
            "opened_on": "2018-10",
            "verified_on": "",
            "private_home": [n == 0 for n in range(count)],
            "located_by": "coordinates",
            "located_level": "coordinates",
            "confidence": 1.0,
            "consent": [n == 1 for n in range(count)],
            "row": list(range(2, count + 2)),
            "source_id": "salons",
        },
        geometry=[shape for *_, shape in rows],
        crs=EPSG,
    )


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    address = empty_database(request.param, tmp_path)
    create_registry(address)
    return address


HALLS = venues(("東会館", Point(100, 200)), ("西会館", Point(5000, 0)))
SALONS = places(
    ("ひまわり", "", "東老人会", Point(0, 0)),
    ("すみれ", "南集会所", "東老人会", Point(1000, 0)),
    ("ゆり", "", "", None),
)


def same(one, other):
    assert_geodataframe_equal(one, other, check_less_precise=True, check_dtype=False)


def test_what_is_written_is_read_again(url):
    write_registry(url, HALLS, SALONS)
    same(read_venues(url, EPSG), with_venue_attributes(HALLS)[list(VENUE_COLUMNS)])
    same(read_places(url, EPSG), with_attributes(SALONS)[list(places_of.PLACE_COLUMNS)])


def test_coordinates_come_back_to_a_tenth_of_a_millimetre(url):
    write_registry(url, HALLS, SALONS)
    moved = read_venues(url, EPSG).geometry.distance(HALLS.geometry)
    assert moved.max() < 1e-4


def test_writing_again_replaces_what_was_there(url):
    write_registry(url, HALLS, SALONS)
    write_registry(url, HALLS.iloc[:1], SALONS.iloc[1:2])
    assert len(read_venues(url, EPSG)) == 1
    assert len(read_places(url, EPSG)) == 1


def test_a_failed_write_leaves_everything_as_it_was(url):
    write_registry(url, HALLS, SALONS)
    twice = SALONS.assign(place_id="same")
    with pytest.raises(BrokenWorkspaceError):
        write_registry(url, HALLS, twice)
    assert len(read_places(url, EPSG)) == 3


def test_of_two_who_write_at_once_one_is_last(url):
    at_once = Barrier(4)

    def write(count):
        at_once.wait()
        write_registry(url, HALLS.iloc[:count], SALONS.iloc[:count])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [1, 2, 1, 2]))
    assert len(read_venues(url, EPSG)) == len(read_places(url, EPSG)) in (1, 2)


def test_tables_of_another_version_are_made_anew_and_the_log_stays(url):
    write_registry(url, HALLS, SALONS)
    row = dict.fromkeys(COLUMNS, "") | {"lon": None, "lat": None, "status": "proposed"}
    with open_log(url) as log:
        log.add([{name: row[name] for name in COLUMNS if name != "decision_id"}])
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE places DROP COLUMN fee_text"))
    engine.dispose()
    with pytest.raises(BrokenWorkspaceError, match="build the workspace again"):
        read_places(url, EPSG)
    write_registry(url, HALLS, SALONS)
    assert len(read_places(url, EPSG)) == 3
    assert read_decisions(url)["status"].tolist() == ["proposed"]


def held(url):
    """Return all that is read of a registry but the decisions, as texts."""
    frames = read_venues(url, EPSG), read_places(url, EPSG), read_status_history(url)
    return [frame.astype(str).to_dict("list") for frame in frames]


def test_both_databases_hold_the_same(tmp_path):
    # Small letters, capitals and kana: databases sort them by the words' language.
    named = SALONS.assign(source_id=["b", "B", "あ"], row=[2, 2, 2])
    found = []
    for kind in DATABASES:
        address = empty_database(kind, tmp_path)
        write_registry(address, HALLS, named)
        found.append((held(address), read_places(address, EPSG)["place_id"].tolist()))
    assert found[0] == found[1]
    assert found[0][1] == ["salons-3", "salons-2", "salons-4"]


def test_a_decision_is_no_part_of_what_the_registry_holds(url):
    write_registry(url, HALLS, SALONS)
    before = held(url)
    row = dict.fromkeys(COLUMNS, "") | {"lon": None, "lat": None}
    with open_log(url) as log:
        log.add([{name: row[name] for name in COLUMNS if name != "decision_id"}])
    assert held(url) == before
    write_registry(url, HALLS, SALONS.iloc[:2])
    assert held(url) != before


def test_no_venue_and_no_place_are_empty_frames(url):
    empty = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=EPSG))
    write_registry(url, empty, empty)
    assert list(read_places(url, EPSG).columns) == list(places_of.PLACE_COLUMNS)
    assert read_venues(url, EPSG).crs.to_epsg() == EPSG
    assert len(read_venues(url, EPSG)) == 0


def test_only_listed_venues_are_candidates_though_places_have_venues_too(url):
    write_registry(url, HALLS, SALONS)
    assert read_venues(url, EPSG)["name"].tolist() == ["東会館", "西会館"]


@pytest.mark.parametrize(
    ("venue", "shape", "expected"),
    [
        ("東 会館", Point(100, 240), "halls-2"),  # the name, 40 m away
        ("東会館", Point(100, 260), "salons-v2"),  # the name, but 60 m away
        ("別の名", Point(100.5, 200), "halls-2"),  # another name at the same point
        ("別の名", Point(110, 200), "salons-v2"),
        ("東会館", None, "salons-v2"),
    ],
)
def test_a_place_is_held_at_the_listed_venue_of_its_name_or_point(venue, shape, expected):
    linked = link_venues(places(("ひまわり", venue, "", shape)), HALLS)
    assert linked["venue_id"].tolist() == [expected]


def test_linking_leaves_its_argument_alone():
    given = places(("東会館", "", "", Point(100, 200)))
    link_venues(given, HALLS)
    assert given["venue_id"].tolist() == ["salons-v2"]


def test_the_tables_are_those_of_the_words(url):
    engine = create_engine(url)
    of_postgis = {"spatial_ref_sys"}  # where a test beside this one has made it
    assert set(inspect(engine).get_table_names()) - of_postgis == {
        *("venues", "groups", "places", "schedules", "place_status", "decisions"),
        *("answers", "changes", "notes", "papers", "alembic_version"),
    }
    engine.dispose()


def test_the_same_tables_can_be_made_in_postgresql():
    for table in registry.Place.metadata.sorted_tables:
        words = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        assert "CREATE TABLE" in words
        assert "DOUBLE PRECISION" in words or table.name not in ("venues", "places", "decisions")


def test_an_unusable_url_is_refused_with_the_way_out():
    with pytest.raises(InvalidInputError, match="give sqlite:///FILE or a PostgreSQL URL") as error:
        create_registry("no-such-database://")
    assert "台帳のURLが使えません" in told(error.value, "ja")


@pytest.mark.parametrize("query", ["me:secret@localhost/a", "localhost/a?password=secret"])
def test_no_password_is_kept(query):
    with pytest.raises(InvalidInputError, match="PGPASSWORD") as error:
        require_no_password(f"postgresql+psycopg://{query}")
    assert "secret" not in str(error.value)


def test_a_server_that_does_not_answer_is_no_broken_workspace():
    pytest.importorskip("psycopg")
    # Nothing listens on port 1.
    with pytest.raises(StorageError, match="see that the server answers") as error:
        read_venues("postgresql+psycopg://nobody@127.0.0.1:1/none", EPSG)
    assert "作り直して" not in told(error.value, "ja")


def test_who_waits_for_another_writer_is_told(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    monkeypatch.setattr(database, "WAIT_S", 0)
    create_registry(url)
    with database.writing(url), pytest.raises(StorageError, match="try again"):
        write_registry(url, HALLS, SALONS)
    write_registry(url, HALLS, SALONS)


def test_a_reader_waits_for_no_writer_and_sees_one_moment(url):
    write_registry(url, HALLS, SALONS)
    with database.session(url) as reading:
        before = len(reading.execute(select(registry.Place)).all())
        write_registry(url, HALLS, SALONS.iloc[:1])
        assert len(reading.execute(select(registry.Place)).all()) == before == 3
    with database.writing(url):
        assert len(read_places(url, EPSG)) == 1


def test_what_a_file_acknowledges_has_reached_the_disk(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    create_registry(url)
    with database.writing(url) as opened:
        assert opened.scalar(text("PRAGMA journal_mode")) == "wal"
        assert opened.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert opened.scalar(text("PRAGMA busy_timeout")) == database.WAIT_S * 1000


def test_a_registry_at_rest_is_read_where_nothing_may_be_written(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    write_registry(url, HALLS, SALONS)
    # As on a full disk: nothing can be put beside the file.
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limit[1]))
    try:
        assert len(read_places(url, EPSG)) == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    write_registry(url, HALLS, SALONS.iloc[:1])
    assert len(read_places(url, EPSG)) == 1


ADDING = """
from services.registry.decisions import COLUMNS, open_log

def act(step, url):
    for n in range(3):
        row = dict.fromkeys(COLUMNS, "") | {"lon": None, "lat": None}
        row["candidate_key"] = f"{step}-{n}"
        del row["decision_id"]
        with open_log(url) as log:
            log.add([row])
        print(row["candidate_key"], flush=True)
"""


def test_no_decision_that_was_acknowledged_is_lost_by_a_kill(url):
    kept = set()

    def all_there(said):
        kept.update(said.split())
        there = read_decisions(url)["candidate_key"].tolist()
        assert kept <= set(there)
        assert len(there) == len(set(there))

    assert each_death(ADDING, url, check=all_there) == 6


def test_a_run_on_a_server_is_that_on_a_file(town_snapshot, tmp_path):
    own = town_snapshot.workspace
    server = empty_database("server", tmp_path)
    create_registry(server)
    for table in registry.Place.metadata.sorted_tables:
        with database.session(own.registry_url) as read:
            rows = [row._asdict() for row in read.execute(select(table)).all()]
        with database.writing(server) as written:
            if rows:
                written.execute(insert(table), rows)
    assert held(server) == held(own.registry_url)
    copy = tmp_path / "town"
    shutil.copytree(own.path, copy)
    manifest = json.loads((copy / "workspace.json").read_text("utf-8"))
    changed = json.dumps(manifest | {"registry_url": server}, ensure_ascii=False)
    (copy / "workspace.json").write_text(changed, "utf-8")
    found = run(open_workspace(copy))
    for name in ("coverage", "gaps"):
        assert_frame_equal(found.table(name), town_snapshot.table(name))
    for name in ("candidates", "places"):
        assert_geodataframe_equal(found.layer(name), town_snapshot.layer(name))


def test_a_registry_without_tables_is_broken(tmp_path):
    with pytest.raises(BrokenWorkspaceError, match="build the workspace again") as error:
        read_venues(f"sqlite:///{tmp_path / 'empty.sqlite'}", EPSG)
    assert "作り直してください" in told(error.value, "ja")


def test_a_file_that_is_no_database_is_broken(tmp_path):
    path = tmp_path / "registry.sqlite"
    path.write_bytes(b"garbage" * 300)
    with pytest.raises(BrokenWorkspaceError, match="the registry cannot be used"):
        read_places(f"sqlite:///{path}", EPSG)


def test_a_decision_without_a_meeting_counts_from_its_day_in_japan(url):
    write_registry(url, HALLS, SALONS)
    row = dict.fromkeys(COLUMNS, "") | {"lon": None, "lat": None, "status": "adopted"}
    row |= {"candidate_key": "a", "recorded_at": "2025-03-31T23:30:00+00:00"}
    with open_log(url) as log:
        log.add([{name: row[name] for name in COLUMNS if name != "decision_id"}])
    assert len(adopted(url, date(2025, 3, 31))) == 0
    assert len(adopted(url, date(2025, 4, 1))) == 1
