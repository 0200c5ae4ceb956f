"""Write what training found as the parts that the demo's checkpoint is made of.

    python -m zoomstack.train.stages.export --work DIR [--install]

Leaves dit.safetensors (the running average, fp16), the autoencoder's halves, the classifier and
words.txt in ``DIR/weights``, and with ``--install`` in the package, in place of what ships there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import torch

from ...demo import parts
from ...demo.networks.autoencoder import save_half
from ...demo.world import vocabulary
from ...files.whole import replacing
from ..learning.training import LATEST
from .autoencoder import autoencoder_folder
from .classifier import classifier_folder

WIDTH = 100  # characters a line of words.txt


def weights_folder(work: Path) -> Path:
    """Where a work folder keeps the finished parts."""
    return work / "weights"


def export(work: Path, target: Path) -> list[Path]:
    """Write all parts that ``work`` has into ``target``; the files.

    ``FileNotFoundError`` where the diffusion model was not trained yet.
    """
    if not (work / LATEST).exists():
        raise FileNotFoundError(f"{work} holds no {LATEST}; train the model first")
    target.mkdir(parents=True, exist_ok=True)
    state = torch.load(work / LATEST, map_location="cpu", weights_only=True)
    save_half(state["average"], target / parts.DIT.name)
    with replacing(target / parts.WORDS.name) as half:
        Path(half).write_text(_lines(vocabulary()), "ascii")
    written = [target / parts.DIT.name, target / parts.WORDS.name]
    for folder in (autoencoder_folder(work), classifier_folder(work)):
        written += [_copied(source, target) for source in sorted(folder.glob("[!.]*.safetensors"))]
    return written


def _copied(source: Path, folder: Path) -> Path:
    with replacing(folder / source.name) as half:
        shutil.copyfile(source, half)
    return folder / source.name


def _lines(words: list[str]) -> str:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) >= WIDTH:
            lines.append("")
        lines[-1] += f"{' ' * bool(lines[-1])}{word}"
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.export", description=__doc__, formatter_class=form
    )
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--install", action="store_true", help="replace the parts that ship")
    options = parser.parse_args(arguments)
    targets = [weights_folder(options.work), *([parts.WEIGHTS] if options.install else [])]
    for target in targets:
        for path in export(options.work, target):
            sys.stdout.write(f"{path}  {path.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
