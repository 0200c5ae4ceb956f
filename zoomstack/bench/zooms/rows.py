"""The variants that are compared, as data, and how a new one is written on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import product
from typing import Any, Literal, Protocol, get_args

from ...joint.consensus import Consensus
from ...scene.checks import check_choice
from ...spaces.choose import Kind
from ..model.ladders import PATTERNS

SpaceName = Literal["auto", "latent", Kind, "small", "pixel", "none"]
NoiseSpace = Literal["auto", "latent", Kind]
Anchor = Literal["none", "exact", "adam"]
Pictures = Literal["scenery", "leaves", "noise", "world"]
ALIASES = {"weight": "weighting", "noise": "shared_noise"}


@dataclass(frozen=True)
class Row:
    """One way to sample a zoom. All that it does not say is the library's own default.

    ``space`` is where levels meet, on each ``every``-th step from ``start`` to ``end`` of the
    sampling; ``between`` is where they meet on the steps that this leaves out. "small" is in pixels
    through the small autoencoder, "pixel" through the model's own. ``consensus`` are
    options of ``zoomstack.Consensus``, any it has. ``fitted_on`` and ``pictures`` say what fitted
    operators are fitted on. Noise is shared in ``noise_space``; "auto" is where levels meet, and
    plain latents where they meet in pixels.
    """

    name: str
    title: str = ""
    ladder: str = "p2"
    space: SpaceName = "auto"
    every: int = 1
    start: float = 0.0
    end: float = 1.0
    between: SpaceName = "none"
    shared_noise: bool = True
    noise_space: NoiseSpace = "auto"
    anchor: Anchor = "none"
    fitted_on: Pictures = "scenery"
    pictures: int = 0  # 0: as many as the library takes
    consensus: tuple[tuple[str, Any], ...] = field(default=())

    def __post_init__(self) -> None:
        check_choice("ladder", self.ladder, tuple(PATTERNS))
        check_choice("space", self.space, get_args(SpaceName))
        check_choice("noise_space", self.noise_space, get_args(NoiseSpace))
        check_choice("between", self.between, get_args(SpaceName))
        check_choice("anchor", self.anchor, get_args(Anchor))
        check_choice("fitted_on", self.fitted_on, get_args(Pictures))
        if self.every < 1:
            raise ValueError(f"every is {self.every}; levels meet on every step (1) or fewer (4).")
        self.options()

    def options(self) -> Consensus:
        """The consensus that this row samples with."""
        return Consensus(**dict(self.consensus))

    def described(self) -> dict[str, Any]:
        """All that decides what this row samples, its defaults spelt out, and not its name."""
        told = {key: value for key, value in asdict(self).items() if key not in ("name", "title")}
        return {**told, "consensus": asdict(self.options())}


def _row(name: str, title: str, consensus: dict[str, Any] | None = None, **options: Any) -> Row:
    return Row(name, title, consensus=tuple((consensus or {}).items()), **options)


ALONE = {"coupling": "independent"}
ROWS = (
    _row("independent", "independent", ALONE, shared_noise=False),
    _row("iterative", "iterative update", {"coupling": "iterative"}),
    _row("own-noise", "joint, noise not shared", shared_noise=False),
    _row("plain-noise", "joint, noise shared in plain latents", noise_space="latent"),
    _row("average", "joint, plain averaging", {"method": "average"}),
    _row("uniform", "joint, `uniform`, no feather", {"weighting": "uniform", "feather": 0.0}),
    _row("snr", "joint, `snr`, no feather", {"weighting": "snr", "feather": 0.0}),
    _row("default", "the default, where no small autoencoder is"),
    _row("latent", "plain latents", space="latent"),
    _row("fitted", "fitted operators", space="fitted"),
    _row("twin", "linear twin", space="twin"),
    _row("small", "pixels through the small autoencoder, every step", space="small"),
    _row("pixel", "pixels, every step", space="pixel"),
    # On the other steps levels meet in latents: apart, they would drift.
    _row("pixel-4th", "pixels, every 4th step", space="pixel", every=4, between="auto"),
    _row("pixel-last", "pixels, last third", space="pixel", start=2 / 3, between="auto"),
    _row("photo-adam", "photo by Adam", anchor="adam"),
    _row("photo-exact", "photo, exact", anchor="exact"),
    _row("p2", "p = 2"),
    _row("p4", "p = 4", ladder="p4"),
    _row("p4-fitted", "p = 4, fitted operators", ladder="p4", space="fitted"),
    _row("p4-small", "p = 4, through the small autoencoder", ladder="p4", space="small"),
    _row("p4-latent", "p = 4, plain latents", ladder="p4", space="latent"),
    _row("p4-alone", "p = 4, independent", ALONE, ladder="p4", shared_noise=False),
    _row("loop", "a loop", ladder="loop"),
    _row("loop-small", "a loop, through the small autoencoder", ladder="loop", space="small"),
    _row("mixed", "mixed real factors", ladder="mixed"),
    _row("mixed-small", "mixed, through the small autoencoder", ladder="mixed", space="small"),
    _row("mixed-latent", "mixed, plain latents", ladder="mixed", space="latent"),
    _row("mixed-alone", "mixed, independent", ALONE, ladder="mixed", shared_noise=False),
    _row("far2", "p = 2, the world's own prompts", ladder="far2"),
    _row("far4", "p = 4 as written", ladder="far4"),
    _row("far4-both", "p = 4, bridged, both", ladder="far4-both"),
    _row("far4-blend", "p = 4, bridged, blend", ladder="far4-blend"),
    _row("far8", "p = 8 as written", ladder="far8"),
    _row("far8-both", "p = 8, bridged, both", ladder="far8-both"),
    _row("far8-blend", "p = 8, bridged, blend", ladder="far8-blend"),
    _row("far-alone", "p = 2, independent", ALONE, ladder="far2", shared_noise=False),
)
BY_NAME = {row.name: row for row in ROWS}
# What a row is measured against: the same levels and perhaps others, each for itself.
REFERENCE = {"p2": "independent", "loop": "independent", "p4": "p4-alone", "mixed": "mixed-alone"}
REFERENCE |= {name: "far-alone" for name in PATTERNS if name.startswith("far")}
# The rows that the default must beat in agreement and frames together.
ABLATIONS = ("independent", "iterative", "own-noise", "average", "uniform", "snr")


class HasLadder(Protocol):
    """A row of any kind."""

    @property
    def ladder(self) -> str: ...


def reference(row: HasLadder) -> Row:
    """The independent row on the same ladder."""
    return BY_NAME[REFERENCE[row.ladder]]


def parse_row(spec: str) -> Row:
    """A row of its name, or of ``name: key=value ...``, as in ``snr feather=0.4 space=fitted``.

    The keys are ``Row``'s and ``Consensus``'s; a name that is no row's begins with the default.
    Raises ``ValueError`` for a key or a value that neither knows.
    """
    words = spec.replace(": ", " ").split()
    name = " ".join(word for word in words if "=" not in word).rstrip(":")
    pairs = [word.partition("=") for word in words if "=" in word]
    if name and name not in BY_NAME and not pairs:
        raise ValueError(f"There is no row {name!r}; there are: {', '.join(BY_NAME)}.")
    known = BY_NAME.get(name, BY_NAME["default"])
    return change(known, spec, {key: _value(text) for key, _, text in pairs}) if pairs else known


def change(row: Row, name: str, options: dict[str, Any]) -> Row:
    """``row`` with other options, under a name of its own."""
    own = {f.name for f in fields(Row)} - {"name", "title", "consensus"}
    shared = {f.name for f in fields(Consensus)}
    changed: dict[str, Any] = {}
    consensus = dict(row.consensus)
    for key, value in options.items():
        key = ALIASES.get(key, key)
        if key not in own | shared:
            raise ValueError(
                f"{name!r}: a row has no option {key!r}; it has {', '.join(sorted(own | shared))}."
            )
        (changed if key in own else consensus)[key] = value
    return replace(row, name=name, title=name, consensus=tuple(consensus.items()), **changed)


def grid(spec: str) -> Iterable[Row]:
    """All combinations of ``feather=0,0.25 weighting=snr,uniform``, each a row from the default."""
    axes = [word.partition("=") for word in spec.split()]
    for values in product(*(text.split(",") for _, _, text in axes)):
        yield parse_row(" ".join(f"{a[0]}={v}" for a, v in zip(axes, values, strict=True)))


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return tuple(value) if isinstance(value, list) else value  # a row can be hashed
