"""The demo checkpoint is an SD3 file to the letter, and each generated part does what it says."""

import json
import struct
import subprocess
import sys

import numpy as np
import pytest
import torch
from checkout import TREE, needs_tree
from safetensors.numpy import load_file, save_file

from zoomstack.demo import parts
from zoomstack.demo.clip import designed_clip, token_ids, word_vector
from zoomstack.demo.dit import sd3_layout

TOKENIZER = TREE / "comfy" / "sd1_tokenizer"
TEXT_MODEL = "text_encoders.clip_l.transformer.text_model."


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / parts.CHECKPOINT
    command = [sys.executable, "-m", "zoomstack.demo.checkpoint", path, "--comfyui", TREE]
    subprocess.run(command, check=True)
    yield path
    path.unlink()


@needs_tree
def test_command_leaves_one_whole_file_that_knows_its_parts(checkpoint):
    assert [path.name for path in checkpoint.parent.iterdir()] == [parts.CHECKPOINT]
    assert parts.is_fresh(checkpoint)
    assert 150e6 < checkpoint.stat().st_size < 500e6


@needs_tree
def test_has_sd3s_tensors_in_half_precision(checkpoint):
    with checkpoint.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__")
    width = header["model.diffusion_model.context_embedder.weight"]["shape"][0]
    depth = width // 64
    shapes = {
        "model.diffusion_model.x_embedder.proj.weight": [width, 16, 2, 2],
        "model.diffusion_model.y_embedder.mlp.0.weight": [width, 2048],
        "model.diffusion_model.context_embedder.weight": [width, 4096],
        "model.diffusion_model.joint_blocks.0.context_block.attn.ln_q.weight": [64],
        "model.diffusion_model.joint_blocks.0.context_block.mlp.fc1.weight": [4 * width, width],
        "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": [3 * width, width],
        "model.diffusion_model.final_layer.linear.weight": [64, width],
        "first_stage_model.taesd_encoder.14.weight": [16, 64, 3, 3],
        "first_stage_model.taesd_decoder.19.weight": [3, 64, 3, 3],
        "first_stage_model.vae_scale": [],
        f"{TEXT_MODEL}embeddings.token_embedding.weight": [49408, 768],
        f"{TEXT_MODEL}encoder.layers.11.mlp.fc2.weight": [768, 3072],
        "text_encoders.clip_l.transformer.text_projection.weight": [768, 768],
    }
    assert {name: header[name]["shape"] for name in shapes} == shapes
    last = f"model.diffusion_model.joint_blocks.{depth - 1}.context_block."
    assert header[f"{last}adaLN_modulation.1.weight"]["shape"] == [2 * width, width]
    assert f"{last}mlp.fc1.weight" not in header
    assert not any("pos_embed" in name for name in header)
    single = {name for name, value in header.items() if value["dtype"] != "F16"}
    assert single == {
        "first_stage_model.vae_scale",
        "first_stage_model.vae_shift",
        "text_encoders.clip_l.logit_scale",
    }


@pytest.mark.parametrize("depth", [1, 3])
def test_the_layout_follows_the_depth_of_what_was_trained(depth):
    width = 64 * depth
    shapes = {"patches": (width, 64), "text": (width, 768), "out": (64, width)}
    shapes |= {"time.0": (width, 256), "time.2": (width, width)}
    shapes |= {"pooled.0": (width, 768), "pooled.2": (width, width)}
    shapes |= {"out_modulation": (2 * width, width)}
    trained = {}
    for i in range(depth):
        rows = {"qkv": 3, "proj": 1, "fc1": 4, "modulation": 6, "text_kv": 2}
        shapes |= {f"blocks.{i}.{name}": (n * width, width) for name, n in rows.items()}
        shapes[f"blocks.{i}.fc2"] = (width, 4 * width)
        norms = ("norm_q", "norm_k", "text_norm_k")
        trained |= {f"blocks.{i}.{name}": np.ones(64) for name in norms}
    for name, shape in shapes.items():
        trained |= {f"{name}.weight": np.ones(shape), f"{name}.bias": np.ones(shape[0])}
    state = sd3_layout(trained)
    blocks = {name.split(".")[3] for name in state if ".joint_blocks." in name}
    assert blocks == {str(i) for i in range(depth)}
    text = {name: value for name, value in state.items() if "context_block" in name}
    # Only keys, values and their norms say anything: the text stream itself never changes.
    assert {name.split("context_block.")[1] for name, value in text.items() if value.any()} == {
        "attn.qkv.weight",
        "attn.qkv.bias",
        "attn.ln_q.weight",
        "attn.ln_k.weight",
    }
    queries = text["model.diffusion_model.joint_blocks.0.context_block.attn.qkv.weight"][:width]
    assert not queries.any()


@needs_tree
def test_words_have_the_ids_that_the_hosts_tokenizer_gives_them():
    transformers = pytest.importorskip("transformers")
    theirs = transformers.CLIPTokenizer.from_pretrained(str(TOKENIZER))
    words = [*parts.words(), "antidisestablishmentarianism", "a", "xqzj"]
    ours = token_ids(words, TOKENIZER)
    assert ours == {word: theirs(word)["input_ids"][1:-1] for word in words}
    assert any(len(ids) > 1 for ids in ours.values())


@needs_tree
def test_an_unknown_word_and_the_padding_are_zero_and_a_known_one_is_its_vector():
    state = designed_clip(["planet", "coast"], TREE)
    table = state[f"{TEXT_MODEL}embeddings.token_embedding.weight"]
    (planet,) = token_ids(["planet"], TOKENIZER)["planet"]
    assert np.array_equal(table[planet], word_vector("planet"))
    assert np.count_nonzero(table.any(axis=1)) == 2
    assert not table[-2:].any()  # begin and end of text


@needs_tree
def test_clip_says_the_sum_of_the_words_it_knows():
    transformers = pytest.importorskip("transformers")
    config = transformers.CLIPTextConfig(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_attention_heads=12
    )
    config.num_hidden_layers, config.hidden_act = 12, "quick_gelu"
    model = transformers.CLIPTextModel(config).eval()
    own = model.state_dict()
    state = designed_clip(parts.words(), TREE)
    prefix = "text_encoders.clip_l.transformer."
    tensors = {k.removeprefix(prefix): torch.from_numpy(v).float() for k, v in state.items()}
    # transformers 5 dropped the level "text_model" from the names.
    names = {name: name if name in tensors else f"text_model.{name}" for name in own}
    tensors["position_ids"] = tensors["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    model.load_state_dict({name: tensors[other] for name, other in names.items()})
    known = token_ids(["planet", "space", "lamp"], TOKENIZER)
    assert "lamp" not in parts.words()
    (filler,) = known["lamp"]
    ids = [49406, filler, *known["planet"], filler, *known["space"]]
    with torch.no_grad():
        hidden = model(torch.tensor([ids + [49407] * (77 - len(ids))])).last_hidden_state[0]
        nothing = model(torch.tensor([[49406] + [49407] * 76])).last_hidden_state
    both = torch.from_numpy(word_vector("planet")).float() + torch.from_numpy(word_vector("space"))
    pooled = hidden[len(ids)]
    expected = torch.nn.functional.layer_norm(both, (768,))
    assert torch.cosine_similarity(pooled, expected, dim=0) > 0.999
    assert not nothing.any()


def test_a_word_has_the_same_vector_everywhere():
    # What training saw, as numbers: another random stream would need another training.
    seen = [1.1220703125, 0.8427734375, -0.57275390625, 0.84423828125]
    assert word_vector("planet")[:4].tolist() == seen
    assert word_vector("sea")[:3].tolist() == [1.294921875, -0.6630859375, 0.8076171875]


def test_a_checkpoint_of_other_parts_or_a_broken_one_is_not_fresh(tmp_path):
    path = tmp_path / "c.safetensors"
    assert not parts.is_fresh(path)
    tensors = {"a": np.zeros(1000, np.float16)}
    save_file(tensors, path, {parts.STAMP: "another"})
    assert not parts.is_fresh(path)
    save_file(tensors, path, {parts.STAMP: parts.fingerprint()})
    assert parts.is_fresh(path)
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:20], b"", b"\xff" * 40, b"\2\0\0\0\0\0\0\0{}"):
        path.write_bytes(broken)
        assert not parts.is_fresh(path)


def test_without_a_tokenizer_nothing_is_left(tmp_path, capsys):
    from zoomstack.demo.checkpoint import main

    out = tmp_path / "models" / "c.safetensors"
    assert main([str(out), "--comfyui", str(tmp_path)]) == 1
    assert "vocab.json" in capsys.readouterr().err
    assert list(out.parent.iterdir()) == []


def test_the_parts_are_what_the_layout_expects():
    trained = load_file(parts.DIT)
    depth = trained["text.weight"].shape[0] // 64
    assert f"blocks.{depth - 1}.qkv.weight" in trained
    assert f"blocks.{depth}.qkv.weight" not in trained
    assert len(set(parts.words())) == len(parts.words())
