"""The law of the house: who may import whom, as zoomstack/README.md says it.

A package imports from those before it, and from itself; no two modules import each other round a
corner. Imports in a function and those for type checkers count: they are arrows too.
"""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest
from checkout import ROOT

LIBRARY = (
    "scene linear files spaces joint film windows paint measure export demo setup headless farm "
    "train bench cli"
).split()
NODES = "types tensors conditioning host run inputs film".split()
# Inside of these the rooms have an order as well.
INSIDE = {
    "zoomstack.spaces": "space plain pairs codec fitting twin fitted small choose".split(),
    "zoomstack.bench": (
        "model zooms store told work comparison stamp speed space fit align options".split()
    ),
}


def modules(folder):
    """Each module of a package by its dotted name, with what it imports of this repository."""
    known = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        package = parts[:-1]
        name = ".".join(package if parts[-1] == "__init__" else parts)
        known[name] = (package, ast.parse(path.read_text("utf-8")))
    return {name: imported(package, tree, known) for name, (package, tree) in known.items()}


def imported(package, tree, known):
    """The modules that a file imports relatively: each as it is named, or the package of a name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            # One dot more than the folders there are leads out of this package: to its sibling.
            base = package[: len(package) - (node.level - 1)] if node.level <= len(package) else ()
            module = ".".join((*base, *(node.module or "").split("."))).rstrip(".")
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.add(inner if inner in known else module)
    return found


@pytest.fixture(scope="module")
def house():
    return {**modules("zoomstack"), **modules("nodes")}


def room(name, floor):
    """The package of ``name`` on a floor: of zoomstack.joint.blend it is joint."""
    parts = name.removeprefix(floor).strip(".").split(".")
    return parts[0] if name.startswith(f"{floor}.") else None


def upwards(house, floor, order):
    """The arrows of a floor that go up, or to a room that the order does not know."""
    place = {name: index for index, name in enumerate(order)}
    for name, arrows in house.items():
        source = room(name, floor)
        for arrow in arrows:
            target = room(arrow, floor)
            if source in place and target is not None:
                if target not in place or place[target] > place[source]:
                    yield f"{name} -> {arrow}"


@pytest.mark.parametrize("floor, order", [("zoomstack", LIBRARY), *INSIDE.items()])
def test_nothing_imports_upwards(house, floor, order):
    assert not sorted(upwards(house, floor, order))


def test_nodes_stand_on_conditioning_host_and_runs(house):
    """Nodes stand side by side, on what all share; only the benchmark's door is above them."""
    rooms = {room(name, "nodes") for name in house} - {None, ""}
    nodes = rooms - set(NODES) - {"bench"}
    assert not sorted(upwards(house, "nodes", NODES))
    crossed = [
        f"{name} -> {arrow}"
        for name, arrows in house.items()
        for arrow in arrows
        if room(name, "nodes") in nodes and room(arrow, "nodes") in nodes - {room(name, "nodes")}
    ]
    assert not crossed


def test_the_library_knows_nothing_of_the_nodes(house):
    assert not [
        f"{name} -> {arrow}"
        for name, arrows in house.items()
        for arrow in arrows
        if name.startswith("zoomstack") and not arrow.startswith("zoomstack")
    ]


def test_no_module_imports_itself_round_a_corner(house):
    graph = {
        name: {arrow for arrow in arrows if arrow in house and arrow != name}
        for name, arrows in house.items()
    }
    # A package's own file is imported with each of its modules, and says nothing to them.
    for name in graph:
        graph[name] -= {each for each in graph if name.startswith(f"{each}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_every_package_is_on_the_list_and_none_is_crowded():
    """At most 17 rooms on the first floor, and about a dozen modules in each."""
    folders = [path.parent for path in (ROOT / "zoomstack").rglob("__init__.py")]
    floors = {folder.name for folder in folders if folder.parent.name == "zoomstack"} - {
        "zoomstack"
    }
    assert floors == set(LIBRARY) and len(floors) <= 17
    crowded = {}
    for folder in folders:
        inside = [path for path in folder.iterdir() if path.is_file() or path in folders]
        rooms = [path for path in inside if path.suffix in ("", ".py") and path.stem[:2] != "__"]
        if len(rooms) > 16 + (folder.name == "zoomstack"):
            crowded[str(folder.relative_to(ROOT))] = len(rooms)
    assert not crowded
