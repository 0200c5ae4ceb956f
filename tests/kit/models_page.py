"""The help page "Models", of what the tests know: the families' table and the patches'.

ZOOMSTACK_WRITE_PAGES=1 python3 -m zoomstack test tests/host/test_families.py  # writes it
"""

from checkout import ROOT
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


def page(families: list[TinyFamily]) -> str:
    """The whole page; ``families`` are all of the table, built."""
    rows = "".join(_row(tiny) for tiny in families)
    refused = "".join(f"| {r.title} | {r.why} |\n" for r in REFUSED)
    return _HEAD + rows + _REFUSED + refused


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
