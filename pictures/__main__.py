"""Make every picture of docs/method.md and docs/planning.md: ``make pictures``."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from pictures import laws, plans, town
from pictures.sheet import Sheet
from services.workspace.folder import Snapshot

LANGS = ("ja", "en")


def drawers(snapshot: Snapshot) -> dict[str, Callable[[str], Sheet]]:
    """Return what draws each picture, by its name."""
    around, planned = town.around_a_place(snapshot), plans.Planned(snapshot)
    return {
        "circle": lambda lang: town.draw_circle(lang, around),
        "leg": laws.draw_leg,
        "slopes": laws.draw_slopes,
        "polygon": lambda lang: town.draw_polygon(lang, around),
        "sensitivity": lambda lang: town.draw_sensitivity(lang, snapshot),
        "hidden": laws.draw_hidden,
        "why": lambda lang: plans.draw_why(lang, planned),
        "budget": lambda lang: plans.draw_budget(lang, planned),
        "stability": lambda lang: plans.draw_stability(lang, planned),
    }


def main() -> None:
    """Draw every picture in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in drawers(town.model_town(Path(folder))).items():
            for lang in LANGS:
                path = draw(lang).save(name)
                print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


if __name__ == "__main__":
    main()
