"""Where the tests find the checkout, the numbers that Python and JavaScript share, and ComfyUI."""

import os
from pathlib import Path

import pytest

from zoomstack.demo.clip import TOKENIZER
from zoomstack.setup.places import host_folder

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "tests" / "js"
# Templates by the names of their API files: a number before it says with which to start.
TEMPLATES = {path.stem[3:]: path for path in sorted((ROOT / "workflows").glob("[0-9][0-9]-*.json"))}
BLUEPRINTS = {path.stem: path for path in sorted((ROOT / "subgraphs").glob("*.json"))}
TREE = Path(os.environ.get("ZOOMSTACK_COMFYUI") or host_folder() / "comfyui").resolve()
needs_tree = pytest.mark.skipif(not (TREE / TOKENIZER).is_dir(), reason="needs a tokenizer")
