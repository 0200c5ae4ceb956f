"""The JavaScript that needs no browser is tested by node's own test runner."""

import json
import re
import subprocess

import pytest
import torch
from ladders import mixed
from trees import branched

from zoomstack.export import branches_of, page
from zoomstack.scene.stack import ZoomStack
from zoomstack.setup.places import REPOSITORY

EVIL = "</script><title>&amp; 'a' \"b\" %modules% \u2028"
MANIFEST = re.compile(r'(?<=id="zoom">).*(?=</script>)')
# Standard input is a manifest whose files are data URIs; standard output is the browser's page.
BUILD = """
import { readFileSync } from "node:fs";
import { buildPage } from "./web/viewer/bundle.mjs";

const manifest = JSON.parse(readFileSync(0, "utf-8"));
const read = async (name) => readFileSync(`web/${name}`, "utf-8");
const fetched = async (uri) => {
  const [, type, text] = /^data:(.*);base64,(.*)$/.exec(uri);
  return { bytes: Buffer.from(text, "base64"), type };
};
process.stdout.write(await buildPage(manifest, read, fetched));
"""


def test_the_pure_modules_do_as_their_own_tests_say(node):
    tests = sorted((REPOSITORY / "tests" / "js").glob("*.test.mjs"))
    assert tests
    # TAP, not the spec reporter: its last lines would be taken for those of the whole run.
    command = [node, "--test", "--test-reporter=tap", *map(str, tests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    failures = re.findall(r"^ *not ok .*(?:\n(?! *(?:not )?ok ).*)*", done.stdout, re.MULTILINE)
    assert done.returncode == 0, "\n".join(failures) or done.stderr
    assert int(re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)[1]) >= len(tests)


@pytest.mark.parametrize("tree", [False, True], ids=["stack", "tree"])
@pytest.mark.parametrize("prompts", [(), (EVIL, "b", "c", "d", EVIL)], ids=["none", "evil"])
def test_the_browser_saves_the_page_that_the_library_writes(node, prompts, tree):
    g = mixed()
    stack = ZoomStack(torch.rand(g.levels, 3, g.height, g.width), g, prompts)
    others = (branched(stack, 1, (2.5,), ((0.4, 0.5),), EVIL),) if tree else ()
    written = "".join(page(stack, 1.5, branches=branches_of(stack, others)))
    (given,) = MANIFEST.findall(written)
    command = [node, "--input-type=module", "--eval", BUILD]
    built = subprocess.run(
        command, input=given, capture_output=True, encoding="utf-8", cwd=REPOSITORY, check=True
    ).stdout
    # 2.0 there is 2 here.
    assert MANIFEST.sub("", built) == MANIFEST.sub("", written)
    assert json.loads(MANIFEST.search(built)[0]) == json.loads(given)
