"""
What may leave: small counts are hidden and private homes are blurred, here and nowhere else.

Everything that shows results to somebody (API, export, report, picture) takes its frames from
``disclose``; nobody else reads a snapshot's tables for output.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import geopandas as gpd
import pandas as pd

from services.privacy.counts import (
    Hidden,
    _hidden_in_gaps,
    _hide_small,
    find_hidden,
    hide_backup,
    hide_counts,
    hide_gaps,
    hide_losses,
)
from services.privacy.homes import blur, coarsen_gaps
from services.profile import Privacy
from services.publication.words import candidates_in_words, gaps_in_words, places_in_words
from services.results.crosstabs import disclosed_crosstab
from services.results.gaps import ranked
from services.results.inequality import inequality_frame
from services.results.resilience import LOST_IF_CLOSED
from services.situation.naming import WHOLE

_LOSSES = ("residents_lost", "residents_kept")


class Results(Protocol):
    """What is disclosed: a snapshot of ``services.workspace.folder``."""

    def table(self, name: str) -> pd.DataFrame:
        """Return ``coverage`` or ``gaps``."""

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return ``candidates``, ``places``, ``reach`` or ``streets``."""


@dataclass(frozen=True)
class Disclosed:
    """The tables of one snapshot as they may leave; each is made once."""

    results: Results
    privacy: Privacy

    @cached_property
    def hidden(self) -> Hidden:
        """Return the counts that are not shown."""
        limit = self.privacy.small_number
        hidden = find_hidden(self.results.table("coverage"), small_number=limit)
        return hidden | _hidden_in_gaps(self.results.table("gaps"), small_number=limit)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Return the coverage with small counts hidden and a column ``suppressed``."""
        return hide_counts(self.results.table("coverage"), self.hidden)

    @cached_property
    def slots(self) -> pd.DataFrame:
        """Return who has a place on each weekday and half of the day, small counts hidden."""
        return hide_counts(self.results.table("slots"), self.hidden)

    @cached_property
    def combined(self) -> pd.DataFrame:
        """Return who is weekly-reached by several halls together only, small counts hidden."""
        return hide_counts(self.results.table("combined"), self.hidden)

    @cached_property
    def provision(self) -> pd.DataFrame:
        """Return the seats and those without one, small counts hidden."""
        table, limit = self.results.table("provision"), self.privacy.small_number
        whole = find_hidden(table[table["layer"] == WHOLE], small_number=limit)
        return hide_counts(table, self.hidden | whole)

    @cached_property
    def inequality(self) -> pd.DataFrame:
        """Return the inequality between the units whose coverage is shown."""
        return inequality_frame(self.coverage)

    @cached_property
    def resilience(self) -> pd.DataFrame:
        """Return whom the closing of each place takes the last one from, small counts hidden."""
        table = self.results.table("resilience")
        return hide_losses(table, _LOSSES, small_number=self.privacy.small_number)

    @cached_property
    def backup(self) -> pd.DataFrame:
        """Return who has a second place, small counts hidden."""
        shown = hide_counts(self.results.table("backup"), self.hidden)
        return hide_backup(shown, small_number=self.privacy.small_number)

    def crosstab(self, rows: str, columns: str) -> pd.DataFrame:
        """Return the residents of each pair of areas of two layers, small cells hidden."""
        return disclosed_crosstab(
            self.results.table("crosstabs"),
            rows,
            columns,
            hidden=self.hidden,
            small_number=self.privacy.small_number,
        )

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """
        Return the gaps, small counts hidden and distances to private homes coarse.

        They are ranked and sorted anew: an order would tell what is hidden.
        """
        gaps = hide_gaps(self.results.table("gaps"), self.hidden)
        shown = coarsen_gaps(gaps, self._private)
        return gaps_in_words(ranked(shown, small_number=self.privacy.small_number))

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places, private homes blurred and marked by ``blurred``."""
        places = self.results.layer("places")
        blurred = blur(places, places["private_home"].astype(bool), blur_m=self.privacy.blur_m)
        limit = self.privacy.small_number
        shown = _hide_small(places_in_words(blurred), "residents_reached", small_number=limit)
        if LOST_IF_CLOSED[0] not in shown:
            return shown
        return hide_losses(shown, LOST_IF_CLOSED, small_number=limit)

    @cached_property
    def candidates(self) -> gpd.GeoDataFrame:
        """Return the candidates; private homes, to be upgraded or opened, are blurred."""
        candidates = self.results.layer("candidates")
        private = candidates["place_id"].isin(self._private)
        if "private_home" in candidates:
            private |= candidates["private_home"].astype(bool)
        blurred = blur(candidates, private, blur_m=self.privacy.blur_m)
        for column in ("newly_reached", "newly_reached_alone"):
            if column in blurred.columns:
                blurred = _hide_small(blurred, column, small_number=self.privacy.small_number)
        return candidates_in_words(blurred)

    @property
    def reach(self) -> gpd.GeoDataFrame:
        """Return the reach of each place and class; it is drawn from where homes are shown."""
        return self.results.layer("reach")

    @cached_property
    def _private(self) -> frozenset[str]:
        places = self.results.layer("places")
        return frozenset(places.loc[places["private_home"].astype(bool), "place_id"])


def disclose(results: Results, privacy: Privacy) -> Disclosed:
    """Return the tables of a snapshot as they may leave."""
    return Disclosed(results, privacy)
