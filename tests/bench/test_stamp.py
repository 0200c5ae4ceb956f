"""The stamp follows all that a job runs, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zoomstack.bench.stamp import ROOT, closure, stamp


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The package's code, to be changed."""
    root = tmp_path_factory.mktemp("copy") / "zoomstack"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("weights", "__pycache__"))
    return root


@pytest.fixture(scope="module")
def before(copy):
    return stamp([], copy)


@pytest.fixture
def change(copy):
    """Put text in place of other text in a module of the copy, until the test is over."""
    kept = {}

    def replace(name, old, new):
        text = (copy / name).read_text("utf-8")
        assert text.count(old) == 1
        kept.setdefault(name, text)
        (copy / name).write_text(text.replace(old, new), "utf-8")

    yield replace
    for name, text in kept.items():
        (copy / name).write_text(text, "utf-8")


def extended(copy, change, name, more):
    """The module ``name`` with ``more`` at its end."""
    last = (copy / name).read_text("utf-8").rstrip().rpartition("\n")[2]
    change(name, f"\n{last}\n", f"\n{last}\n{more}\n")


def test_it_is_of_the_code_and_not_of_where_that_lies(before):
    assert before == stamp([])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("demo/networks/flow.py", "TIMES = 1000", "TIMES = 999"),
        ("bench/model/settings.py", "shift: float = 3.0", "shift: float = 2.0"),
        ("demo/world/scene.py", "self.seed * 7919", "self.seed * 7920"),
    ],
)
def test_it_follows_a_number(name, old, new, change, copy, before):
    change(name, old, new)
    assert stamp([], copy) != before


@pytest.mark.parametrize(
    "name",
    [
        "bench/zooms/rows.py",
        "bench/model/demo.py",
        "demo/networks/text.py",
        "demo/networks/transformer.py",
        "demo/world/__init__.py",
        "measure/colour.py",
        "paint/outward.py",
        "spaces/fitting/regression.py",
    ],
)
def test_it_follows_every_module_of_a_job(name, change, copy, before):
    extended(copy, change, name, "MORE = 1")
    assert stamp([], copy) != before


@pytest.mark.parametrize("name", ["film/encode/video.py", "bench/told/table.py", "__init__.py"])
def test_it_does_not_follow_what_no_job_runs(name, change, copy, before):
    extended(copy, change, name, "MORE = 1")
    assert stamp([], copy) == before


def test_it_does_not_follow_what_is_said_of_the_code(change, copy, before):
    change("demo/networks/flow.py", '"""The transformer and its text encoder."""', '"""Two."""')
    change("demo/networks/flow.py", "# ComfyUI's for SD3", "# three")
    change("demo/world/captions.py", "from __future__", "# a line\nfrom __future__")
    assert stamp([], copy) == before


def test_it_follows_weights(tmp_path):
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    first = stamp([file])
    assert stamp([file]) == first != stamp([])
    file.write_bytes(b"two")
    assert stamp([file]) != first


MODULES = {
    "__init__.py": "from .apart import nothing",
    "apart.py": "",
    "one/__init__.py": "",
    "one/first.py": """
from typing import TYPE_CHECKING

from ..two import second, name

if TYPE_CHECKING:
    from ..apart import nothing
else:
    from .third import something

def later():
    from . import fourth
    import os
""",
    "one/third.py": "",
    "one/fourth.py": "from .first import later",
    "one/fifth.py": "from .first import later",
    "two/__init__.py": "from .named import name",
    "two/named.py": "name = 1",
    "two/second.py": "",
    "two/sixth.py": "",
}


def test_a_closure_is_what_imports_load_wherever_they_stand(tmp_path):
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    found = {path.relative_to(tmp_path).as_posix() for path in closure(tmp_path, ["one/first.py"])}
    unused = {"__init__.py", "apart.py", "one/fifth.py", "two/sixth.py"}
    assert found == MODULES.keys() - unused


JOBS = """
import json, sys
from toy_model import ToyModel
from zoomstack.bench.model import demo
from zoomstack.bench.model.settings import Settings
from zoomstack.bench.zooms.job import Job
from zoomstack.bench.zooms.methods import METHODS
from zoomstack.bench.zooms.operators import Operators
from zoomstack.bench.zooms.rows import parse_row
from zoomstack.bench.zooms.sampling import run

rows = [parse_row(text) for text in ("pixel", "twin fitted_on=world pictures=1", "photo-exact")]
rows += METHODS[:2]
model = ToyModel()
for row in rows:
    run(Job(row, 0, Settings(size=64, levels=2, steps=1)), model, Operators(model))
loaded = [module.__file__ for name, module in sys.modules.items() if name.startswith("zoomstack.")]
print(json.dumps(loaded))
"""


def test_no_job_loads_what_is_not_in_its_closure():
    """The second way: what Python itself has loaded when jobs of all kinds are done."""
    kit = Path(__file__).parents[1] / "kit"
    path = os.pathsep.join((str(kit), os.environ.get("PYTHONPATH", str(ROOT.parent))))
    done = subprocess.run(
        [sys.executable, "-c", JOBS],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = {Path(file).resolve() for file in json.loads(done.stdout)}
    assert len(loaded) > 50 and loaded <= {path.resolve() for path in closure()}
