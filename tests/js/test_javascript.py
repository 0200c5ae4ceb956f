"""The JavaScript that needs no browser is tested by node's own test runner."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from browser_kit import missing

from zoomstack.setup.places import REPOSITORY

OLDEST = 20  # whose arrays have toSpliced


def test_the_pure_modules_do_as_their_own_tests_say():
    node = next(filter(is_new_enough, programs()), None)
    if node is None:
        missing(f"no node {OLDEST} or newer is here to run tests/js")
    tests = sorted((REPOSITORY / "tests" / "js").glob("*.test.mjs"))
    assert tests
    # TAP, not the spec reporter: its last lines would be taken for those of the whole run.
    command = [node, "--test", "--test-reporter=tap", *map(str, tests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    failures = re.findall(r"^ *not ok .*(?:\n(?! *(?:not )?ok ).*)*", done.stdout, re.MULTILINE)
    assert done.returncode == 0, "\n".join(failures) or done.stderr
    assert int(re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)[1]) >= len(tests)


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
