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
from services.publication.columns import leaving, telling, telling_of_others
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
        return self._shown("coverage")

    @cached_property
    def slots(self) -> pd.DataFrame:
        """Return who has a place on each weekday and half of the day, small counts hidden."""
        return self._shown("slots")

    @cached_property
    def combined(self) -> pd.DataFrame:
        """Return who is weekly-reached by several halls together only, small counts hidden."""
        return self._shown("combined")

    @cached_property
    def provision(self) -> pd.DataFrame:
        """Return the seats and those without one, small counts hidden."""
        table, limit = self.results.table("provision"), self.privacy.small_number
        whole = find_hidden(table[table["layer"] == WHOLE], small_number=limit)
        return _declared(hide_counts(table, self.hidden | whole, telling("provision")), "provision")

    @cached_property
    def inequality(self) -> pd.DataFrame:
        """Return the inequality between the units whose coverage is shown."""
        return _declared(inequality_frame(self.coverage), "inequality")

    @cached_property
    def resilience(self) -> pd.DataFrame:
        """Return whom the closing of each place takes the last one from, small counts hidden."""
        table = self.results.table("resilience")
        shown = hide_losses(table, _LOSSES, small_number=self.privacy.small_number)
        return _declared(shown, "resilience")

    @cached_property
    def backup(self) -> pd.DataFrame:
        """Return who has a second place, small counts hidden."""
        return hide_backup(self._shown("backup"), small_number=self.privacy.small_number)

    def crosstab(self, rows: str, columns: str) -> pd.DataFrame:
        """Return the residents of each pair of areas of two layers, small cells hidden."""
        shown = disclosed_crosstab(
            self.results.table("crosstabs"),
            rows,
            columns,
            hidden=self.hidden,
            small_number=self.privacy.small_number,
        )
        return _declared(shown, "crosstabs")

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """
        Return the gaps, small counts hidden and distances to private homes coarse.

        They are ranked and sorted anew: an order would tell what is hidden.
        """
        others = telling_of_others("gaps")
        gaps = hide_gaps(self.results.table("gaps"), self.hidden, telling("gaps"), others)
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
        for column in telling("candidates"):
            if column in blurred.columns:
                blurred = _hide_small(blurred, column, small_number=self.privacy.small_number)
        return candidates_in_words(blurred)

    @property
    def reach(self) -> gpd.GeoDataFrame:
        """Return the reach of each place and class; it is drawn from where homes are shown."""
        return self.results.layer("reach")

    def _shown(self, name: str) -> pd.DataFrame:
        table = hide_counts(self.results.table(name), self.hidden, telling(name))
        return _declared(table, name)

    @cached_property
    def _private(self) -> frozenset[str]:
        places = self.results.layer("places")
        return frozenset(places.loc[places["private_home"].astype(bool), "place_id"])


def _declared(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table without the columns that are not declared to leave."""
    known = leaving(name)
    return table[[column for column in table.columns if column in known]]


def disclose(results: Results, privacy: Privacy) -> Disclosed:
    """Return the tables of a snapshot as they may leave."""
    return Disclosed(results, privacy)
