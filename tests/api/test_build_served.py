"""A build takes nothing away from those who read: the result of before is served until the next run."""

import os
import time
from pathlib import Path

import pytest

from api.settings import Settings
from geo.errors import NotFoundError
from services.edition.publish import publish
from services.edition.snapshot import Editions
from services.intake.build import BUILT_FROM, build
from services.intake.inputs import Given
from services.results.run import run
from services.scenarios.named import list_scenarios, new_scenario
from services.workspace.folder import YOUNG_S, open_workspace
from tests.api.signing import planner
from tests.api.test_plans import finished
from tests.faults import each_death
from tests.services.intake.test_structure import town


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return town(tmp_path)


def with_a_result(profile: Path, out: Path) -> Path:
    path = build(profile, out).path
    run(open_workspace(path))
    return path


def areas_of(path: Path) -> set[str]:
    return set(open_workspace(path).areas()["area_name"])


def test_the_old_result_is_served_with_its_own_areas_until_the_new_build_has_one(
    profile: Path, tmp_path: Path
) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    with planner(open_workspace(path), Settings()) as client:
        old = client.get("/collections/gaps/items").json()["features"]
        seen: list[int] = []

        def look(_message: str, _share: float) -> None:
            seen.append(client.get("/").status_code)

        build(profile, path, progress=look)
        assert len(seen) > 3
        assert set(seen) == {200}
        # Nothing was run yet: neither figures nor areas are those of the new build.
        assert client.get("/").status_code == 200
        assert client.get("/collections/gaps/items").json()["features"] == old
        assert client.post("/scenarios", json={"name": "a"}).status_code == 201
        with pytest.raises(NotFoundError, match="no results yet"):
            open_workspace(path).snapshot()
        assert open_workspace(path).served().name == "0001"
        assert run(open_workspace(path)).name == "0002"
        assert client.get("/").status_code == 200
        client.app.state.served["public"].editions.current()  # type: ignore[attr-defined]
    assert Editions(open_workspace(path)).current().name == "0002"
    assert [one.scenario.name for one in list_scenarios(open_workspace(path))] == ["a"]


def test_older_results_survive_builds_and_are_read_by_their_names(
    profile: Path, tmp_path: Path
) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    first = open_workspace(path).snapshot().table("gaps")
    for name in ("0002", "0003"):
        build(profile, path)
        assert run(open_workspace(path)).name == name
    old = open_workspace(path).snapshot("0001")
    assert old.workspace.built == path / "builds" / "0001"
    assert old.table("gaps").equals(first)
    assert len(old.workspace.areas()) > 0
    build(profile, path)  # of a build that nobody ran nothing is kept
    build(profile, path)
    assert sorted(one.name for one in (path / "builds").iterdir()) == ["0001", "0002", "0003"]
    assert open_workspace(path).served().name == "0003"


def test_old_builds_go_but_for_so_many_and_those_that_somebody_may_read(
    profile: Path, tmp_path: Path
) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    for name in ("0002", "0003", "0004"):
        build(profile, path, given=Given(builds_kept=1))
        assert run(open_workspace(path)).name == name
    # All were replaced a moment ago: a reader or a plan may be at them.
    assert sorted(one.name for one in (path / "builds").iterdir()) == ["0001", "0002", "0003"]
    long_ago = time.time() - YOUNG_S - 60
    for name in ("0001", "0002"):
        os.utime(path / "builds" / name, (long_ago, long_ago))
    build(profile, path, given=Given(builds_kept=3))
    assert sorted(one.name for one in (path / "builds").iterdir()) == ["0002", "0003", "0004"]
    build(profile, path, given=Given(builds_kept=1))
    assert sorted(one.name for one in (path / "builds").iterdir()) == ["0003", "0004"]
    assert open_workspace(path).served().name == "0004"
    assert run(open_workspace(path)).name == "0005"


def test_who_reads_while_it_is_built_anew_reads_on_in_what_was_opened(
    profile: Path, tmp_path: Path
) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    reader = open_workspace(path)
    result = reader.snapshot()
    written = profile.read_text(encoding="utf-8")
    profile.write_text(written + "\n# another\n", encoding="utf-8")
    build(profile, path)
    # Nothing was read before the exchange: all of it is lazy.
    assert reader.built == path / "builds" / "0001"
    assert len(reader.network().node_xy) > 0
    assert len(result.table("coverage")) > 0
    kept = (reader.built / "profile.toml").read_text(encoding="utf-8")
    assert "# another" not in kept
    assert "# another" in (open_workspace(path).built / "profile.toml").read_text(encoding="utf-8")


def test_a_server_is_asked_to_read_its_sources_anew(profile: Path, tmp_path: Path) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    with planner(open_workspace(path)) as client:
        old = client.get("/collections/gaps/items").json()["features"]
        written = profile.read_text(encoding="utf-8")
        profile.write_text(written + "\n# another\n", encoding="utf-8")
        job = client.post("/processes/intake/execution", json={"inputs": {}}).json()
        assert job["processID"] == "intake"
        assert finished(client, job["jobID"])["status"] == "successful"
        told = client.get(f"/jobs/{job['jobID']}/results").json()["intake"]
        assert client.get(told["href"]).status_code == 200
        assert "# another" in (path / "profile.toml").read_text(encoding="utf-8")
        # Nothing was run on it yet: what was there is shown.
        assert client.get("/collections/gaps/items").json()["features"] == old
        profile.unlink()
        refused = client.post("/processes/intake/execution", json={"inputs": {}})
        assert refused.status_code == 422
        assert str(tmp_path) not in refused.text
    run(open_workspace(path))
    assert not (publish(open_workspace(path), tmp_path / "public").path / BUILT_FROM).exists()


BUILDING = """
from pathlib import Path
from services.intake.build import build
from services.scenarios.named import new_scenario
from services.workspace.folder import open_workspace

def act(step, profile, out):
    new_scenario(open_workspace(Path(out)), f"kept{step}")
    print(f"kept{step}", flush=True)
    build(Path(profile), Path(out))
"""


def test_no_kill_during_a_build_takes_a_result_or_what_people_made(
    profile: Path, tmp_path: Path
) -> None:
    path = with_a_result(profile, tmp_path / "workspace")
    made: set[str] = set()

    def whole(said: str) -> None:
        made.update(said.split())
        opened = open_workspace(path)
        assert made <= {one.scenario.name for one in list_scenarios(opened)}
        served = opened.served()
        assert len(served.table("gaps")) > 0
        assert len(served.workspace.areas()) > 0

    assert each_death(BUILDING, profile, path, check=whole) >= 6
    assert run(open_workspace(path)).name == "0002"


def test_what_is_made_while_a_build_reads_goes_over(profile: Path, tmp_path: Path) -> None:
    path = build(profile, tmp_path / "workspace").path

    def draw(message: str, _share: float) -> None:
        if message == "build.write":
            new_scenario(open_workspace(path), "meanwhile")

    build(profile, path, progress=draw)
    assert [one.scenario.name for one in list_scenarios(open_workspace(path))] == ["meanwhile"]
