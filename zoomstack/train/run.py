"""Train the demo model from nothing: draw the world, learn it, write the parts.

    python -m zoomstack.train.run --work DIR --comfyui TREE --minutes 120

Every stage goes on where it was stopped and is passed over when it is done. ``--quick`` goes
through all of them in less than a minute, to see that they fit together: what comes out is noise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..demo import parts
from ..setup.errors import FAILED, INTERRUPTED, OK, heed_signals
from .learning.loop import Budget
from .learning.schedule import Timetable
from .options import add_options
from .processes import together
from .stages import autoencoder, classifier, corpus, diffusion, small
from .stages.encode import SIZES, encode_corpus
from .stages.export import export, weights_folder
from .stages.sheet import draw_sheet


@dataclass(frozen=True)
class Recipe:
    """How much of everything; the defaults make the model that ships."""

    corpus: corpus.Amount = corpus.Amount()
    autoencoder: Budget = Budget(16.0)
    decoder: Budget = Budget(10.0)
    classifier: Budget = Budget(3.0)
    small: Budget = Budget(40.0)
    questions: tuple[int, int] = (3584, 128)  # that the small autoencoder learns from; held out
    model: Timetable = Timetable()
    depth: int = 4
    step_seconds: float = 0.0
    sizes: tuple[int, ...] = SIZES  # of the pictures whose latents are learned from
    seeds: int = 6  # columns of the contact sheet
    steps: int = 20


# Steps that count a minute each: one at the small size, one at the large, one of falling rate.
QUICK = Recipe(
    corpus=corpus.Amount(pictures=8, held=4, shard=4, per_scene=4, size=64),
    autoencoder=Budget(0, steps=2),
    decoder=Budget(0, steps=2),
    classifier=Budget(0, steps=2),
    small=Budget(0, steps=2),
    questions=(8, 8),
    model=Timetable(3, decay=1, fine=2, coarse_size=32, fine_size=64, batch=4, fine_batch=2),
    depth=1,
    step_seconds=60.0,
    sizes=(64, 32),
    seeds=1,
    steps=2,
)


@dataclass(frozen=True)
class Place:
    """Where a training runs."""

    work: Path
    comfyui: Path
    processes: int = 2
    device: str = "cpu"
    compile: bool = False
    install: bool = False

    @property
    def ranks(self) -> int:
        """How many processes train one network."""
        return self.processes if self.device == "cpu" else 1


def draw_world(place: Place, recipe: Recipe) -> None:
    corpus.draw_corpus(place.work, recipe.corpus, place.processes)


def train_autoencoder(place: Place, recipe: Recipe) -> None:
    _autoencoder(place, autoencoder.Recipe(recipe.autoencoder, device=place.device))


def encode_latents(place: Place, recipe: Recipe) -> None:
    encode_corpus(place.work, place.processes, place.device, recipe.sizes)


def train_model(place: Place, recipe: Recipe) -> None:
    setting = diffusion.Setting(
        place.work,
        place.comfyui,
        place.device,
        recipe.depth,
        compile=place.compile,
        step_seconds=recipe.step_seconds,
    )
    together(diffusion.train, place.ranks, setting, recipe.model)


def polish_decoder(place: Place, recipe: Recipe) -> None:
    options = autoencoder.Recipe(recipe.decoder, device=place.device, decoder_only=True)
    _autoencoder(place, options)


def train_classifier(place: Place, recipe: Recipe) -> None:
    right = classifier.train(place.work, recipe.classifier)
    sys.stdout.write(f"classifier: {right:.1%} right on held-out pictures\n")


def write_parts(place: Place, recipe: Recipe) -> None:
    weights = weights_folder(place.work)
    export(place.work, weights)
    out, size = weights / "sheet.png", max(recipe.sizes)
    agreed = draw_sheet(weights, place.comfyui, out, recipe.seeds, recipe.steps, size)
    sys.stdout.write(f"{out}\n" if agreed is None else f"{out}: {agreed:.1%} by the classifier\n")
    if place.install:
        export(place.work, parts.WEIGHTS)


def distil_small(place: Place, recipe: Recipe) -> None:
    learned, held = recipe.questions
    weights = weights_folder(place.work)
    options = small.Recipe(recipe.small, learned, held, weights=weights)
    small.ask(place.work, place.comfyui, options, place.processes)
    sys.stdout.write(f"small autoencoder: {small.train(place.work, options)}\n")
    targets = [weights, *([parts.WEIGHTS] if place.install else [])]
    for target in targets:
        small.install(place.work, target)


def _autoencoder(place: Place, recipe: autoencoder.Recipe) -> None:
    together(_learn_pictures, place.ranks, place.work, recipe)


def _learn_pictures(work: Path, recipe: autoencoder.Recipe) -> None:
    autoencoder.train(work, recipe)


STAGES: dict[str, Callable[[Place, Recipe], None]] = {
    "world": draw_world,
    "autoencoder": train_autoencoder,
    "latents": encode_latents,
    "model": train_model,
    "decoder": polish_decoder,
    "classifier": train_classifier,
    "export": write_parts,
    "small": distil_small,
}


def run(place: Place, recipe: Recipe, stages: Sequence[str]) -> None:
    """Do ``stages``, in the order of ``STAGES``."""
    place.work.mkdir(parents=True, exist_ok=True)
    for name, stage in STAGES.items():
        if name in stages:
            stage(place, recipe)


def main(arguments: list[str] | None = None) -> int:
    """The command line; its exit code, as ``zoomstack``'s own."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack train", description=__doc__, formatter_class=form
    )
    add_options(parser)
    parser.add_argument("--comfyui", type=Path, required=True, help="for its tokenizer")
    parser.add_argument("--python", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.quick and options.install:
        parser.error("--quick leaves noise; it is not for --install")
    heed_signals()
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(*_chosen(options, Path(folder)), options.stages)
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("stopped; the same command goes on from here\n")
        return INTERRUPTED
    return OK


def _chosen(options: argparse.Namespace, scratch: Path) -> tuple[Place, Recipe]:
    place = Place(
        options.work or scratch,
        options.comfyui,
        options.processes,
        options.device,
        options.compile,
        options.install,
    )
    if options.quick:
        return place, QUICK
    return place, Recipe(model=Timetable.lasting(options.minutes), depth=options.depth)


if __name__ == "__main__":
    sys.exit(main())
