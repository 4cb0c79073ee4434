"""
What strangers may send, drawn at random, for a child process: shapes, numbers and texts that nobody means.

Over HTTP only JSON and addresses are read; what of it reaches native code are coordinates (GEOS, PROJ).
No file is taken over HTTP, so GDAL, osmium and the reader of workbooks read what the command line names.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from api.settings import Settings
from services.workspace.folder import open_workspace
from tests.api.signing import planner

NUMBERS = (
    *(0.0, -0.0, 1e-308, 5e-324, 1e308, -1e308, 1e20, 180.0, -180.0, 90.0, 90.0000001, -90.0),
    *(140.0, 35.8, 2**53 - 1, -(2**53), 0.1 + 0.2, 1e-9),
)
WORDS = (
    "",
    " ",
    "案",
    "e\u0301",
    "\u202e",
    "../../etc",
    "%00",
    "'; --",
    "NaN",
    "\U0001f6b6",
    "9" * 400,
)
KINDS = ("Point", "LineString", "Polygon", "MultiPolygon", "MultiLineString", "GeometryCollection", "Curve")  # fmt: skip
ACTIONS = ("open", "close", "move", "change", "barrier", "path", "burn")


class Draw:
    """Draws requests; the same seed draws the same."""

    def __init__(self, seed: int, centre: tuple[float, float]) -> None:
        self._centre = centre
        self.random = random.Random(seed)  # noqa: S311  examples, no secret

    def number(self, axis: int = 0) -> float:
        near = self._centre[axis] + self.random.gauss(0, 0.005)
        return near if self.random.random() < 0.9 else self.random.choice(NUMBERS)

    def point(self) -> list[float]:
        length = 2 if self.random.random() < 0.9 else self.random.choice((0, 1, 3, 5))
        return [self.number(axis % 2) for axis in range(length)]

    def line(self) -> list[Any]:
        points = [self.point() for _ in range(self.random.choice((0, 1, 2, 3, 4, 50)))]
        return points + points[:1] * self.random.choice((0, 1, 3))

    def geometry(self) -> dict[str, Any]:
        kind = self.random.choice(KINDS)
        nested: Any = self.random.choice((self.point, self.line))()
        for _ in range(self.random.randrange(4)):
            nested = [nested] * self.random.choice((0, 1, 2))
        return {"type": kind, "coordinates": nested, "geometries": [nested]}

    def edit(self) -> dict[str, Any]:
        edit = {
            "action": self.random.choice(ACTIONS),
            "geometry": self.geometry(),
            "lon": self.number(),
            "lat": self.number(1),
            "place_id": self.random.choice(WORDS),
            "name": self.random.choice(WORDS),
            "schedule_text": self.random.choice((*WORDS, "毎週月曜")),
        }
        kept = self.random.sample(sorted(edit), self.random.randrange(1, len(edit)))
        return {name: edit[name] for name in {"action", *kept}}

    def fields(self) -> dict[str, Any]:
        """Draw what somebody tells of a place, a venue or a group."""
        drawn = {
            "name": self.random.choice((*WORDS, "ひまわり", f"{self.random.random()}")),
            "schedule_text": self.random.choice((*WORDS, "毎週月曜")),
            "status": self.random.choice((*WORDS, "active", "closed")),
            "opened_on": self.random.choice((*WORDS, "2025-04", "令和7年4月")),
            "capacity": self.number(),
            "lon": self.number(),
            "lat": self.number(1),
            "private_home": self.random.choice((True, False, None, "yes")),
            "group_name": self.random.choice(WORDS),
            "venue_id": self.random.choice((*WORDS, "H1")),
        }
        kept = self.random.sample(sorted(drawn), self.random.randrange(1, len(drawn)))
        return {name: drawn[name] for name in kept}

    def request(self) -> tuple[str, str, Any]:
        asked = {"lon": self.number(), "lat": self.number(1)}
        box = ",".join(str(self.number(n % 2)) for n in range(self.random.choice((3, 4, 4, 6))))
        edits = [self.edit() for _ in range(self.random.randrange(4))]
        line = {"kind": self.random.choice(("path", "barrier")), "line": self.line()}
        name = self.random.choice(WORDS)
        return self.random.choice(
            [
                ("GET", f"/why?{urlencode(asked)}", None),
                ("GET", f"/collections/areas/items?{urlencode({'bbox': box})}", None),
                (
                    "GET",
                    f"/summary?{urlencode({'area': name, 'walk_limit_m': self.number()})}",
                    None,
                ),
                ("GET", f"/timeline?{urlencode({'from': name, 'to': name})}", None),
                ("POST", "/whatif", {"edits": edits}),
                ("POST", "/scenarios", {"name": f"{name}{self.random.random()}", "edits": edits}),
                ("POST", "/edit-proposals", {**line, "remark": name}),
                ("POST", "/edit-proposals/effect", line),
                ("POST", "/registry/places", {"fields": self.fields()}),
                (
                    "POST",
                    f"/registry/{self.random.choice(('venues', 'groups'))}",
                    {"fields": self.fields()},
                ),
                ("POST", "/registry/imports", {"rows": [self.fields() for _ in edits]}),
                ("POST", f"/registry/changes/{self.random.randrange(40)}/undo", None),
                ("GET", f"/registry/feed?{urlencode({'council_id': name})}&f=atom", None),
                ("GET", f"/registry/report?{urlencode({'month': name})}", None),
            ]
        )


def main(path: str, seed: str, number: str) -> int:
    """Send the requests to a workspace; return 3 at the first that is answered by a fault of ours."""
    workspace = open_workspace(Path(path))
    west, south, east, north = workspace.areas().to_crs(4326).total_bounds
    draw = Draw(int(seed), ((west + east) / 2, (south + north) / 2))
    answered: dict[int, int] = {}
    with planner(workspace, Settings(warm=False, writes_most_per_minute=1_000_000)) as client:
        for _ in range(int(number)):
            method, address, body = draw.request()
            sent = None if body is None else json.dumps(body)
            answer = client.request(
                method, address, content=sent, headers={"content-type": "application/json"}
            )
            if answer.status_code >= 500:
                print(method, address, sent, answer.text, flush=True)
                return 3
            answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
    print(json.dumps(answered))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
