"""The readers of ladders in Python and in JavaScript read any text alike, to the last word."""

import json
import subprocess

from answers import ANSWERS, PLAIN, mutated

from zoomstack.scene.reading.read import read
from zoomstack.setup.places import REPOSITORY

# Standard input is a list of texts; standard output what the browser's reader makes of each.
READ = """
import { readFileSync } from "node:fs";
import { LadderError } from "./web/zoom/reading/brackets.mjs";
import { read } from "./web/zoom/reading/read.mjs";

const said = (text) => {
  try {
    const { rungs, notes, answer } = read(text);
    return [rungs.map(({ prompt, zoom, focus, settings: { cfg, seed, weight, steps } }) =>
      [prompt, zoom, focus, cfg, seed, weight, steps]), notes, answer];
  } catch (error) {
    return error instanceof LadderError ? error.message : error.stack;
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(said)));
"""


def test_python_and_javascript_read_alike(node):
    texts = [*(each["text"] for each in ANSWERS), *PLAIN, *mutated(800, seed=11)]
    command = [node, "--input-type=module", "--eval", READ]
    # ASCII: half a character is text to both.
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, encoding="utf-8", cwd=REPOSITORY,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for text, theirs in zip(texts, json.loads(done.stdout), strict=True):
        assert json.loads(json.dumps(said(text))) == theirs, text


def said(text):
    try:
        reading = read(text)
    except ValueError as error:
        return str(error)
    return [[rung_of(rung) for rung in reading.rungs], reading.notes, reading.answer]


def rung_of(rung):
    cfg, seed, weight, steps = rung.settings
    seed = None if seed is None else str(seed)
    return [rung.prompt, rung.zoom, rung.focus, cfg, seed, weight, steps]
