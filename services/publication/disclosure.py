"""
What leaves: the tables of a snapshot with their declared columns, and words made last.

Everything that shows results to somebody (API, export, report, picture) takes its frames from
``disclose``. Nothing is hidden here: the figures of the public view have seen no exact input.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import geopandas as gpd
import pandas as pd

from services.publication.aspect import Aspect
from services.publication.columns import leaving
from services.publication.words import (
    candidates_in_words,
    gaps_in_words,
    milestones_in_words,
    places_in_words,
    rules_in_words,
)
from services.results.counts import activity_counts
from services.results.crosstabs import of_pair
from services.results.indicators import indicators_frame
from services.results.milestones import milestone_years, milestones_frame
from services.results.rules import rules_frame
from services.workspace.folder import Snapshot

PlainTable = Literal[
    "coverage", "slots", "combined", "provision", "inequality", "resilience", "backup"
]


@dataclass(frozen=True)
class Disclosed:
    """The tables of one snapshot as they leave; each is made once."""

    snapshot: Snapshot

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Return the coverage."""
        return self.table("coverage")

    def table(self, name: PlainTable) -> pd.DataFrame:
        """Return a table that needs no words."""
        return _declared(self.snapshot.table(name), name)

    def crosstab(self, rows: str, columns: str) -> pd.DataFrame:
        """Return the residents of each pair of areas of two layers."""
        return _declared(of_pair(self.snapshot.table("crosstabs"), rows, columns), "crosstabs")

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Return the gaps."""
        return gaps_in_words(self.snapshot.table("gaps"))

    @cached_property
    def milestones(self) -> pd.DataFrame:
        """Return how far each area is with its council, coordinator, base and committee."""
        workspace = self.snapshot.workspace
        as_of = self.snapshot.run.get("as_of")
        day = date.fromisoformat(as_of) if as_of else workspace.day
        return milestones_in_words(milestones_frame(workspace, day), workspace.declared)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Return what surveys and shares of age groups tell of each area."""
        asked = Aspect.main(self.snapshot.run).rows(self.coverage, whatever=["age_group"])
        return indicators_frame(self.snapshot.workspace, asked)

    @cached_property
    def milestone_years(self) -> pd.DataFrame:
        """Return how many areas were at each stage at the end of each fiscal year."""
        return _declared(milestone_years(self.snapshot.workspace), "milestone_years")

    @cached_property
    def activity_counts(self) -> pd.DataFrame:
        """Return what was counted of activities, by month, quarter and fiscal year."""
        return _declared(activity_counts(self.snapshot.workspace), "activity_counts")

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places; ``blurred`` are private homes that stand at the centre of a cell."""
        limit_m = self.snapshot.workspace.profile.streets.snap_limit_m
        return places_in_words(self._marked(self.snapshot.layer("places")), limit_m)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """Return for each rule set and place whether the place meets it, and why not."""
        places = pd.DataFrame(self.snapshot.layer("places"))
        return rules_in_words(rules_frame(places, self.snapshot.workspace.declared))

    @cached_property
    def candidates(self) -> gpd.GeoDataFrame:
        """Return the candidates."""
        candidates = self._marked(self.snapshot.layer("candidates"))
        return candidates_in_words(candidates, self.snapshot.workspace.few_below)

    @property
    def reach(self) -> gpd.GeoDataFrame:
        """Return the reach of each place and class."""
        return self.snapshot.layer("reach")

    @property
    def edits(self) -> gpd.GeoDataFrame:
        """Return what planners have drawn over the streets."""
        return self.snapshot.layer("edits")

    def _marked(self, points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        at_home = points["private_home"].astype(bool)
        return points.assign(blurred=at_home & self.snapshot.workspace.is_public)


def _declared(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table without the columns that are not declared to leave."""
    known = leaving(name)
    return table[[column for column in table.columns if column in known]]


def disclose(snapshot: Snapshot) -> Disclosed:
    """Return the tables of a snapshot as they leave."""
    return Disclosed(snapshot)
