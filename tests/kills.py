"""
Kill a process (kill -9) again and again while it writes, and look what is left: ``make reliability``.

``python -m tests.kills --times 200`` shares the kills out among what writes: edits, imports, decisions
and scenarios, runs, builds, publishing into a folder and into PostGIS, plans, jobs, backups and
restores. Each is killed at its first fault point, its second, … (before and after each rename and
commit), every second time not there but by somebody else a moment later, so that the step itself is
hit. After each kill everything is read: what was acknowledged is there, what is there is whole, and
the next one begins by itself on what the last one left.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from services.registry.hands import ANYBODY
from tests.databases import SERVER
from tests.faults import POINTS, Points, die_at
from tests.warm import Warm

LATER_MOST_S = 0.004
"""Somebody else kills at most so much later: a commit that waits for the disk takes about as long."""
NEVER = 0
GOLDEN = 0.618034


@dataclass
class Found:
    """What was found of one kind of writing."""

    points: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    """By where the process was when it was killed."""
    survived: int = 0
    """It had ended before somebody else killed it."""
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)


class Trial:
    """One kind of writing: ``act`` writes and prints what it acknowledges, ``check`` reads all of it."""

    imports: tuple[str, ...] = ()
    """What a process that is killed has imported before, beside what is warm: its children begin with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        """Everything that was acknowledged."""

    def make(self) -> None:
        """Make what is written into."""

    def act(self, number: int) -> None:
        """Write, and print what is acknowledged."""
        raise NotImplementedError

    def check(self) -> None:
        """Read what there is; an assertion says what is wrong."""
        raise NotImplementedError

    def finish(self) -> None:
        """Read at the end what need not be so after each kill."""


def _say(*words: object) -> None:
    print(*words, flush=True)


def _whole_registry(path: Path) -> None:
    import sqlite3

    with closing(sqlite3.connect(path / "registry.sqlite")) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _whole_result(workspace: Any) -> None:
    snapshot = workspace.served()
    for table in ("coverage", "gaps"):
        assert len(snapshot.table(table)) > 0
    for layer in ("places", "candidates"):
        snapshot.layer(layer)
    assert len(snapshot.workspace.areas()) > 0


class Edits(Trial):
    """Places made, changed and confirmed."""

    def make(self) -> None:
        from tests.datedtown import dated_workspace

        self.path = dated_workspace(self.folder).path

    def act(self, number: int) -> None:
        from services.registry.editing import change_place, confirm_place, create_place, fields_of
        from services.registry.hands import ANYBODY
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        made = create_place(workspace, fields_of({"name": f"place {number}"}), who=ANYBODY)
        _say(made.key, "create")
        told = fields_of({"capacity": number})
        change_place(workspace, made.key, told, who=ANYBODY, state=made.state)
        _say(made.key, "change")
        confirm_place(workspace, made.key, who=ANYBODY)
        _say(made.key, "confirm")

    def check(self) -> None:
        from services.registry.feed import history
        from services.registry.places import read_places
        from services.workspace.folder import open_workspace

        _whole_registry(self.path)
        workspace = open_workspace(self.path)
        there = set(read_places(workspace.registry_url, 6677)["place_id"])
        for line in self.told:
            key, action = line.split()
            assert key in there, f"{key} is lost"
            assert action in [one["action"] for one in history(workspace, key)], f"{line} is lost"


class Imports(Edits):
    """Tables of places, all rows or none."""

    ROWS = 5

    def act(self, number: int) -> None:
        from services.registry.editing import import_places
        from services.registry.hands import ANYBODY
        from services.workspace.folder import open_workspace

        rows = [{"name": f"row {number}-{n}"} for n in range(self.ROWS)]
        kept = import_places(open_workspace(self.path), rows, who=ANYBODY, preview=False)
        for one in kept:
            _say(one.key, "create")

    def check(self) -> None:
        from services.registry.places import read_places
        from services.workspace.folder import open_workspace

        super().check()
        names = read_places(open_workspace(self.path).registry_url, 6677)["name"]
        torn = Counter(name.split("-")[0] for name in names if name.startswith("row"))
        assert set(torn.values()) <= {self.ROWS}, f"half an import: {torn}"


class Decisions(Trial):
    """Scenarios, notes and what councils decide."""

    def make(self) -> None:
        from services.results.run import run
        from tests.services.plans.test_plans import town

        workspace = town(self.folder / "town")
        run(workspace)
        self.path = workspace.path

    def act(self, number: int) -> None:
        from services.councils.decisions import record_decision
        from services.councils.entry import NewDecision
        from services.registry.feed import pin_note
        from services.registry.hands import ANYBODY
        from services.scenarios.named import new_scenario
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        new_scenario(workspace, f"plan-{number}")
        _say("scenario", f"plan-{number}")
        area = workspace.areas().iloc[0]
        note = f"note {number}"
        pin_note(workspace, str(area["layer"]), str(area["area_id"]), note, who=ANYBODY)
        _say("note", note)
        told = {
            "council_id": self._council(workspace),
            "name": "東集会所",
            "lon": None,
            "lat": None,
        }
        point = workspace.areas().representative_point().to_crs(4326)
        mine = (workspace.areas()["area_id"] == told["council_id"]).to_numpy()
        told |= {"lon": float(point[mine].x.iloc[0]), "lat": float(point[mine].y.iloc[0])}
        entry = NewDecision(action="open", status="discussed", frequency="weekly", **told)
        record_decision(workspace, entry)
        _say("decision", str(number))

    def _council(self, workspace: Any) -> str:
        areas = workspace.areas()
        layer = workspace.profile.analysis.council_layer
        return str(areas["area_id"][areas["layer"] == layer].iloc[0])

    def check(self) -> None:
        from services.registry.decisions import read_decisions
        from services.registry.feed import notes
        from services.scenarios.named import list_scenarios
        from services.workspace.folder import open_workspace

        _whole_registry(self.path)
        workspace = open_workspace(self.path)
        area = workspace.areas().iloc[0]
        said = notes(workspace, str(area["layer"]), str(area["area_id"]), who=ANYBODY)
        decisions = read_decisions(workspace.registry_url)
        there = {("scenario", one.scenario.name) for one in list_scenarios(workspace)}
        there |= {("note", one["text"]) for one in said}
        lost = {tuple(line.split(" ", 1)) for line in self.told} - there
        lost = {one for one in lost if one[0] != "decision"}
        assert not lost, f"lost: {lost}"
        acknowledged = sum(line.startswith("decision") for line in self.told)
        assert len(decisions) >= acknowledged, "a decision is lost"


class Runs(Decisions):
    """Results computed anew."""

    def act(self, number: int) -> None:
        from services.results.run import run
        from services.workspace.folder import open_workspace

        _say(run(open_workspace(self.path), walk_limit_m=300.0 + number).name)

    def check(self) -> None:
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        _whole_result(workspace)
        for name in self.told:
            assert len(workspace.snapshot(name).table("coverage")) > 0
        if self.told:
            assert workspace.served().name >= max(self.told), "an acknowledged result is not served"


class Builds(Trial):
    """A workspace built anew under those who read and write."""

    def make(self) -> None:
        from services.intake.build import build
        from services.results.run import run
        from services.workspace.folder import open_workspace
        from tests.services.intake.test_structure import town

        self.profile = town(self.folder)
        self.path = build(self.profile, self.folder / "workspace").path
        run(open_workspace(self.path))

    def act(self, number: int) -> None:
        from services.intake.build import build
        from services.registry.editing import create_place, fields_of
        from services.registry.hands import ANYBODY
        from services.scenarios.named import new_scenario
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        new_scenario(workspace, f"plan-{number}")
        _say("scenario", f"plan-{number}")
        create_place(workspace, fields_of({"name": f"place {number}"}), who=ANYBODY)
        _say("place", f"place {number}")
        build(self.profile, self.path)

    def check(self) -> None:
        from services.registry.places import read_places
        from services.scenarios.named import list_scenarios
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        _whole_registry(self.path)
        _whole_result(workspace)
        there = {("scenario", one.scenario.name) for one in list_scenarios(workspace)}
        names = read_places(workspace.registry_url, workspace.profile.municipality.plane_epsg)
        there |= {("place", name) for name in names["name"]}
        lost = {tuple(line.split(" ", 1)) for line in self.told} - there
        assert not lost, f"lost: {lost}"
        assert len(workspace.network().node_xy) > 0


class Publishes(Decisions):
    """The public view as a folder of its own."""

    @property
    def out(self) -> Path:
        return self.folder / "public"

    def act(self, number: int) -> None:
        from services.edition.publish import publish
        from services.workspace.folder import open_workspace

        publish(open_workspace(self.path), self.out)
        _say("published")

    def check(self) -> None:
        from services.registry.places import read_places
        from services.workspace.folder import open_workspace
        from services.workspace.staging import put_back

        put_back(self.out)
        assert self.out.exists() or not self.told, "what was published is gone"
        if self.out.exists():
            published = open_workspace(self.out)
            _whole_result(published)
            _whole_registry(self.out)
            assert len(read_places(published.registry_url, 6677)) > 0
            assert published.is_published


class PostGIS(Decisions):
    """The public view as tables of a database."""

    @property
    def address(self) -> str:
        return SERVER.replace("+psycopg", "")

    def make(self) -> None:
        import psycopg

        super().make()
        with psycopg.connect(self.address) as opened:
            opened.execute("DROP SCHEMA IF EXISTS kaku_town CASCADE")

    def act(self, number: int) -> None:
        from services.edition.postgis import publish_tables
        from services.workspace.folder import open_workspace

        publish_tables(open_workspace(self.path), self.address)
        _say("published")

    def check(self) -> None:
        import psycopg

        from services.publication.columns import LAYERS, TABLE_OF

        with psycopg.connect(self.address) as opened:
            found = opened.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'kaku_town'"
            ).fetchall()
            there = {name for (name,) in found}
            assert there or not self.told, "what was published is gone"
            wanted = {*LAYERS, *TABLE_OF, "provenance"}
            assert not there or there >= wanted, f"lacks {wanted - there}"
            for name in there & {"areas", "coverage", "places", "provenance"}:
                rows = opened.execute(f"SELECT count(*) FROM kaku_town.{name}").fetchone()  # noqa: S608  a name of ours
                assert rows is not None
                assert rows[0] > 0


class Plans(Decisions):
    """Plans, each with its proof."""

    imports = ("tests.api.test_plans",)

    def act(self, number: int) -> None:
        from services.plans.ask import ask_of
        from services.plans.solve import make_plan
        from services.workspace.folder import open_workspace
        from tests.api.test_plans import ASK

        _say(make_plan(open_workspace(self.path), ask_of(ASK)).plan_id)

    def check(self) -> None:
        from services.plans.store import list_plans
        from services.workspace.folder import open_workspace

        plans = list_plans(open_workspace(self.path))
        assert set(self.told) <= {plan.plan_id for plan in plans}, "an acknowledged plan is lost"
        for plan in plans:
            assert len(plan.chosen) > 0
            assert len(plan.options) > 0


class JobsDone(Decisions):
    """Jobs taken on, done by a worker that is killed and started again."""

    imports = ("tests.api.test_plans",)

    def act(self, number: int) -> None:
        from geo.errors import QueueFullError
        from services.edition.jobs import Jobs
        from services.workspace.folder import open_workspace
        from tests.api.test_plans import ASK

        with suppress(QueueFullError):  # many were killed before theirs was done
            _say(Jobs(open_workspace(self.path)).submit("plan", ASK).job_id)
        self._work_off()

    def _work_off(self) -> None:
        from services.edition.worker import Work
        from services.workspace.folder import open_workspace

        work = Work(open_workspace(self.path))
        work.take_over()
        while work.jobs.open_n():
            for job in work.jobs.unchecked():
                work._check(job)
            begun = work.jobs.begin()
            if begun is not None:
                work._do(begun)

    def check(self) -> None:
        from services.edition.jobs import Jobs
        from services.workspace.folder import open_workspace

        jobs = Jobs(open_workspace(self.path))
        for job_id in self.told:
            jobs.get(job_id)

    def finish(self) -> None:
        from services.edition.jobs import Jobs
        from services.plans.store import list_plans
        from services.workspace.folder import open_workspace

        self._work_off()
        workspace = open_workspace(self.path)
        ended = [Jobs(workspace).get(job_id) for job_id in self.told]
        assert {job.status for job in ended} <= {"successful", "failed"}
        # What ends its process twice is given up, and says so: here two kills may hit one job.
        done = [job.result for job in ended if job.status == "successful"]
        plans = {plan.plan_id for plan in list_plans(workspace)}
        assert len(done) == len(set(done)), "two jobs have one plan"
        assert set(done) <= plans, "the plan of a job is lost"


class Backups(Decisions):
    """A workspace as one file."""

    def act(self, number: int) -> None:
        from services.edition.backup import back_up
        from services.workspace.folder import open_workspace

        back_up(open_workspace(self.path), self.folder / "town.zip", replace=True)
        _say("backed up")

    def check(self) -> None:
        from services.edition.backup import _unpacked

        file = self.folder / "town.zip"
        assert file.exists() or not self.told, "the backup is gone"
        if file.exists():
            with _unpacked(file) as (about, _):
                assert about.rows["places"] > 0


class Restores(Decisions):
    """A workspace put back from its backup, over what was written since."""

    def make(self) -> None:
        from services.edition.backup import back_up
        from services.workspace.folder import open_workspace

        super().make()
        back_up(open_workspace(self.path), self.folder / "town.zip")

    def act(self, number: int) -> None:
        from services.edition.backup import restore

        restore(self.folder / "town.zip", self.path, replace=True)
        _say("restored")

    def check(self) -> None:
        from services.workspace.folder import open_workspace

        workspace = open_workspace(self.path)
        _whole_registry(self.path)
        _whole_result(workspace)


class Torn(Trial):
    """Two files that belong together, named one after the other: what the kills must find wrong."""

    def act(self, number: int) -> None:
        for name in ("one", "other"):
            beside = self.folder / f".{name}"
            beside.write_text(str(number))
            beside.replace(self.folder / name)
        _say(number)

    def check(self) -> None:
        one, other = ((self.folder / name).read_text() for name in ("one", "other"))
        assert one == other, "torn"


TRIALS: dict[str, type[Trial]] = {
    "edits": Edits,
    "imports": Imports,
    "decisions": Decisions,
    "runs": Runs,
    "builds": Builds,
    "publishes": Publishes,
    "postgis": PostGIS,
    "plans": Plans,
    "jobs": JobsDone,
    "backups": Backups,
    "restores": Restores,
}
KNOWN: dict[str, type[Trial]] = {**TRIALS, "torn": Torn}


def points() -> Points:
    """Return the fault points of all of them: renames, exchanges, and commits of whichever library."""
    from sqlalchemy import Connection

    found: list[tuple[object, str]] = [*POINTS, (Connection, "commit")]
    if SERVER:
        import psycopg

        found.append((psycopg.Connection, "commit"))
    return found


def state_of(trial: Trial) -> dict[str, str]:
    """Return what another process needs to know of what was made."""
    return {key: str(value) for key, value in vars(trial).items() if isinstance(value, Path)}


def act_once(name: str, state: str) -> None:
    """Act once in this process."""
    told = json.loads(state, object_hook=_with_paths)
    trial = TRIALS[name](told["folder"])
    trial.__dict__.update(told)
    trial.act(1)


def serve(name: str, folder: str) -> None:
    """Let a child of this process act each time a line asks for it, and die as the line says."""
    trial = KNOWN[name](Path(folder))
    trial.__dict__.update(json.loads(sys.stdin.readline(), object_hook=_with_paths))
    for module in trial.imports:
        import_module(module)
    for line in sys.stdin:
        number, step, later_s = json.loads(line)
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as where:
            child = os.fork()
            if child == 0:
                os.dup2(said.fileno(), 1)
                os.setsid()  # what it starts is killed with it
                _act(trial, number, step, later_s, where.fileno())
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            _end_group(child)
            for text in (said, where):
                text.seek(0)
            sys.stdout.write(json.dumps([status, said.read(), where.read()]) + "\n")
            sys.stdout.flush()


def _with_paths(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Path(value) if name in ("folder", "path", "profile") else value
        for name, value in told.items()
    }


def _act(trial: Trial, number: int, step: int, later_s: float | None, where: int) -> None:
    def at(place: str) -> None:
        moment = place.replace("before", "in").replace("after", "soon after")
        os.write(where, (place if later_s is None else moment).encode())
        if later_s is None:
            os.kill(os.getpid(), signal.SIGKILL)
        victim = os.getpid()
        if os.fork() == 0:
            os.setsid()
            ends = time.monotonic() + later_s
            while time.monotonic() < ends:  # a sleep is not as exact
                pass
            os.kill(victim, signal.SIGKILL)
            os._exit(0)

    points_n = die_at(step, points=points(), at=at)
    try:
        trial.act(number)
        sys.stdout.flush()
        if step == NEVER:
            os.write(where, str(points_n()).encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001  it is told
        os.write(where, f"{type(error).__name__}: {error}".encode())
        os._exit(1)


def _end_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def served(name: str, trial: Trial) -> Iterator[Callable[[int, int, float | None], list[Any]]]:
    """Yield what asks the process that is killed, which has imported everything already."""
    code = "import sys; from tests.kills import serve; serve(*sys.argv[1:])"
    with Warm(code, name, trial.folder) as process:
        print(json.dumps(state_of(trial)), file=process.stdin, flush=True)

        def ask(number: int, step: int, later_s: float | None) -> list[Any]:
            print(json.dumps([number, step, later_s]), file=process.stdin, flush=True)
            answer: list[Any] = json.loads(process.stdout.readline())
            return answer

        yield ask


def kill(name: str, times: int, *, seed: int = 0) -> Found:
    """Kill one kind of writing so often, and return what was found."""
    draw, found = random.Random(seed), Found()  # noqa: S311  moments, no secret
    with tempfile.TemporaryDirectory() as scratch:
        trial = KNOWN[name](Path(scratch))
        trial.make()
        with served(name, trial) as ask:
            status, said, where = ask(0, NEVER, None)
            assert status == 0, where
            trial.told += said.splitlines()
            found.points = int(where)
            for number in range(1, times + 1):
                # All over the points, however few kills there are; each there and a moment later.
                step = int((number - 1) // 2 * GOLDEN * found.points) % found.points + 1
                later_s = draw.uniform(0, LATER_MOST_S) if number % 2 == 0 else None
                status, said, where = ask(number, step, later_s)
                _note(found, trial, status, said, where)
                _look(found, trial.check, f"kill {number} ({where})")
            status, said, where = ask(times + 1, NEVER, None)
            if status != 0:
                found.wrong.append(f"it does not start again: {where}")
            trial.told += said.splitlines()
            _look(found, trial.check, "the end")
            _look(found, trial.finish, "the end")
            found.acknowledged = len(trial.told)
    return found


def _note(found: Found, trial: Trial, status: int, said: str, where: str) -> None:
    trial.told += said.splitlines()
    if status == -signal.SIGKILL:
        found.kills[where] += 1
    elif status == 0:
        found.survived += 1
    else:
        found.wrong.append(f"it failed: {where}")


def _look(found: Found, look: Callable[[], None], when: str) -> None:
    try:
        look()
    except Exception as error:  # noqa: BLE001  whatever goes wrong is what is looked for
        found.wrong.append(f"{when}: {type(error).__name__} {error}")


def main() -> int:
    """Kill, print a line a kind, and return how many are not as they should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="kills in all")
    parser.add_argument("--only", default="", help="kinds, with commas between")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    names = [name for name in asked.only.split(",") if name] or list(TRIALS)
    if not SERVER and "postgis" in names:
        names.remove("postgis")
        print("postgis: not tried, ARUKEBA_TEST_DATABASE_URL names no database", flush=True)
    wrong = kills = 0
    for number, name in enumerate(names):
        times = asked.times // len(names) + (number < asked.times % len(names))
        begun_s = time.monotonic()
        found = kill(name, times, seed=asked.seed)
        kills += found.kills.total()
        wrong += len(found.wrong)
        where = ", ".join(f"{count} {place}" for place, count in sorted(found.kills.items()))
        print(
            f"{name}: {found.points} points, {found.kills.total()} kills ({where}), "
            f"{found.survived} ended before, {found.acknowledged} acknowledged, "
            f"{len(found.wrong)} wrong, {time.monotonic() - begun_s:.0f} s",
            flush=True,
        )
        for said in found.wrong:
            print(f"  {said}", flush=True)
    print(f"{kills} kills, {wrong} wrong", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
