"""A server on the loopback address that serves files as well or as badly as a test asks."""

import hashlib
import io
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import geopandas as gpd
from shapely import box

from tests.services.intake.vectorfiles import write


@dataclass
class Mirror:
    """Files by path, and how the server misbehaves for a path, request by request."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    moods: dict[str, list[str]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def put(self, path, data, *moods):
        self.files[path] = data
        self.moods[path] = list(moods)
        return f"{self.url}{path}"

    def ranges(self, path):
        return [wanted for asked, wanted in self.seen if asked == path]


class _Handler(BaseHTTPRequestHandler):
    mirror: Mirror

    def log_message(self, *_args):
        """Say nothing."""

    def do_GET(self):
        mirror, path = self.mirror, self.path
        wanted = self.headers.get("Range", "")
        mirror.seen.append((path, wanted))
        moods = mirror.moods.get(path, [])
        mood = moods.pop(0) if moods else ""
        data = mirror.files.get(path)
        if data is None or mood == "404":
            self.send_error(404)
        elif mood.isdigit():
            self.send_error(int(mood))
        elif mood.startswith("to:"):
            self.send_response(302)
            self.send_header("Location", mood[3:])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._serve(data, wanted, mood)

    def _serve(self, data, wanted, mood):
        etag = f'"{hashlib.sha256(data).hexdigest()[:8]}"'
        start = 0
        fresh = self.headers.get("If-Range", etag) == etag
        if wanted and fresh and mood != "whole":
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start < len(data) else 416)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        body = data[start:]
        self.send_header("ETag", etag)
        if mood != "unsized":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mood == "drop":
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)


@contextmanager
def mirror():
    """Run a server until the block ends."""
    served = Mirror()
    handler = type("Handler", (_Handler,), {"mirror": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        served.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def zip_of(**files):
    """Return a zip with these texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


def boundary_zip(folder, *, west=139.9, south=35.8, east=140.1, north=35.9):
    """Return a zip with an N03 file of 柏市 as one rectangle."""
    frame = gpd.GeoDataFrame(
        {"N03_001": ["千葉県"], "N03_004": ["柏市"], "N03_005": [None], "N03_007": ["12217"]},
        geometry=[box(west, south, east, north)],
        crs=4326,
    )
    path = write(folder / "N03-20250101_12.geojson", frame)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(path, f"N03-20250101_12_GML/{path.name}")
    return buffer.getvalue()
