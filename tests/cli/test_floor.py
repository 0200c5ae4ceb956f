"""A stranger's Python is enough to start: what the command line imports, all the way down."""

import ast
import subprocess
import sys

import pytest

from zoomstack.setup.places import REPOSITORY

PACKAGE = REPOSITORY / "zoomstack"
START = "zoomstack.__main__"


def file_of(module):
    """The file of one of our modules; None where there is none of that name."""
    path = REPOSITORY.joinpath(*module.split("."))
    return next(
        filter(lambda file: file.is_file(), (path / "__init__.py", path.with_suffix(".py"))), None
    )


def statements(tree):
    """The imports of a module, those inside its functions too, but for type checkers' own."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def imported(module):
    """The names of the modules that ``module`` imports, and of the packages that they lie in."""
    file = file_of(module)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in statements(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            continue
        above = package.split(".")[: -node.level + 1 or None] if node.level else []
        base = ".".join([*above, *filter(None, [node.module])])
        yield base
        yield from (name for alias in node.names if file_of(name := f"{base}.{alias.name}"))


def closure(start):
    """Our modules that ``start`` imports, as deep as that goes, and the names of all others."""
    ours, others, waiting = set(), set(), [start]
    while waiting:
        module = waiting.pop()
        if not module.startswith("zoomstack"):
            others.add(module.partition(".")[0])
        elif module not in ours:
            ours.add(module)
            waiting += [module.rpartition(".")[0] or module, *imported(module)]
    return ours, others


OURS, OTHERS = closure(START)


def test_it_imports_nothing_but_the_standard_library():
    assert not OTHERS - sys.stdlib_module_names


@pytest.mark.parametrize("folder", ["cli", "setup"])
def test_these_folders_are_all_of_that_floor(folder):
    files = {file.stem for file in (PACKAGE / folder).glob("*.py")} - {"__init__"}
    assert {f"zoomstack.{folder}.{name}" for name in files} <= OURS


def test_what_needs_more_is_found_by_the_same_means():
    ours, others = closure("zoomstack.headless.__main__")
    assert {"aiohttp", "tqdm"} <= others
    assert "zoomstack.setup.host" in ours and "zoomstack.headless.client" not in OURS


@pytest.mark.parametrize("module", sorted(OURS - {START}))
def test_each_module_loads_without_site_packages(module):
    # -S: without site-packages; -I: without what the environment variables add.
    script = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import {module}"
    subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)
