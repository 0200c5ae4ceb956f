"""The node that runs JavaScript without a browser."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser_kit import missing

OLDEST = 20  # whose arrays have toSpliced


@pytest.fixture(scope="session")
def node():
    found = next(filter(is_new_enough, programs()), None)
    return found or missing(f"no node {OLDEST} or newer is here to run JavaScript")


def programs():
    """The node on PATH, and the one that Playwright brings for its own use."""
    if found := shutil.which("node"):
        yield found
    if spec := importlib.util.find_spec("playwright"):
        yield str(Path(spec.origin).parent / "driver" / "node")


def is_new_enough(node):
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return False
    found = re.match(r"v(\d+)\.", version)
    return bool(found) and int(found[1]) >= OLDEST
