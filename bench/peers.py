"""tipg and pygeoapi on PostGIS, beside our server: the same rows of the public view, asked the same way."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.asking import free_port, serving

ROOT = Path(__file__).resolve().parents[1]
ARUKEBA = str(Path(sys.executable).with_name("arukeba"))
PACKAGES = ("tipg", "pygeoapi", "psycopg2-binary", "geoalchemy2", "starlette", "uvicorn")
"""Of an environment of their own: they are no part of ours."""
TABLE = "peers"
# Both want a key of whole numbers; ours has names, which neither takes.
COPY = """
import sys
import psycopg
url, source, table = sys.argv[1:]
with psycopg.connect(url) as connection:
    connection.execute(f"CREATE TABLE {table} AS SELECT row_number() OVER () AS gid, * FROM {source}")
    connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (gid)")
    connection.execute(f"CREATE INDEX ON {table} USING gist (geometry)")
    connection.execute(f"ANALYZE {table}")
"""
CONFIG = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  gzip: false
  limits: {{default_items: 10, max_items: 10000}}
  map: {{url: "https://tile.openstreetmap.org/{{z}}/{{x}}/{{y}}.png", attribution: ""}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: t, description: d, keywords: [k], keywords_type: theme, terms_of_service: t, url: "http://127.0.0.1"}}
  license: {{name: n, url: "http://127.0.0.1"}}
  provider: {{name: n, url: "http://127.0.0.1"}}
  contact: {{name: n, position: p, url: "http://127.0.0.1"}}
resources:
  {table}:
    type: collection
    title: t
    description: d
    keywords: [k]
    links: []
    extents: {{spatial: {{bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    providers:
      - type: feature
        name: PostgreSQL
        data: {{host: {host}, port: {database_port}, dbname: {name}, user: {user}, password: none, search_path: [public]}}
        id_field: gid
        table: {table}
        geom_field: geometry
"""


@contextmanager
def peers(workspace: Path, source: str, scratch: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """
    Yield the addresses of the items of a collection at each peer, by name, each with its version.

    Whoever lacks PostgreSQL or the packages gets none, and is told why.
    """
    with ExitStack() as stack:
        found: dict[str, tuple[str, str]] = {}
        python = _environment(scratch / "peers")
        database = stack.enter_context(_postgresql()) if python else ""
        if python and database:
            _published(workspace, database, source)
            found["tipg"] = (
                stack.enter_context(_tipg(python, database)),
                _version(python, "tipg"),
            )
            found["pygeoapi"] = (
                stack.enter_context(_pygeoapi(python, database, scratch)),
                _version(python, "pygeoapi"),
            )
        yield found


def _environment(folder: Path) -> Path | None:
    """Make the environment of the peers, and return its Python."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    if uv is None:
        print("skipped: peers, uv is missing (make setup brings it)")
        return None
    python = folder / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--no-config", "--python", str(python), *PACKAGES],
    ):
        if subprocess.run(command, check=False, cwd=folder.parent).returncode:  # noqa: S603
            print("skipped: peers, their packages cannot be had here")
            return None
    return python


def _version(python: Path, package: str) -> str:
    ask = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.check_output([str(python), "-c", ask], text=True).strip()  # noqa: S603


@contextmanager
def _postgresql() -> Iterator[str]:
    """Yield the address of a server of our own, '' where there is none."""
    script = [str(ROOT / ".ci" / "with-postgresql"), "sh", "-c"]
    script.append('echo "$ARUKEBA_TEST_DATABASE_URL"; read end')
    with subprocess.Popen(  # noqa: S603
        script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None  # noqa: S101
        assert server.stdout is not None  # noqa: S101
        address = server.stdout.readline().strip().replace("+psycopg", "")
        if not address:
            print("skipped: peers, PostgreSQL is missing")
        yield address
        server.stdin.close()


def _published(workspace: Path, database: str, source: str) -> None:
    publish = [ARUKEBA, "publish", str(workspace), "--out", database]
    subprocess.run(publish, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    subprocess.run([sys.executable, "-c", COPY, database, source, TABLE], check=True)  # noqa: S603


@contextmanager
def _tipg(python: Path, database: str) -> Iterator[str]:
    port = free_port()
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--port", str(port)]
    environment = {"DATABASE_URL": database, "TIPG_DB_TABLES": f'["public.{TABLE}"]'}
    with serving(command, port, "/healthz", environment, log_level="--log-level=error"):
        yield f"http://127.0.0.1:{port}/collections/public.{TABLE}/items?f=geojson"


@contextmanager
def _pygeoapi(python: Path, database: str, scratch: Path) -> Iterator[str]:
    port, at = free_port(), urlsplit(database)
    config, openapi = scratch / "pygeoapi.yml", scratch / "pygeoapi-openapi.yml"
    config.write_text(
        CONFIG.format(
            port=port,
            table=TABLE,
            host=at.hostname,
            database_port=at.port,
            name=at.path.strip("/"),
            user=at.username,
        ),
        encoding="utf-8",
    )
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    make = [str(python.with_name("pygeoapi")), "openapi", "generate", str(config)]
    subprocess.run(  # noqa: S603
        [*make, "--output-file", str(openapi)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    app = "pygeoapi.starlette_app:APP"
    command = [str(python), "-m", "uvicorn", app, "--port", str(port)]
    with serving(command, port, "/conformance?f=json", environment, log_level="--log-level=error"):
        yield f"http://127.0.0.1:{port}/collections/{TABLE}/items?f=json"
