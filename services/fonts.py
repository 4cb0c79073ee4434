"""The Japanese font of pictures: the file alone, so that nothing global changes."""

from importlib.util import find_spec
from pathlib import Path

from geo.errors import InvalidInputError

_FONT = Path("fonts") / "ipaexg.ttf"


def japanese_font() -> Path:
    """
    Return the path of the IPAex Gothic font that the package matplotlib-fontja carries.

    The package itself is not imported: that would set the font of every other figure too.
    """
    spec = find_spec("matplotlib_fontja")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    for folder in folders:
        path = Path(folder) / _FONT
        if path.is_file():
            return path
    raise InvalidInputError(
        "the Japanese font is missing; install the package matplotlib-fontja again",
        ja="日本語フォントがありません。パッケージ matplotlib-fontja を入れ直してください",
    )
