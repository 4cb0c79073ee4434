"""What the pages load: their own files, the map library and a font, all from this machine."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.deps import SettingsDep
from geo.errors import NotFoundError
from services.drawing.fonts import japanese_font

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}


@router.get("/assets/maplibre-gl.{kind}")
def maplibre(kind: str, settings: SettingsDep) -> FileResponse:
    """Return the script or the style of MapLibre GL."""
    if f".{kind}" not in _MEDIA_TYPES:
        raise NotFoundError(
            f"there is no maplibre-gl.{kind}", ja=f"maplibre-gl.{kind} はありません"
        )
    path = _library() / f"maplibre-gl.{kind}"
    return FileResponse(
        path, media_type=_MEDIA_TYPES[path.suffix], headers=_kept(settings.library_max_age_s)
    )


@router.get("/assets/japanese.ttf")
def font(settings: SettingsDep) -> FileResponse:
    """Return a Japanese font for machines that have none; others never ask for it."""
    return FileResponse(
        japanese_font(), media_type="font/ttf", headers=_kept(settings.library_max_age_s)
    )


def _library() -> Path:
    # The package is located, not imported: importing it would load its widgets as well.
    spec = find_spec("maplibre")
    if spec is None or spec.origin is None:
        raise NotFoundError(
            "the package maplibre is missing; install arukeba again",
            ja="パッケージ maplibre がありません。arukeba を入れ直してください",
        )
    return Path(spec.origin).parent / "srcjs"


def _kept(seconds: int) -> dict[str, str]:
    return {"cache-control": f"public, max-age={seconds}"}
