"""
Scenarios of a workspace: named changes in ``scenarios/NAME.toml``, compared and passed on by file.

The registry, the network and the snapshots stay as they are. A scenario remembers what it was made
on; it is always computed on the data of today, and says what has changed since.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import InvalidInputError, NotFoundError, Sentence, TakenError
from services.edits.versions import edits_record
from services.registry.seen import registry_facts
from services.scenarios.comparison import BASE, Comparison, compare
from services.scenarios.file import (
    FOLDER,
    SUFFIXES,
    Base,
    Scenario,
    ScenarioEdit,
    checked_name,
    read_scenario,
    scenario_of,
    to_json,
    to_toml,
)
from services.scenarios.town import apply_scenario
from services.situation.parameters import Parameters
from services.situation.places import Selection
from services.words.dates import today
from services.words.shares import share, share_of
from services.words.texts import age_group_text, is_figure, limit_text, listed, people, text, yen
from services.words.vocabulary import PUBLIC
from services.workspace.folder import Snapshot, Workspace
from services.workspace.jsonfiles import digest
from services.workspace.locks import in_use
from services.workspace.staging import remove_file, staged_file

WAIT_S = 30.0
"""How long somebody waits for another one who changes a scenario."""
MOST = 8
"""Scenarios beside each other: more do not fit on a page, nor in a reader's head."""
_PARTS = {
    "data": "workspace_sha256",
    "parameters": "parameters_sha256",
    "registry": "registry_sha256",
    "edits": "edits_sha256",
}


@dataclass(frozen=True)
class Stored:
    """A scenario of the workspace, and what has changed since it was made."""

    scenario: Scenario
    stale: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        plain = self.scenario.model_dump(exclude_defaults=True)
        edits = [edit.model_dump(exclude_defaults=True) for edit in self.scenario.edits]
        return {**plain, "edits": edits, "stale": list(self.stale)}


def list_scenarios(workspace: Workspace) -> list[Stored]:
    """Return every scenario, by name."""
    files = sorted((workspace.path / FOLDER).glob("*.toml"))
    base = base_of(workspace) if files else Base()
    return [_stored(read_scenario(path), base) for path in files]


def find_scenario(workspace: Workspace, name: str) -> Stored:
    """Return one scenario."""
    return _stored(_read(workspace, name), base_of(workspace))


def _read(workspace: Workspace, name: str) -> Scenario:
    path = _path(workspace, checked_name(name))
    if not path.is_file():
        there = [found.stem for found in sorted((workspace.path / FOLDER).glob("*.toml"))]
        raise NotFoundError(
            "there is no scenario {name!r}; there is {there}",
            name=name,
            there=there or Sentence("none"),
        )
    return read_scenario(path)


def new_scenario(workspace: Workspace, name: str, *, note: str = "", by: str = "") -> Scenario:
    """Write a scenario without changes."""
    return save_scenario(workspace, scenario_of({"name": name, "note": note, "by": by}))


def add_edit(workspace: Workspace, name: str, edit: ScenarioEdit) -> Scenario:
    """Add one change to a scenario, checked on the data of today."""
    with _alone(workspace):
        found = _read(workspace, name)
        plain = found.model_dump(exclude={"base", "made_on"})
        plain["edits"].append(edit.model_dump())
        return _write(workspace, _checked(workspace, scenario_of(plain)))


def remove_edit(workspace: Workspace, name: str, number: int) -> Scenario:
    """
    Take one change out of a scenario, by its number from 1; those after it move up.

    No change depends on another one, so what is left needs no new check, even where it does not fit
    the data of today: it keeps saying what it was made on.
    """
    with _alone(workspace):
        found = _read(workspace, name)
        if not 1 <= number <= len(found.edits):
            count = len(found.edits)
            raise NotFoundError(
                "scenario {name} has no edit {number}; it has {count}, counted from 1",
                name=found.name,
                number=number,
                count=count,
            )
        left = [edit for place, edit in enumerate(found.edits, start=1) if place != number]
        return _write(workspace, found.model_copy(update={"edits": left}))


def save_scenario(workspace: Workspace, scenario: Scenario, *, replace: bool = False) -> Scenario:
    """
    Write a scenario once all of its changes can be made; return it as written.

    One that says what it was made on keeps saying it; else that is the workspace of today.
    """
    if not replace:
        _require_free(workspace, scenario.name)
    made = _checked(workspace, scenario)
    with _alone(workspace):
        if not replace:  # of two who make one name at once the second is told
            _require_free(workspace, scenario.name)
        return _write(workspace, made)


def _require_free(workspace: Workspace, name: str) -> None:
    if _path(workspace, name).is_file():
        raise TakenError(
            "there is a scenario {name!r} already; choose another name or replace it", name=name
        )


def _checked(workspace: Workspace, scenario: Scenario) -> Scenario:
    """Return a scenario whose changes can all be made, with what it is made on."""
    apply_scenario(workspace, _parameters(workspace), scenario)
    base = scenario.base if scenario.base != Base() else base_of(workspace)
    made_on = scenario.made_on or today().isoformat()
    return scenario.model_copy(update={"base": base, "made_on": made_on})


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Let one at a time change the scenarios: what is read in it is still so when it ends."""
    with workspace.working(), in_use(workspace.path / FOLDER, alone=True, wait_s=WAIT_S):
        yield


def _write(workspace: Workspace, scenario: Scenario) -> Scenario:
    with staged_file(_path(workspace, scenario.name)) as staged:
        staged.write_text(to_toml(scenario), encoding="utf-8")
    return scenario


def delete_scenario(workspace: Workspace, name: str) -> None:
    """Take a scenario away."""
    with _alone(workspace):
        remove_file(_path(workspace, _read(workspace, name).name))


def export_scenario(workspace: Workspace, name: str, out: Path) -> Path:
    """Write a scenario as a file to send, TOML or JSON by its ending."""
    scenario = _read(workspace, name)
    if out.suffix.lower() not in SUFFIXES:
        raise InvalidInputError("{out}: name a .toml or .json file", out=out)
    written = to_json(scenario) if out.suffix.lower() == ".json" else to_toml(scenario)
    with staged_file(out) as staged:
        staged.write_text(written, encoding="utf-8")
    return out


def import_scenario(
    workspace: Workspace, file: Path, *, name: str = "", replace: bool = False
) -> Scenario:
    """Take in a scenario that somebody sent, under its own name or another."""
    scenario = read_scenario(file)
    if name:
        scenario = scenario.model_copy(update={"name": checked_name(name)})
    return save_scenario(workspace, scenario, replace=replace)


def compare_scenarios(workspace: Workspace, names: Sequence[str]) -> Comparison:
    """Compute scenarios beside today."""
    wanted = [name for name in dict.fromkeys(names) if name != BASE]
    if not wanted or len(wanted) > MOST:
        raise InvalidInputError(
            "name 1 to {most} scenarios to compare, got {wanted_n}", most=MOST, wanted_n=len(wanted)
        )
    base = base_of(workspace)
    stored = [_stored(_read(workspace, name), base) for name in wanted]
    found = compare(workspace, _parameters(workspace), [one.scenario for one in stored])
    stale = {one.scenario.name: one.stale for one in stored}
    return replace(found, stale=stale)


def base_of(workspace: Workspace) -> Base:
    """Return what a scenario that is made now is made on."""
    workspace = workspace.seen(PUBLIC)  # a scenario is as old in either view
    snapshot = _latest(workspace)
    parameters = _parameters(workspace).to_dict(workspace.profile)
    return Base(
        snapshot=snapshot.name if snapshot else "",
        workspace_sha256=workspace.sha256,
        parameters_sha256=digest(parameters),
        registry_sha256=str(registry_facts(workspace)["sha256"]),
        edits_sha256=str(edits_record(workspace, today())["sha256"]),
    )


def sentences(found: Comparison, lang: str, few: int = 0) -> list[str]:
    """Say what each scenario would do, and on which data it was computed; ``few`` as in ``people``."""
    said = []
    for row in found.overview.to_dict("records"):
        if row["scenario"] == BASE:
            continue
        values = {
            "name": row["scenario"],
            "age_group": age_group_text(str(row["age_group"]), lang),
            "limit": limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
            "newly": people(row["newly_reached"], lang, few),
            "lost": people(row["no_longer_reached"], lang, few),
        }
        if not row["residents"]:
            said.append(text("scenario.nobody", lang, **values))
        elif row["no_longer_reached"] > 0:
            said.append(text("scenario.newly_and_lost", lang, **values))
        else:
            said.append(text("scenario.newly", lang, **values))
        said.append(_money(row, lang))
        said += _worst(found, str(row["scenario"]), lang)
        codes = found.stale.get(str(row["scenario"]), ())
        if codes:
            what = listed((text(f"scenario.stale.{code}", lang) for code in codes), lang)
            said.append(text("scenario.stale", lang, name=row["scenario"], what=what))
    return said


def _money(row: dict[Any, Any], lang: str) -> str:
    per_year, once = row["cost_per_year_yen"], row["cost_once_yen"]
    if not is_figure(per_year):
        return text("scenario.cost.unknown", lang)
    key = "scenario.cost.less" if per_year < 0 else "scenario.cost"
    return text(key, lang, per_year=yen(abs(per_year), lang), once=yen(once, lang))


def _worst(found: Comparison, scenario: str, lang: str) -> list[str]:
    """Say where the worst area of a layer is another one, or is better or worse, than today."""
    tables = {name: rows.set_index("layer") for name, rows in found.layers.groupby("scenario")}
    today, then = tables[BASE], tables[scenario]
    said = []
    for layer in then.index:
        before, after = today.loc[layer], then.loc[layer]
        if not is_figure(after["worst_coverage_pct"]) or not is_figure(
            before["worst_coverage_pct"]
        ):
            continue
        same = np.isclose(before["worst_coverage_pct"], after["worst_coverage_pct"])
        if same or after["areas_n"] == 1:
            continue
        said.append(
            text(
                "scenario.worst",
                lang,
                layer=after["label"] if lang == "ja" else after["label_en"],
                before=before["worst_area_name"],
                before_share=share(
                    share_of(before, "worst_coverage", whole="worst_residents"), lang
                ),
                after=after["worst_area_name"],
                after_share=share(share_of(after, "worst_coverage", whole="worst_residents"), lang),
            )
        )
    return said


def _stored(scenario: Scenario, base: Base) -> Stored:
    made = scenario.base
    stale = [code for code, name in _PARTS.items() if getattr(made, name) != getattr(base, name)]
    return Stored(scenario, tuple(stale))


def _latest(workspace: Workspace) -> Snapshot | None:
    try:
        return workspace.snapshot()
    except NotFoundError:
        return None


def _parameters(workspace: Workspace) -> Parameters:
    """Return the parameters of the newest snapshot, else the profile's."""
    snapshot = _latest(workspace)
    if snapshot is None:
        return Parameters.of(workspace.profile)
    asked = snapshot.run["parameters"]
    return Parameters.of(
        workspace.profile,
        walk_limit_m=asked["walk_limit_m"],
        walk_limit_min=asked["walk_limit_min"],
        walking_profile=asked["profile"]["id"],
        selection=Selection(
            with_suspended=bool(asked["with_suspended"]),
            with_planned=bool(asked.get("with_planned", False)),
        ),
    )


def _path(workspace: Workspace, name: str) -> Path:
    return workspace.path / FOLDER / f"{name}.toml"
