"""A short name for any nest of plain values and tensors: another content, another name."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor


def fingerprint(*values: Any) -> str:
    """64 hexadecimal digits, the same in every process and on every machine.

    Numbers, text, ``None``, tensors (dtype, shape and every bit), mappings, sequences, sets and
    dataclasses are told apart by what they hold; anything else only by its class.
    """
    digest = hashlib.sha256()
    for value in values:
        for part in _parts(value):
            # With its length, so that no two parts can be read as one.
            digest.update(f"{len(part)}:".encode())
            digest.update(part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes | memoryview]:
    if value is None or isinstance(value, bool | int | float | str | bytes):
        yield f"{type(value).__name__} {value!r}".encode("utf-8", "surrogatepass")
    elif isinstance(value, Tensor):
        yield f"tensor {value.dtype} {tuple(value.shape)}".encode()
        yield _bits(value)
    elif isinstance(value, Mapping):
        pairs = sorted((fingerprint(key), fingerprint(held)) for key, held in value.items())
        yield f"mapping {pairs}".encode()
    elif isinstance(value, list | tuple):
        yield f"sequence {[fingerprint(held) for held in value]}".encode()
    elif isinstance(value, set | frozenset):
        yield f"set {sorted(fingerprint(held) for held in value)}".encode()
    else:
        kind = type(value)
        yield f"{kind.__module__}.{kind.__qualname__}".encode()
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            for field in dataclasses.fields(value):
                yield f"{field.name} {fingerprint(getattr(value, field.name))}".encode()


def _bits(tensor: Tensor) -> memoryview:
    flat: Any = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    return memoryview(flat)
