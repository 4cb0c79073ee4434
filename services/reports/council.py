"""The sheet of a council: of its own areas as one, or what is known where nobody drew them."""

from dataclasses import dataclass

import pandas as pd

from services.publication.tables import Publication
from services.publication.viewed import stamp
from services.reports.area import find_area, report_of
from services.reports.councils import COUNCIL_LAYER, council_lines
from services.reports.lines import GapReport
from services.words.names import normalise
from services.words.texts import text
from services.workspace.councils import CouncilRow, areas_of, listed_councils
from services.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class BareCouncil:
    """A council without borders: what is known of it, and that nothing can be counted."""

    lang: str
    area_id: str
    area_name: str
    municipality: str
    fictional: bool
    sentence: str
    lines: tuple[str, ...]
    stamp: str


def sheet_of(
    workspace: Workspace, wanted: str, *, layer: str | None = None, lang: str = "ja"
) -> GapReport | BareCouncil:
    """
    Return the sheet of a council that is listed, by id or name, else of an area.

    With a layer it is of an area of that layer. Residents of an area that councils share count for each.

    Raises
    ------
    NotFoundError, InvalidInputError
        There is no such council and no such area, or several areas are named so.
    """
    publication = Publication(workspace.snapshot())
    council = None if layer else _listed(workspace, wanted)
    if council is None:
        return report_of(publication, find_area(publication, wanted, layer=layer), lang)
    own = areas_of(workspace, council)
    if own.empty:
        return _bare(workspace, council, lang)
    chosen = own.iloc[0].copy()
    if len(own) == 1:
        chosen["area_name"] = council.name
        return report_of(publication, chosen, lang, council=council)
    chosen["layer"], chosen["area_id"] = COUNCIL_LAYER, council.council_id
    chosen["area_name"], chosen["council_id"] = council.name, ""
    chosen["geometry"] = own.geometry.union_all()
    table = workspace.snapshot().table("councils")
    coverage: pd.DataFrame = table[table["council_id"] == council.council_id]
    return report_of(
        publication, chosen, lang, coverage=coverage.assign(layer=COUNCIL_LAYER), council=council
    )


def _listed(workspace: Workspace, wanted: str) -> CouncilRow | None:
    listed = listed_councils(workspace)
    by_id = (one for one in listed if one.council_id == wanted)
    by_name = (one for one in listed if normalise(one.name) == normalise(wanted))
    return next(by_id, None) or next(by_name, None)


def _bare(workspace: Workspace, council: CouncilRow, lang: str) -> BareCouncil:
    town = workspace.profile.municipality
    return BareCouncil(
        lang=lang,
        area_id=council.council_id,
        area_name=council.name,
        municipality=town.name if lang == "ja" else town.name_en,
        fictional=town.fictional,
        sentence=text("council.uncounted", lang),
        lines=council_lines(workspace, council, lang),
        stamp=stamp(workspace, lang),
    )
