"""The trained transformer in SD3's layout, with the halves that were not trained filled in.

Training leaves the text stream inert: of its blocks only the keys and values exist. SD3 wants all
of a block, so the rest is zeros, which is what "the text tokens never change" looks like there.
"""

from __future__ import annotations

import numpy as np

from .state import HALF, State, linear, zeros

PREFIX = "model.diffusion_model."
HEAD = 64
TEXT, POOLED = 4096, 2048  # what SD3 pads the text encoder's context and pooled output to
PATCH, CHANNELS = 2, 16
BLOCK = {  # SD3's name of a picture block's layer -> ours
    "attn.qkv": "qkv",
    "attn.proj": "proj",
    "mlp.fc1": "fc1",
    "mlp.fc2": "fc2",
    "adaLN_modulation.1": "modulation",
}
AROUND = {  # the same, outside the blocks
    "x_embedder.proj": "patches",
    "t_embedder.mlp.0": "time.0",
    "t_embedder.mlp.2": "time.2",
    "y_embedder.mlp.0": "pooled.0",
    "y_embedder.mlp.2": "pooled.2",
    "context_embedder": "text",
    "final_layer.linear": "out",
    "final_layer.adaLN_modulation.1": "out_modulation",
}


def sd3_layout(trained: State) -> State:
    """Every tensor of the diffusion model under SD3's names; ``trained`` is a ``Transformer``'s.

    ``KeyError`` where ``trained`` lacks a tensor.
    """
    width = trained["text.weight"].shape[0]
    depth = width // HEAD  # SD3 reads the depth off the width
    state: State = {}
    for theirs, ours in AROUND.items():
        state |= _layer(trained, theirs, ours)
    # SD3 reads patches by a convolution; ours are flat, channels first.
    kernel = state["x_embedder.proj.weight"].reshape(width, CHANNELS, PATCH, PATCH)
    state["x_embedder.proj.weight"] = kernel
    state["y_embedder.mlp.0.weight"] = _widen(state["y_embedder.mlp.0.weight"], POOLED)
    state["context_embedder.weight"] = _widen(state["context_embedder.weight"], TEXT)
    for index in range(depth):
        ours, theirs = f"blocks.{index}.", f"joint_blocks.{index}."
        for sd3, short in BLOCK.items():
            state |= _layer(trained, f"{theirs}x_block.{sd3}", ours + short)
        state[f"{theirs}x_block.attn.ln_q.weight"] = trained[f"{ours}norm_q"]
        state[f"{theirs}x_block.attn.ln_k.weight"] = trained[f"{ours}norm_k"]
        text = _text_block(trained, ours, width, last=index == depth - 1)
        state |= {f"{theirs}context_block.{key}": value for key, value in text.items()}
    return {PREFIX + key: np.ascontiguousarray(value, HALF) for key, value in state.items()}


def _layer(trained: State, theirs: str, ours: str) -> State:
    return {f"{theirs}.{part}": trained[f"{ours}.{part}"] for part in ("weight", "bias")}


def _widen(weight: np.ndarray, columns: int) -> np.ndarray:
    """Zero columns for the inputs that training never had."""
    return np.pad(weight, ((0, 0), (0, columns - weight.shape[1])))


def _text_block(trained: State, ours: str, width: int, last: bool) -> State:
    queries = zeros(width, width)
    block: State = {
        "attn.qkv.weight": np.concatenate([queries, trained[f"{ours}text_kv.weight"]]),
        "attn.qkv.bias": np.concatenate([queries[0], trained[f"{ours}text_kv.bias"]]),
        # Unused, but ComfyUI tells from block 0's that queries and keys are normalised.
        "attn.ln_q.weight": np.ones(HEAD, HALF),
        "attn.ln_k.weight": trained[f"{ours}text_norm_k"],
        **linear("adaLN_modulation.1", (2 if last else 6) * width, width),
    }
    if not last:  # SD3's last block drops the text stream after its attention
        block |= linear("attn.proj", width, width)
        block |= linear("mlp.fc1", 4 * width, width)
        block |= linear("mlp.fc2", width, 4 * width)
    return block
