"""
Who may do what, as a table: role × route, made from the routes themselves.

``python -m api.matrix docs/accounts.md`` writes it between its marks.
"""

import sys
from pathlib import Path

from api.access import routes_of, rules
from api.app import RESOURCES
from services.accounts.rights import MAY, Right

BEGIN, END = "<!-- routes -->\n", "<!-- /routes -->\n"
OF_AREAS: frozenset[Right] = frozenset({"attend", "keep", "decide"})
"""Rights that guests, councils and coordinators have in their own areas alone."""
_LIMITED = ("guest", "council", "coordinator")


def matrix() -> str:
    """Return the routes that ask for more than reading, and who may: ○ everywhere, △ in own areas, − not."""
    rows = []
    for route in routes_of([one for resource in RESOURCES for one in resource.router.routes]):
        wanted = rules(route) - {"read"}
        if not wanted:
            continue
        signs = [_sign(standing, wanted) for standing in MAY]
        told = (*sorted(wanted), *signs)
        methods = (route.methods or set()) - {"HEAD"}
        rows += [(route.path_format, method, *told) for method in methods]
    head = ("route", "method", "right", *MAY)
    lines = [head, tuple("---" for _ in head), *sorted(rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _sign(standing: str, wanted: set[Right]) -> str:
    rights = next(rights for one, rights in MAY.items() if one == standing)
    if not wanted <= rights:
        return "−"
    return "△" if standing in _LIMITED and wanted & OF_AREAS else "○"


def with_matrix(document: str) -> str:
    """Return a document with the table of today between its marks."""
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{matrix()}{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_matrix(path.read_text(encoding="utf-8")), encoding="utf-8")
