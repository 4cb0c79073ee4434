"""Intake of councils: which areas each one owns, many to many."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.errors import InvalidInputError, Sentence, SourceError
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
    such a council is listed, and nothing is counted for it. A part that is given by units is known.

    Raises
    ------
    InvalidInputError
        A part lies outside its area, or has no unit that is there; the table has an id of the profile.
    """
    found = []
    for council in [*profile.councils, *_from_table(profile, path, ledger)]:
        owned = [
            _part(council, own, assembly) if own.units else _owned(own.layer, own.areas, assembly)
            for own in council.owns
        ]
        known = bool(owned) and all(areas for areas, _ in owned)
        known = known and not any(own.part and not own.units for own in council.owns)
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
                "body": council.body,
                "coordinators": council.coordinators,
                "known": known,
                "owns": [
                    {
                        "layer": own.unit_layer or own.layer,
                        "area_ids": areas,
                        "part": own.part,
                        # What is divided: a part is told by the units that are its own.
                        "of": _owned(own.layer, own.areas, assembly)[0] if own.units else [],
                        "of_layer": own.layer if own.units else "",
                    }
                    for own, (areas, _) in zip(council.owns, owned, strict=True)
                ],
            }
        )
    return found


def _part(council: Council, own: Ownership, assembly: Assembly) -> tuple[list[str], list[str]]:
    """Return the ids of the units of a part, and the entries that fit none; refuse one outside."""
    whole, lost = _owned(own.layer, own.areas, assembly)
    units, missing = _owned(own.unit_layer, own.units, assembly)
    if missing or lost or not (units and whole):
        raise InvalidInputError(
            "council {id}: of its part there is no {names}, or it has no borders; name areas and "
            "units that are drawn, or leave units out",
            id=council.id,
            names=[*lost, *missing],
        )
    areas, there = assembly.of(own.layer), assembly.of(own.unit_layer)
    around = areas[areas["area_id"].isin(whole)].geometry.union_all()
    mine = there[there["area_id"].isin(units)]
    outside = mine[~mine.geometry.representative_point().within(around)]
    if len(outside):
        raise InvalidInputError(
            "council {id}: its part {names} lies outside {areas}; correct units or areas",
            id=council.id,
            names=list(outside["area_name"]),
            areas=own.areas,
        )
    return units, []


def _owned(layer: str, wanted: list[str], assembly: Assembly) -> tuple[list[str], list[str]]:
    """Return the ids of the areas that are there, and the entries that fit none."""
    if layer not in assembly.current:
        return [], wanted
    areas = assembly.of(layer)
    selector = Selector(wanted)
    entries = [
        selector.find(str(key), str(name))
        for key, name in zip(areas["area_id"], areas["area_name"], strict=True)
    ]
    ids = [str(key) for key, entry in zip(areas["area_id"], entries, strict=True) if entry]
    return ids, [entry for entry in wanted if entry not in entries]


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
    if twice := sorted({one.id for one in profile.councils} & set(keys)):
        raise SourceError(
            "the profile has a council {id} as well; rename one of the two",
            path=file,
            row=keys.index(twice[0]) + 2,
            id=twice[0],
        )
    for key, name, area in zip(keys, names, areas, strict=True):
        gathered.setdefault(key, (name, []))[1].append(area)
    return [
        Council.model_construct(
            id=key,
            name=name,
            owns=[Ownership(layer=spec.layer, areas=owned)],
            number=1,
            note="",
            body="",
            coordinators=[],
        )
        for key, (name, owned) in gathered.items()
    ]
