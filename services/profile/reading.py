"""Reading a profile: every breach of the schema is named at once."""

import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from geo.errors import InvalidInputError
from services.profile.references import broken_references
from services.profile.schema import Profile


def read_profile(path: Path) -> Profile:
    """Read and check a profile; every breach is named in one sentence."""
    profile, breaches = checked(read_table(path))
    if profile is None:
        listing = "; ".join(breaches)
        raise InvalidInputError("{path}: {listing}", path=path, listing=listing)
    return profile


def checked(table: dict[str, Any]) -> tuple[Profile | None, list[str]]:
    """Return the profile of a table, or None and every breach: of tables, and of references."""
    try:
        profile = Profile.model_validate(table)
    except ValidationError as error:
        return None, _breaches(table, error)
    breaches = list(dict.fromkeys(broken_references(profile)))
    return (None, breaches) if breaches else (profile, [])


def read_table(path: Path) -> dict[str, Any]:
    """Read the TOML file as it is."""
    if not path.is_file():
        raise InvalidInputError(
            "{path}: there is no such profile; give the path of a municipality's .toml file",
            path=path,
        )
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            "{path}: not a TOML file in UTF-8 ({error}); correct that line", path=path, error=error
        ) from error


def _breaches(table: dict[str, Any], error: ValidationError) -> list[str]:
    found = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        found += [f"{where}: {message}"] if where else message.split("; ")
    # References between the tables that can be read are asked for all the same.
    try:
        found += list(broken_references(_loosely(Profile, table)))
    except (AttributeError, TypeError, KeyError):
        return found
    return list(dict.fromkeys(found))


def _loosely(model: type[BaseModel], table: dict[str, Any]) -> Any:  # noqa: ANN401  of that model
    """Return a model of what can be understood, unchecked where it cannot."""
    try:
        return model.model_validate(table)
    except ValidationError:
        values = {
            name: _value(field.annotation, table[name])
            for name, field in model.model_fields.items()
            if name in table
        }
        return model.model_construct(**values)


def _value(annotation: Any, value: Any) -> Any:  # noqa: ANN401  annotations are any objects
    if get_origin(annotation) is list and isinstance(value, list):
        return [_value(get_args(annotation)[0], item) for item in value]
    if get_origin(annotation) is UnionType:
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _loosely(annotation, value) if isinstance(value, dict) else value
    return value
