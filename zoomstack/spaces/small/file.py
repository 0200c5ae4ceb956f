"""Small autoencoders on disk, and the name of the VAE that one belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

import torch
from torch import Tensor

from ...files.fingerprint import fingerprint
from ...files.tensors import write_tensors
from .network import Layout, SmallAutoencoder

FORMAT = "zoomstack small autoencoder 1"


def owner_of(weights: Iterable[Tensor]) -> str:
    """The name of the VAE with these weights: 64 hexadecimal digits.

    Of its kernels alone (two dimensions or more), whatever they are called, in whatever order and
    on whichever device; bfloat16 holds them, so a file in half precision gives the same name in
    whichever precision it is loaded.
    """
    kernels = [weight.detach().to(torch.bfloat16) for weight in weights if weight.ndim > 1]
    return fingerprint(FORMAT, sorted(fingerprint(kernel) for kernel in kernels))


def save_small(net: SmallAutoencoder, path: str | os.PathLike[str]) -> None:
    """Write ``net`` in half precision, whole or not at all; ``OSError`` as the disk says."""
    halves = {key: value.cpu().half().contiguous() for key, value in net.state_dict().items()}
    layout = json.dumps(net.layout._asdict())
    write_tensors(path, halves, {"format": FORMAT, "layout": layout, "owner": net.owner})


def load_small(path: str | os.PathLike[str]) -> SmallAutoencoder:
    """The small autoencoder in ``path``, in single precision on the CPU, to be used as it is.

    ``OSError`` where there is no such file, ``ValueError`` where it is something else.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if about.get("format") != FORMAT:
            raise ValueError(f"its format is {about.get('format')!r}, not {FORMAT!r}")
        net = SmallAutoencoder(Layout(**json.loads(about["layout"])), about["owner"])
        net.load_state_dict(state)
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"{os.fspath(path)} holds no small autoencoder: {error}") from error
    net = net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return net.eval().requires_grad_(False)
