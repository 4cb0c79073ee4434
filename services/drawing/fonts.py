"""The Japanese font of pictures and of reports that are files of their own."""

import base64
from importlib.util import find_spec
from io import BytesIO
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
        "the Japanese font is missing; install the package matplotlib-fontja again"
    )


def embedded_font(written: str) -> str:
    """Return a data address of the Japanese font with just the characters that are written."""
    # Slow to import, and wanted once a server's life.
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(japanese_font()) as font:
        subsetter = Subsetter(Options(layout_features=[], notdef_outline=True))
        subsetter.populate(text="".join(sorted(set(written))))
        subsetter.subset(font)
        file = BytesIO()
        font.save(file)
    return f"data:font/ttf;base64,{base64.b64encode(file.getvalue()).decode()}"
