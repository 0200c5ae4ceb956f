"""A digest of the code and the weights that findings depend on: none outlives a change of them.

The code is that of every module which sampling and measuring a zoom of the demo model imports, as
it starts or later, and of all that those import in their turn.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
JOB = ("bench/zooms/sampling.py", "bench/model/demo.py")  # what runs a job, and on what


def stamp(weights: Iterable[Path], root: Path = ROOT) -> str:
    """Of what a job runs in the package ``root``, comments and docstrings aside, and of files."""
    digest = hashlib.sha256()
    for path in sorted(closure(root)):
        digest.update(f"{path.relative_to(root).as_posix()}\n{_code(path)}\n".encode())
    for path in sorted(weights):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def closure(root: Path = ROOT, starts: Iterable[str] = JOB) -> set[Path]:
    """The files in the package ``root`` that its modules ``starts`` load, themselves among them.

    Its own ``__init__.py`` is left out: it computes nothing, and names everything.
    """
    waiting = [root / start for start in starts]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path, root)
    return found


def imported(path: Path, root: Path = ROOT) -> Iterator[Path]:
    """The files in ``root`` that the imports of the module ``path`` load, wherever they stand.

    What only a type checker imports is not loaded, and not among them.
    """
    waiting: list[ast.AST] = [_parsed(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.ImportFrom) and node.level:
            source = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for name in (source, *(source / alias.name for alias in node.names)):
                yield from _loaded(name, root)
        else:
            waiting += ast.iter_child_nodes(node)


def _loaded(name: Path, root: Path) -> Iterator[Path]:
    """The module ``name``, if it is one, and the packages that are loaded before it."""
    packages = [name, *name.parents]
    packages = packages[: packages.index(root)]
    files = [name.with_suffix(".py"), *(package / "__init__.py" for package in packages)]
    yield from (file for file in files if file.is_file() and root in file.parents)


def _code(path: Path) -> str:
    tree = _parsed(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
