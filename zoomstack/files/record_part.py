"""A part of a recording: some answers in one file, whole and to the last bit or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from .fingerprint import fingerprint
from .tensors import write_tensors

ENDING = ".record"  # safetensors inside; the name keeps it out of lists of models and stacks

Answer = tuple[Tensor, ...]


class Answered(NamedTuple):
    """One question, by its fingerprint, and what was answered."""

    question: str
    answer: Answer


def write_part(path: Path, part: list[Answered], inputs: Mapping[str, str]) -> None:
    """Raises ``OSError`` as the disk does."""
    tensors = {
        f"{number}.{index}": tensor.contiguous()
        for number, (_, answer) in enumerate(part)
        for index, tensor in enumerate(answer)
    }
    about = {
        "inputs": json.dumps(dict(inputs)),
        "questions": json.dumps([(question, len(answer)) for question, answer in part]),
        "bits": fingerprint(tensors),
    }
    write_tensors(path, tensors, about)


def read_part(path: Path) -> list[Answered]:
    """Raises ``ValueError`` where the part is not whole, to the last bit."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if about["bits"] != fingerprint(tensors):
            raise ValueError("its bits have changed")
        return [
            Answered(question, tuple(tensors[f"{number}.{index}"] for index in range(count)))
            for number, (question, count) in enumerate(json.loads(about["questions"]))
        ]
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is damaged ({error})") from error


def inputs_of(path: Path) -> dict[str, str]:
    """The inputs that a part was recorded of; none where it cannot be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            inputs = json.loads((file.metadata() or {})["inputs"])
    except (SafetensorError, OSError, KeyError, ValueError, RecursionError):
        return {}
    return inputs if isinstance(inputs, dict) else {}


def size(answered: Answered) -> int:
    """Its bytes."""
    return sum(tensor.numel() * tensor.element_size() for tensor in answered.answer)
