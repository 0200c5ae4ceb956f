"""The help page "Models", of what the tests know: the families' table and the patches'.

ZOOMSTACK_WRITE_PAGES=1 python3 -m zoomstack test tests/host/test_families.py  # writes it
"""

from typing import Any

from checkout import ROOT
from stock_patches import ELSEWHERE, ROWS, UNTRIED
from tiny_families import REFUSED, SPECS, TinyFamily

PAGE = ROOT / "web" / "docs" / "Models.md"

_HEAD = """# Models

Made by `tests/kit/models_page.py` of the tables that the tests are made of: each row below is a \
tiny instance of its architecture, built by ComfyUI's own code, for which each level comes out as \
if it were sampled alone, and levels that are coupled come out the same in one call or in many.

## Sampled

| models | latent | a latent pixel | predicts | note |
|---|---|---|---|---|
"""

_REFUSED = """
## Refused

| models | why |
|---|---|
"""

_TRIED = """
## Nodes before ours

Stock nodes that take a MODEL and give one, each tried on the family that it is made for: levels \
agree, each gets what it gets alone, and one level a call gives what all at once give. What merges \
models or loads a LoRA gives a MODEL like any other.

| node | what happens |
|---|---|
"""

_UNTRIED = """
Not tried:

| node | why |
|---|---|
"""

# By the host's ModelType.
_PREDICTS = {
    "EPS": "noise",
    "STABLE_CASCADE": "noise",
    "V_PREDICTION": "v",
    "V_PREDICTION_EDM": "v",
    "V_PREDICTION_DDPM": "v",
    "EDM": "EDM",
    "FLOW": "flow",
    "FLUX": "flow",
    "FLOW_COSMOS": "flow",
    "IMG_TO_IMG": "the picture",
}


def page(families: list[TinyFamily], apart: Any) -> str:
    """The whole page; ``families`` are all of the table, built; ``apart`` is the pack's module."""
    rows = "".join(_row(tiny) for tiny in families)
    refused = "".join(f"| {r.title} | {r.why} |\n" for r in REFUSED)
    how = {name: _how(name, apart) for name in ROWS if not name.endswith(" before")} | ELSEWHERE
    tried = "".join(f"| `{name}` | {how[name]} |\n" for name in sorted(how, key=str.lower))
    untried = "".join(f"| `{n}` | {UNTRIED[n]} |\n" for n in sorted(UNTRIED, key=str.lower))
    return _HEAD + rows + _REFUSED + refused + _TRIED + tried + _UNTRIED + untried


def _how(name: str, apart: Any) -> str:
    """What the pack does where a node comes before its own."""
    row = ROWS[name]
    if name in apart.OF_LAST_CALL:
        return "levels are predicted one at a time; refused in windows"
    if name in apart.OVER_ROWS:
        return "its sums are taken a level at a time"
    if "clip_vision_output" in row.inputs:
        return "a picture a level, or one for all; windows one by one"
    if "model_patch" in row.inputs:
        return "a picture a level, or one for all; refused in windows"
    return "works; draws at random in each call" if row.draws else "works"


def _row(tiny: TinyFamily) -> str:
    spec, network = SPECS[tiny.name], tiny.model.model
    form = network.latent_format
    channels = f"{form.latent_channels} channels"
    if form.latent_dimensions == 3:
        channels += ", one frame"
    ratio = spec.ratio or form.spacial_downscale_ratio
    size = f"{ratio} x {ratio} px" if ratio > 1 else "1 px"
    kind = network.model_type.name
    predicts = _PREDICTS.get(kind, kind.lower().replace("_", " "))
    return f"| {spec.title} | {channels} | {size} | {predicts} | {spec.note} |\n"
