"""A published autoencoder, where one lies beside the checkout: for tests alone, never committed."""

import pytest
from checkout import ROOT

FOLDER = ROOT.parent / "shared" / "published_vae"
HALVES = tuple(f"taef2_{half}.safetensors" for half in ("encoder", "decoder"))
needs_taef2 = pytest.mark.skipif(
    not all((FOLDER / name).is_file() for name in HALVES),
    reason=f"needs {' and '.join(HALVES)} in {FOLDER}",
)
