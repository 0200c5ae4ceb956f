"""Trees in the shape of a ComfyUI that hold the stub, and workflows of its nodes."""

import json
import shutil
from pathlib import Path


def stub_tree(folder):
    """``folder`` as ComfyUI's, with the stub in it and enough to assemble the demo model."""
    tokenizer = folder / "comfy" / "sd1_tokenizer"
    tokenizer.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("stub_comfyui.py"), folder / "main.py")
    # One letter is a token.
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [*letters, *(letter + "</w>" for letter in letters)]
    (tokenizer / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    (tokenizer / "merges.txt").write_text("#version: 0.2\n")
    return folder


def graph(folder, *kinds, **inputs):
    """The path of a workflow with a node of each kind, all with the same inputs."""
    nodes = {str(i): {"class_type": kind, "inputs": dict(inputs)} for i, kind in enumerate(kinds)}
    path = folder / "graph.json"
    path.write_text(json.dumps(nodes))
    return str(path)
