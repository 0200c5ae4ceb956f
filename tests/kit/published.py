"""A published autoencoder, where one lies beside the checkout: for tests alone, never committed."""

import pytest
from checkout import ROOT

FOLDER = ROOT.parent / "shared" / "published_vae"
needs_taef2 = pytest.mark.skipif(
    not all((FOLDER / f"taef2_{half}.safetensors").is_file() for half in ("encoder", "decoder")),
    reason=f"needs taef2_encoder.safetensors and taef2_decoder.safetensors in {FOLDER}",
)
