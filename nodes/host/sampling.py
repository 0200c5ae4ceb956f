"""The stock sampler, and how it is told to sample."""

from __future__ import annotations

from typing import Any, NamedTuple

SEEDS = 2**64


class Sampling(NamedTuple):
    """What every node that samples is told, by the names of its inputs and with their defaults."""

    model: Any
    positive: Any
    negative: Any
    seed: int = 0
    steps: int = 24
    cfg: float = 5.0
    sampler_name: str = "euler_ancestral"
    scheduler: str = "simple"

    def seeded(self, seed: int) -> Sampling:
        """The same with another seed; one beyond the host's range begins again from 0."""
        return self._replace(seed=seed % SEEDS)


def sample(how: Sampling, latent: dict[str, Any], denoise: float) -> dict[str, Any]:
    """The stock KSampler's own function: same noise, previews and output as that node."""
    import nodes  # ComfyUI's, not ours

    (samples,) = nodes.common_ksampler(  # pyright: ignore[reportAttributeAccessIssue]
        **how._asdict(), latent=latent, denoise=denoise
    )
    return samples
