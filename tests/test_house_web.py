"""web/ stands on floors: what a module imports lies in its own folder, or on a floor below.

A type that a comment imports counts, too; only for circles it does not.
"""

import re

import pytest
from checkout import ROOT

WEB = ROOT / "web"
FLOORS = (("zoom",), ("page",), ("viewer", "ladder", "focus"), ("host",), ("comfy",))
FLOOR = {folder: floor for floor, folders in enumerate(FLOORS) for folder in folders}
DOORS = ("zoomstack.js", "viewer/page.mjs")  # ComfyUI's, and that of a saved page
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
PATH = re.compile(r'(?:\bfrom |\bimport\(|\bimport\.meta\.resolve\()"(\.[^"]*)"')
# What a folder may not so much as name: a page, or ComfyUI's.
DOCUMENT = r"\b(?:document|window|navigator|fetch|[A-Z]\w*Element|addEventListener)\b"
HOST = r"\b(?:app|LiteGraph|comfyClass)\b|\.graph\b"
FOREIGN = {"zoom": f"{DOCUMENT}|{HOST}"} | dict.fromkeys(("page", *FLOORS[2]), HOST)
FILES = sorted(path for path in WEB.rglob("*") if path.suffix in (".js", ".mjs", ".css"))
MODULES = [path for path in FILES if path.suffix != ".css"]


def name(path):
    return path.relative_to(WEB).as_posix()


def code(path):
    return COMMENT.sub("", path.read_text("utf-8"))


def needs(path, text):
    """The names of the files that ``text``, of the module at ``path``, asks for."""
    wanted = [(path.parent / found).resolve() for found in PATH.findall(text)]
    return [name(one) for one in wanted if one.is_relative_to(WEB)]


RUN = {name(path): needs(path, code(path)) for path in MODULES}


def test_comfyui_loads_one_file_by_itself():
    assert [name(path) for path in FILES if path.suffix == ".js"] == ["zoomstack.js"]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_is_imported_from_a_floor_above(path):
    here = path.relative_to(WEB).parts[0]
    for needed in needs(path, path.read_text("utf-8")):
        assert (WEB / needed).is_file(), needed
        there = needed.partition("/")[0]
        assert path.parent == WEB or here == there or FLOOR[there] < FLOOR[here], needed


def test_no_module_needs_itself():
    done = set()

    def visit(module, way):
        assert module not in way, " > ".join([*way, module])
        if module not in done:
            for needed in RUN.get(module, ()):
                visit(needed, [*way, module])
        done.add(module)

    for module in RUN:
        visit(module, [])


def test_every_file_is_reached_from_a_door():
    reached = list(DOORS)
    for module in reached:
        reached += [needed for needed in RUN.get(module, ()) if needed not in reached]
    assert sorted(reached) == sorted(map(name, FILES))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_a_folder_knows_nothing_of_it_does_not_name(path):
    foreign = FOREIGN.get(path.relative_to(WEB).parts[0])
    assert not foreign or not re.search(foreign, code(path))
