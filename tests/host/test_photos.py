"""What a node says of the photographs that it is given."""

import types

import pytest
import torch
from host_kit import part
from PIL import Image


@pytest.fixture
def inputs(comfy_host, tmp_path, monkeypatch):
    """ComfyUI's input folder, with a photograph and one that broke off."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "input_directory", str(tmp_path))
    Image.effect_noise((64, 64), 90).convert("RGB").save(tmp_path / "whole.jpg")
    content = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])


def said(pack, photo, **options):
    """What stays under a PhotoAnchor behind Load Image nodes with these files."""
    loads = {f"{i}": {"class_type": "LoadImage", "inputs": {"image": f}} for i, f in photo.items()}
    behind = {"image": ["1", 0], "other": ["2", 0]}
    prompt = {**loads, "9": {"class_type": "PhotoAnchor", "inputs": behind}}
    prompt["8"] = {"class_type": "LoadImage", "inputs": {"image": "cut.jpg"}}  # of nobody here
    hidden = types.SimpleNamespace(prompt=prompt, unique_id="9")
    node = type("Anchoring", (part(pack, "nodes.anchor").PhotoAnchor,), {"hidden": hidden})
    given = node.execute(torch.rand(1, 32, 32, 3), **options)
    return given.result[0], "".join((given.ui or {}).get("zoomstack_said", []))


def test_a_file_that_broke_off_is_named(pack, inputs):
    _, words = said(pack, {1: "whole.jpg", 2: "cut.jpg [input]"})
    assert words == "cut.jpg [input] breaks off in the middle of the picture; copy it again"
    for photo in ({1: "whole.jpg"}, {1: "none.jpg"}, {1: ["7", 0]}, {1: None}, {}):
        assert said(pack, photo)[1] == ""


def test_two_photos_for_one_level_are_told(pack, inputs):
    first, _ = said(pack, {}, level=1)
    assert said(pack, {}, level=0, anchor=first)[1] == ""
    assert "level 1 has a photo already" in said(pack, {}, level=1, anchor=first)[1]
    early, _ = said(pack, {}, level=1, end=0.5)
    assert said(pack, {}, level=1, start=0.5, anchor=early)[1] == "", "one after the other"
