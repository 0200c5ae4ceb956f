"""Train the transformer on latents: of small pictures, towards the end mostly of large ones.

    python -m zoomstack.train.stages.diffusion --work DIR --comfyui TREE --minutes 120 --processes 2

Started again, it goes on; with more ``--minutes`` it goes on from before its rate began to fall.
What is random in a step follows from its number alone. Leaves model.pt in DIR.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm

from ...demo.networks.text import TextEncoder
from ...demo.networks.transformer import HEAD, Transformer, positions
from ...demo.world import vocabulary
from ..latents import Latents
from ..learning.loop import rank, ranks
from ..learning.objective import flow_loss, noise_levels
from ..learning.schedule import Timetable
from ..learning.training import LATEST, STABLE, Training
from ..processes import together

SAVE_SECONDS = 60.0
SHOWN = 100  # steps that the loss on display reaches back over


@dataclass(frozen=True)
class Setting:
    """Where and how a training runs, beside its plan."""

    work: Path
    comfyui: Path  # its tokenizer reads the captions
    device: str = "cpu"
    depth: int = 4
    start: Path | None = None  # weights to start from; their depth counts
    compile: bool = False
    step_seconds: float = 0.0  # count each step as this long, not by the clock: a repeatable run


def train(setting: Setting, plan: Timetable) -> None:
    """One process's part of the training, to the end of ``plan``.

    ``FileNotFoundError`` without latents.
    """
    training = Training(_network(setting).to(setting.device))
    training.resume(setting.work, plan)
    left = round(60 * plan.minutes)
    with tqdm(total=left, unit="s", desc="model", disable=rank() > 0) as bar:
        bar.update(round(training.seconds))
        saved, before, shown = time.monotonic(), training.pictures, 0.0
        started, done = saved, 0
        for size, loss in _steps(training, setting, plan):
            now, done = time.monotonic(), done + 1
            shown += (loss - shown) / min(done, SHOWN)
            speed = (training.pictures - before) / (now - started)
            bar.set_postfix_str(f"{size} px, loss {shown:.4f}, {speed:.0f} pictures/s", False)
            bar.update(round(training.seconds) - bar.n)
            if now - saved > SAVE_SECONDS:
                training.save(setting.work / LATEST)
                saved = now
    training.save(setting.work / LATEST)


def _steps(training: Training, setting: Setting, plan: Timetable) -> Iterator[tuple[int, float]]:
    """Train, and yield the pictures' size and the loss after each step."""
    device = torch.device(setting.device)
    latents = {size: Latents(setting.work, size) for size in (plan.coarse_size, plan.fine_size)}
    text = TextEncoder(vocabulary(), setting.comfyui)
    loss = _compiled() if setting.compile else flow_loss
    before = time.monotonic()
    while (minute := training.minute()) < plan.minutes:
        if plan.falls(minute) and training.falls_to is None:
            training.save(setting.work / STABLE)
            training.falls_to = plan.minutes
        size = plan.size(minute, training.step)
        count = -(-plan.pictures(size) // ranks())
        rng = np.random.default_rng([training.step, rank()])
        clean, captions = latents[size].batch(count, rng)
        noise = torch.from_numpy(rng.standard_normal(clean.shape, np.float32)).to(device)
        levels = noise_levels(count, size, rng).to(device)
        brief = tuple(part.to(device) for part in text.brief(captions) if part is not None)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            value = loss(training.net, clean.to(device), noise, levels, brief)
        value.backward()
        training.update(plan.rate(training.step, minute), count * ranks())
        now = time.monotonic()
        training.seconds += setting.step_seconds or now - before
        before = now
        yield size, float(value.detach())


def _compiled() -> Callable[..., Tensor]:
    # A table, not to be computed in every step. (Said here: a word to the compiler loads it.)
    torch.compiler.assume_constant_result(positions)
    # Not dynamic: one fast program for each of the few shapes, not a slow one for all.
    return torch.compile(flow_loss, dynamic=False)


def _network(setting: Setting) -> Transformer:
    torch.manual_seed(0)
    if setting.start is None:
        return Transformer(setting.depth)
    state = load_file(setting.start)
    net = Transformer(len(state["text.bias"]) // HEAD)
    net.load_state_dict(state)
    return net


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.diffusion", description=__doc__, formatter_class=form
    )
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--comfyui", type=Path, default=Path(".host/comfyui"))
    parser.add_argument("--processes", type=int, default=2, help="on the CPU, one thread each")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--compile", action="store_true", help="faster; wants g++")
    parser.add_argument("--step-seconds", type=float, default=0.0, help="a repeatable run")
    for name, value in Timetable()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value))
    options = vars(parser.parse_args(arguments))
    plan = Timetable.lasting(options["minutes"] or Timetable().minutes)
    plan = plan._replace(**{k: options[k] for k in Timetable._fields if options[k] is not None})
    processes = options.pop("processes") if options["device"] == "cpu" else 1
    setting = Setting(**{k: v for k, v in options.items() if k in Setting.__dataclass_fields__})
    together(train, processes, setting, plan)
    return 0


if __name__ == "__main__":
    sys.exit(main())
