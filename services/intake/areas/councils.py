"""Intake of councils: which areas each one owns, many to many."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.errors import Sentence
from services.intake.areas.polygons import PROFILE, Assembly
from services.intake.areas.unions import Selector
from services.intake.tables.ledger import Entry, Ledger
from services.intake.tables.reading import read_source, require_columns, texts
from services.profile import Council, Ownership, Profile


def locate_councils(
    profile: Profile, assembly: Assembly, path: Callable[[str], Path], ledger: Ledger
) -> list[dict[str, Any]]:
    """
    Return the councils with the ids of the areas that they own, as plain data.

    ``known`` is false where any of its areas has no borders, is not named, or is only in part its own:
    such a council is listed, and nothing is counted for it.
    """
    found = []
    for council in [*profile.councils, *_from_table(profile, path, ledger)]:
        owned = [_owned(own, assembly) for own in council.owns]
        known = bool(owned) and all(areas for areas, _ in owned)
        known = known and not any(own.part for own in council.owns)
        missing = [name for _, names in owned for name in names]
        if missing and known:
            listing = "、".join(missing)
            ledger.of(PROFILE).note(
                Entry(
                    "unknown_area",
                    Sentence(
                        "council {id}: there is no area {listing}",
                        id=council.id,
                        listing=listing,
                        name=council.name,
                    ),
                )
            )
        if not known:
            ledger.of(PROFILE).note(
                Entry(
                    "council_without_borders",
                    Sentence(
                        "council {id}: its area has no open borders; listed, not computed",
                        id=council.id,
                        name=council.name,
                    ),
                )
            )
        found.append(
            {
                "id": council.id,
                "name": council.name,
                "number": council.number,
                "note": council.note,
                "known": known,
                "owns": [
                    {"layer": own.layer, "area_ids": areas, "part": own.part}
                    for own, (areas, _) in zip(council.owns, owned, strict=True)
                ],
            }
        )
    return found


def _owned(own: Ownership, assembly: Assembly) -> tuple[list[str], list[str]]:
    """Return the ids of the areas that are there, and the entries that fit none."""
    if own.layer not in assembly.current:
        return [], own.areas
    areas = assembly.of(own.layer)
    selector = Selector(own.areas)
    entries = [
        selector.find(str(key), str(name))
        for key, name in zip(areas["area_id"], areas["area_name"], strict=True)
    ]
    ids = [str(key) for key, entry in zip(areas["area_id"], entries, strict=True) if entry]
    return ids, [entry for entry in own.areas if entry not in entries]


def _from_table(profile: Profile, path: Callable[[str], Path], ledger: Ledger) -> list[Council]:
    spec = profile.council_table
    if spec is None:
        return []
    file = path(spec.source)
    source = profile.source(spec.source)
    fields = [spec.council_field, spec.council_name_field, spec.area_field]
    table = read_source(file, source=source, wanted=fields, notes=ledger.of(source.id))
    require_columns(table.columns, fields, path=file)
    names = texts(table, spec.council_name_field or spec.council_field)
    gathered: dict[str, tuple[str, list[str]]] = {}
    keys, areas = texts(table, spec.council_field), texts(table, spec.area_field)
    for key, name, area in zip(keys, names, areas, strict=True):
        gathered.setdefault(key, (name, []))[1].append(area)
    return [
        Council.model_construct(
            id=key, name=name, owns=[Ownership(layer=spec.layer, areas=owned)], number=1, note=""
        )
        for key, (name, owned) in gathered.items()
    ]
