"""Reading a profile: every breach of the schema is named at once."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from geo.errors import InvalidInputError
from services.profile.schema import Profile


def read_profile(path: Path) -> Profile:
    """Read and check a profile; every breach is named in one sentence."""
    if not path.is_file():
        raise InvalidInputError(
            f"{path}: there is no such profile; give the path of a municipality's .toml file",
            ja=f"{path}：プロファイルがありません。自治体の .toml ファイルの場所を指定してください",
        )
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{path}: not a TOML file in UTF-8 ({error}); correct that line",
            ja=f"{path}：UTF-8のTOMLとして読めません（{error}）。その行を直してください",
        ) from error
    try:
        return Profile.model_validate(table)
    except ValidationError as error:
        breaches = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'profile'}: {item['msg']}"
            for item in error.errors()
        )
        raise InvalidInputError(
            f"{path}: {breaches}", ja=f"{path}：プロファイルの誤り：{breaches}"
        ) from error
