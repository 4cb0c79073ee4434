"""Stored plans: a folder each that never changes, and what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np

from geo.errors import NotFoundError
from services.edits.versions import edits_record, read_drawn
from services.plans.ask import PlanAsk, ask_of
from services.plans.folder import (
    CERTIFICATE,
    PLAN_FORMAT,
    QUESTION,
    RECORD,
    PlanFolder,
    hash_of,
    of_another_version,
    unreadable_plan,
)
from services.registry.seen import registry_facts
from services.results.edits import edits_frame
from services.situation.parameters import Parameters
from services.words.dates import today
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import digest, write_json
from services.workspace.progress import Claim, unclaimed
from services.workspace.staging import staged_number

FOLDER = "plans"


@dataclass(frozen=True)
class PlanResult(PlanFolder):
    """A stored plan; its tables are read once. Nothing of it leaves but through ``services.plans.views``."""

    workspace: Workspace

    @cached_property
    def edits(self) -> gpd.GeoDataFrame:
        """Return what planners had drawn, as a map shows it; nothing where the streets are others by now."""
        hashes, drawn = self.record["hashes"], []
        if hashes["workspace_sha256"] == self.workspace.sha256:
            there = read_drawn(self.workspace, hashes["edits"]["version"])
            drawn = [one for one in there if one.edit.edit_id in hashes["edits"]["in_force"]]
        return edits_frame(self.workspace, drawn)

    @property
    def is_readable(self) -> bool:
        """Whether this version wrote it, with the protection that the view has now."""
        made_with = self.record.get("parameters", {}).get("privacy")
        is_ours = self.record.get("format") == PLAN_FORMAT
        return bool(is_ours and made_with == self.workspace.profile.privacy.model_dump())

    @property
    def ask(self) -> PlanAsk:
        """Return the question."""
        return ask_of(self.record["ask"])

    @cached_property
    def chosen(self) -> gpd.GeoDataFrame:
        """Return the chosen options by rank, plane CRS."""
        return self._table("chosen")

    @cached_property
    def options(self) -> gpd.GeoDataFrame:
        """Return all options, plane CRS."""
        return self._table("options")

    @cached_property
    def catchments(self) -> gpd.GeoDataFrame:
        """Return what can be walked to from each chosen option (candidate_id, geometry)."""
        return self._table("catchments")

    def _table(self, name: str) -> gpd.GeoDataFrame:
        path = self.path / f"{name}.parquet"
        try:
            return gpd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise unreadable_plan(path, error) from error


def store(
    workspace: Workspace,
    record: Mapping[str, Any],
    certificate: Mapping[str, np.ndarray],
    question: Mapping[str, np.ndarray],
    *,
    claim: Claim = unclaimed,
    **tables: gpd.GeoDataFrame,
) -> PlanResult:
    """Write a plan whole, under the next number, with the hashes of all of its files."""
    plans = workspace.own / FOLDER
    with workspace.working(), staged_number(plans) as (name, folder):
        claim(name)
        for title, table in tables.items():
            table.assign(plan_id=name).to_parquet(folder / f"{title}.parquet")
        np.savez_compressed(folder / CERTIFICATE, **certificate)  # type: ignore[arg-type]
        if question:
            np.savez_compressed(folder / QUESTION, **question)  # type: ignore[arg-type]
        files = {path.name: hash_of(path) for path in sorted(folder.iterdir())}
        whole = {"plan_id": name, "format": PLAN_FORMAT, **record, "files": files}
        write_json(folder / RECORD, {**whole, "sha256": digest(whole)})
    return PlanResult(plans / name, workspace)


def list_plans(workspace: Workspace) -> list[PlanResult]:
    """Return the stored plans that this version reads, the newest first."""
    return [plan for plan in _stored(workspace) if plan.is_readable]


def unreadable_plans(workspace: Workspace) -> list[str]:
    """Return the ids of the plans that another version has stored, the newest first."""
    return [plan.plan_id for plan in _stored(workspace) if not plan.is_readable]


def _stored(workspace: Workspace) -> list[PlanResult]:
    found = (workspace.own / FOLDER).glob("[0-9]*")
    folders = sorted((path for path in found if (path / RECORD).is_file()), reverse=True)
    return [PlanResult(path, workspace) for path in folders]


def read_plan(workspace: Workspace, plan_id: str) -> PlanResult:
    """
    Return a stored plan.

    Raises
    ------
    NotFoundError
        There is none of this id.
    BrokenWorkspaceError
        Another version has stored it.
    """
    for plan in _stored(workspace):
        if plan.plan_id == plan_id:
            if not plan.is_readable:
                raise of_another_version(plan_id)
            return plan
    raise NotFoundError(
        "there is no plan {plan_id!r}; see the list of plans, or make one with: "
        "arukeba plan WORKSPACE",
        plan_id=plan_id,
    )


def plan_is_stale(workspace: Workspace, plan: PlanResult) -> list[dict[str, Any]]:
    """Return what has changed since a plan was made, a code with its facts; empty where nothing has."""
    then = plan.record["hashes"]
    facts: list[dict[str, Any]] = []
    if workspace.sha256 != then["workspace_sha256"]:
        facts.append({"code": "data"})
    registry = registry_facts(workspace)
    if registry["sha256"] != then["registry"]["sha256"]:
        counts = {"before": then["registry"]["places_n"], "after": registry["places_n"]}
        facts.append({"code": "registry", **counts})
    edits = edits_record(workspace, today())
    if (edits["sha256"], edits["in_force"]) != (then["edits"]["sha256"], then["edits"]["in_force"]):
        versions = {"before": then["edits"]["version"], "after": edits["version"]}
        facts.append({"code": "edits", **versions})
    if _parameters_now(workspace, plan) != then["parameters_sha256"]:
        facts.append({"code": "parameters"})
    return facts


def _parameters_now(workspace: Workspace, plan: PlanResult) -> str:
    """Return the hash of what the same question would be computed with now."""
    ask = plan.ask
    profile = workspace.at(today()).profile
    walking = ask.walking_profile
    if walking and walking not in [one.id for one in profile.walking_profiles]:
        return ""
    parameters = Parameters.of(
        profile,
        walk_limit_m=ask.walk_limit_m,
        walk_limit_min=ask.walk_limit_min,
        walking_profile=walking,
    )
    return digest([parameters.to_dict(profile), plan.record["ask"]])
