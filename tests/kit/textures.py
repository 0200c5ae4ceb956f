"""Pictures without a structure of their own."""

import torch

SIZE = 96


def texture(seed=0):
    """(3, SIZE, SIZE) of smooth noise, as a photograph's."""
    random = torch.Generator().manual_seed(seed)
    white = torch.randn(1, 3, SIZE + 4, SIZE + 4, generator=random)
    return 0.5 + 0.3 * torch.nn.functional.avg_pool2d(white, 5, 1)[0]
