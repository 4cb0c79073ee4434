# Needs Python >= 3.11, make and a package index; everything else is set up here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .uv/bin/uv

.PHONY: setup demo test fuzz cite reliability lint bench views municipalities pictures lock wheel clean
.DELETE_ON_ERROR:

setup: $(VENV)/.ready

# pip brings uv into a corner of its own; uv installs exactly what the lock pins.
$(VENV)/.ready: requirements.lock pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "arukeba needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	@test -x $(UV) || { $(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q geo services api
	@touch $@

demo: setup
	$(BIN)/arukeba demo --out out/demo

# mypy, which keeps one processor busy, runs beside the tests; what it finds fails the check all the same.
test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy & typed=$$!; \
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder; tested=$$?; \
	wait $$typed && exit $$tested

# Every property on new examples; a case that is found becomes an @example (CONTRIBUTING.md).
SECONDS ?= 300
fuzz: setup
	$(BIN)/python -m tests.fuzz $(SECONDS)

# OGC's own tests against a server that runs; needs Java and Maven with its repository (docs/ogc.md).
IUT ?= http://127.0.0.1:8000/
ETS := org.opengis.cite:ets-ogcapi-features10:1.9:jar:aio
cite:
	@command -v java >/dev/null && command -v mvn >/dev/null || { echo "make cite needs Java and Maven; see docs/ogc.md"; exit 1; }
	mkdir -p out/cite
	mvn --quiet dependency:copy -Dartifact=$(ETS) -DoutputDirectory=out/cite -Dmdep.stripVersion=true
	printf '<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">\n<properties version="1.0"><entry key="iut">%s</entry></properties>\n' '$(IUT)' >out/cite/run.xml
	java -jar out/cite/ets-ogcapi-features10-aio.jar --outputDir out/cite out/cite/run.xml

# Kills at the swap, a loss of power, damaged files, requests that nobody means (docs/reliability.md).
# PostGIS is tried where ARUKEBA_TEST_DATABASE_URL names a database, as under .ci/with-postgresql.
TIMES ?= 200
reliability: setup
	$(BIN)/python -m tests.kills --times $(TIMES)
	$(BIN)/python -m tests.power
	$(BIN)/python -m tests.fuzz --parsers 9000
	$(BIN)/python -m tests.fuzz --door 10000

lint: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python -m bench

# The public view beside the exact one; writes the table of docs/method.md.
views: setup
	$(BIN)/python -m bench.views

# Every profile on its real data beside the checkout; writes docs/municipalities.md.
municipalities: setup
	$(BIN)/python -m bench.municipalities

# The pictures of docs/method.md, computed by the code that they explain.
pictures: setup
	$(BIN)/python -m pictures

# Pins with hashes and no address: an index is a matter of each machine.
lock:
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

wheel: setup
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf $(VENV) .uv out dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
