"""
Docstrings of geo: nobody has to read the code to know what goes in, what comes out and what fails.

A sentence is enough for what takes nothing but its own object or a single word or number, and for
what is trivial: at most two arguments and eight statements. Everything else has the numpy sections: Parameters for what goes in,
Returns (or Yields) for what comes out. Whoever raises an error has Raises. Of a package, what it
exports is public; its modules talk to each other as they like.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

GEO = Path(__file__).resolve().parents[1] / "geo"
MODULES = sorted(GEO.rglob("*.py"))

TRIVIAL_ARGUMENTS, TRIVIAL_STATEMENTS = 2, 8
PLAIN = {"str", "int", "float"}


def exported(module: Path) -> set[str] | None:
    """Return what the package of a module exports, None for a room, whose modules all speak."""
    package = ast.parse((module.parent / "__init__.py").read_text(encoding="utf-8"))
    for node in package.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def public(module: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the public functions of a module and the public methods of its public classes."""
    known = exported(module)
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if known is not None and node.name not in known:
            continue
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        else:
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    yield f"{node.name}.{part.name}", part


def arguments(function: ast.FunctionDef) -> list[str]:
    found = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [argument.arg for argument in found if argument.arg not in {"self", "cls"}]


def takes_little(function: ast.FunctionDef) -> bool:
    given = [argument for argument in function.args.args if argument.arg not in {"self", "cls"}]
    plain = all(ast.unparse(argument.annotation or function) in PLAIN for argument in given)
    return len(arguments(function)) == len(given) <= 1 and plain


def has_section(words: str, name: str) -> bool:
    return f"{name}\n{'-' * len(name)}\n" in words


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield what the function itself does; a function within it raises on its own account."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)


def raises(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Raise) for node in own_nodes(function))


def breaches(function: ast.FunctionDef) -> list[str]:
    words = ast.get_docstring(function) or ""
    if not words:
        return ["docstring"]
    statements = sum(isinstance(node, ast.stmt) for node in own_nodes(function))
    trivial = len(arguments(function)) <= TRIVIAL_ARGUMENTS and statements <= TRIVIAL_STATEMENTS
    missing = ["Raises"] if raises(function) and not has_section(words, "Raises") else []
    if trivial or takes_little(function):
        return missing
    if not has_section(words, "Parameters"):
        missing.append("Parameters")
    nothing = isinstance(function.returns, ast.Constant) and function.returns.value is None
    if not nothing and not any(has_section(words, name) for name in ("Returns", "Yields")):
        missing.append("Returns")
    return missing


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(GEO)))
def test_every_public_function_of_geo_says_what_goes_in_and_what_comes_out(module):
    found = {name: missing for name, function in public(module) if (missing := breaches(function))}
    assert found == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(GEO)))
def test_every_section_of_parameters_names_every_parameter(module):
    """A section that leaves one out is worse than none: it looks complete."""
    for name, function in public(module):
        words = ast.get_docstring(function) or ""
        if not has_section(words, "Parameters"):
            continue
        section = words.split("Parameters\n----------\n")[1].split("\n\n")[0]
        named = {
            part.strip()
            for line in section.splitlines()
            if not line.startswith(" ")
            for part in line.split(":")[0].split(",")
        }
        assert set(arguments(function)) <= named, name


def test_the_rule_itself_finds_what_is_missing():
    (function,) = ast.parse(
        'def f(a: int, b: int, c: int) -> int:\n    """Add."""\n    raise ValueError\n'
    ).body
    assert isinstance(function, ast.FunctionDef)
    assert breaches(function) == ["Raises", "Parameters", "Returns"]


def test_the_formulas_name_their_sources():
    """Where a figure or a formula comes from stands beside it in the code."""
    for module, source in (
        ("walking/walker.py", "Tobler (1993)"),
        ("walking/walker.py", "踏面"),
        ("catchment/outline.py", "Lorensen & Cline"),
        ("demand/dasymetric.py", "Deming and"),
        ("streets/heights.py", "Doyle & Snell"),
        ("areas/meshes.py", "JIS X 0410"),
        ("walking/dijkstra.py", "Dijkstra 1959"),
        ("coverage/tally.py", "Hyndman & Fan 1996"),
        ("coverage/reached.py", "Hyndman & Fan 1996"),
        ("coverage/provision.py", "Luo & Wang"),
        ("coverage/provision.py", "Handy & Niemeier 1997"),
        ("coverage/equity.py", "Lerman & Yitzhaki 1989"),
        ("demand/homes.py", "Wright 1936"),
        ("demand/apportionment.py", "Hamilton 1792"),
        ("demand/zonal.py", "Goodchild & Lam 1980"),
        ("catchment/delaunay.py", "Delaunay 1934"),
        ("areas/voronoi.py", "Erwig"),
        ("siting/greedy.py", "Wolsey & Fisher 1978"),
        ("siting/model.py", "Church & ReVelle 1974"),
        ("siting/model.py", "ReVelle & Bergman 1971"),
        ("siting/model.py", "Hakimi 1964"),
        ("siting/model.py", "Hogan & ReVelle 1986"),
        ("siting/center.py", "Minieka 1970"),
        ("siting/session.py", "Balas & Jeroslow 1972"),
    ):
        assert source in (GEO / module).read_text(encoding="utf-8"), (module, source)
