"""``run --comfyui PATH``: the user's own ComfyUI, with what is installed in it, and ours beside."""

import argparse
import json
import shutil
import sys
import urllib.request
from pathlib import Path

import pytest
from checkout import ROOT, TREE

from zoomstack.demo import parts
from zoomstack.headless.run import serving
from zoomstack.setup.places import OVERRIDE

THEIRS = """
class Mine:
    INPUT_TYPES = classmethod(lambda cls: {"required": {}})
    RETURN_TYPES, FUNCTION, CATEGORY = (), "work", "mine"
NODE_CLASS_MAPPINGS = {"Mine": Mine}
"""


@pytest.fixture
def tree(tmp_path):
    """A ComfyUI as a user has it: a model, a pack, a picture, and models in another place."""
    tree = tmp_path / "my ComfyUI"
    tree.mkdir()
    for path in TREE.iterdir():
        # Files are copied: ComfyUI looks beside the real ones for its folders.
        if path.is_file():
            shutil.copy(path, tree)
        elif path.name not in ("models", "custom_nodes", "input", "output", "temp", "user"):
            (tree / path.name).symlink_to(path.resolve())
    for name in ("models/checkpoints", "custom_nodes", "input", "output", "user", "temp"):
        (tree / name).mkdir(parents=True)
    # A folder with nothing else in it: ComfyUI walks through it, links and all.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.safetensors").write_bytes(b"")
    (tree / "models" / "checkpoints" / "mine.safetensors").write_bytes(b"")
    (tree / "custom_nodes" / "mine.py").write_text(THEIRS)
    (tree / "input" / "me.png").write_bytes(b"")
    (tree / "temp" / "preview.png").write_bytes(b"of a ComfyUI that is running")
    (tree / "extra_model_paths.yaml").write_text(f"elsewhere:\n  checkpoints: {elsewhere}\n")
    return tree


def test_it_has_its_own_models_packs_and_folders_and_the_demos_beside(
    tree, tmp_path, monkeypatch, demo_checkpoint
):
    # Under a name of the user's; it must not load twice.
    (tree / "custom_nodes" / "zoom").symlink_to(ROOT)
    monkeypatch.setenv(OVERRIDE, str(tmp_path / "host"))
    models = tmp_path / "host" / "base" / "models" / "checkpoints"
    models.mkdir(parents=True)
    (models / parts.CHECKPOINT).symlink_to(demo_checkpoint.resolve())
    before = {path: path.stat().st_mtime for path in tree.rglob("*") if path.is_file()}
    options = argparse.Namespace(server=None, comfyui=tree, python=Path(sys.executable))
    options.arguments = "--cpu"
    with serving(options) as url, urllib.request.urlopen(f"{url}/object_info") as answer:
        known = json.loads(answer.read())
        with urllib.request.urlopen(f"{url}/extensions") as answer:
            pages = [page for page in json.loads(answer.read()) if page.endswith("zoomstack.js")]
    checkpoints = known["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]
    assert {*checkpoints} >= {"mine.safetensors", "b.safetensors", parts.CHECKPOINT}
    assert "Mine" in known
    assert "me.png" in known["LoadImage"]["input"]["required"]["image"][0]
    assert known["ZoomStackSampler"]["python_module"] == "custom_nodes.zoom"
    assert pages == ["/extensions/zoom/zoomstack.js"]
    (log,) = (tmp_path / "host" / "servers").glob("*/server.log")
    said = log.read_text("utf-8", "replace")
    # Ours was found beside it, which is how it comes in where the user has none.
    assert f"installed twice: {tree}/custom_nodes/zoom is used" in said
    # Nothing was written into the tree, and the previews of another that runs were left alone.
    after = {path: path.stat().st_mtime for path in tree.rglob("*") if path.is_file()}
    new = {path.relative_to(tree).parts[0] for path, _ in {*after.items()} - {*before.items()}}
    assert new <= {"user", "__pycache__", "custom_nodes"}, new
    assert (tree / "temp" / "preview.png").is_file()
