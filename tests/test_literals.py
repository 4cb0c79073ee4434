"""Japanese stands in the data: in the code only where it is recognised in what people type."""

import ast
import re
from pathlib import Path

import pytest

from services.words.texts import sentences

ROOT = Path(__file__).parents[1]
RINGS = ("geo", "services", "api")
JAPANESE = re.compile("[々-〇ぁ-ゖァ-ヺ一-鿿ｦ-ﾝ]")
"""Letters; marks such as ・ and （ belong to no language alone."""

RECOGNISERS = {
    "geo/schedule/closures.py": "words of closing",
    "geo/schedule/meeting.py": "days and times of a schedule",
    "geo/schedule/phrases.py": "words of time and of change",
    "geo/schedule/rotation.py": "venues that take turns",
    "geo/schedule/seasons.py": "months without meetings",
    "geo/schedule/timewords.py": "words for times",
    "geo/schedule/typed.py": "schedules that say too little",
    "services/edits/drawings.py": "yes and no in a drawn layer",
    "services/intake/areas/lots.py": "lots: 1番地から5番地まで",
    "services/intake/areas/milestones.py": "kinds and stages of milestones as they are typed",
    "services/intake/areas/neighbourhoods.py": "headers of tables of neighbourhoods",
    "services/intake/people/raster.py": "titles of rasters of densities",
    "services/intake/people/usages.py": "usages of PLATEAU by their labels",
    "services/intake/places/addresses.py": "parts of an address",
    "services/intake/places/attributes.py": "attributes of places as they are typed",
    "services/intake/places/coordinates.py": "degrees as they are typed",
    "services/intake/places/duplicates.py": "words that tell no two names apart",
    "services/intake/places/freetext.py": "schedules in free text",
    "services/intake/places/national.py": "headers of the MHLW's list, and its sign of a line break",
    "services/intake/places/remarks.py": "classes as they are typed: 週1型",
    "services/intake/places/status.py": "statuses as they are typed",
    "services/intake/places/venue_attributes.py": "rents as they are typed",
    "services/intake/tables/cells.py": "rows of totals, and notes under a table",
    "services/intake/tables/columns.py": "headers by their meaning",
    "services/intake/tables/dimensions.py": "sexes, nationalities and ages in rows",
    "services/intake/tables/headers.py": "headers in several rows; 列3 names a column without one",
    "services/intake/tables/layouts.py": "headers of official layouts",
    "services/intake/tables/persons.py": "columns about persons",
    "services/intake/tables/reading.py": "counts with a unit, and hidden ones",
    "services/intake/tables/sheets.py": "sheets of everybody: 総数; the column シート",
    "services/intake/tables/totals.py": "rows of totals and of parts: 大字計, 再掲",
    "services/intake/tables/units.py": "units of counts: 千人, 世帯",
    "services/privacy/homes.py": "homes by their names, and consent",
    "services/privacy/kinds.py": "kinds of venues that are homes",
    "services/profile/ages.py": "age groups in headers: 75歳以上",
    "services/registry/venues.py": "half-days when a room is free",
    "services/words/dates.py": "dates with eras",
    "services/words/names.py": "spellings of one name",
    "services/workspace/projections.py": "years with their unit: 2030年",
}
"""Module → what it recognises."""


def literals(module: str) -> list[str]:
    """Return the Japanese literals of a module: no docstring, no template of an error."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in said
        and JAPANESE.search(node.value)
        # A template may show what can be typed; its own words are English.
        and node.value not in sentences()
    ]


MODULES = [
    path.relative_to(ROOT).as_posix()
    for ring in RINGS
    for path in sorted((ROOT / ring).rglob("*.py"))
]


def test_no_module_but_recognisers_has_a_japanese_literal():
    found = {module: literals(module) for module in MODULES}
    assert {m: said for m, said in found.items() if said and m not in RECOGNISERS} == {}


@pytest.mark.parametrize("module", RECOGNISERS)
def test_no_module_is_allowed_what_it_does_not_need(module):
    assert literals(module)


def test_the_templates_have_none():
    pages = sorted((ROOT / "api" / "templates").iterdir())
    found = [
        (page.name, line)
        for page in pages
        for line in page.read_text(encoding="utf-8").splitlines()
        if JAPANESE.search(line)
    ]
    assert len(pages) > 3
    assert found == []
