"""A prior whose right answer is known: the Gaussian field with power f^-2.

It looks the same at every zoom, and its ideal denoiser is a Wiener filter in the orthonormal
DCT-II, whose mirrored borders suit crops (an FFT's do not).
"""

import torch


def dct_matrix(n):
    k, x = torch.arange(n, dtype=torch.float64)[:, None], torch.arange(n, dtype=torch.float64)
    matrix = torch.cos(torch.pi * k * (x + 0.5) / n) * (2 / n) ** 0.5
    matrix[0] /= 2**0.5
    return matrix


class GaussianPrior:
    """``denoise(x, sigma) -> x0``, exact for the field; octaves of power for measuring."""

    def __init__(self, size):
        self.transform = dct_matrix(size)
        frequency = torch.arange(size, dtype=torch.float64) / size
        radius = (frequency[:, None] ** 2 + frequency[None] ** 2).sqrt()
        self.radius = radius
        # The mean's variance is that of the lowest frequency: infinite power is no prior.
        self.power = radius.clamp_min(1 / size) ** -2 / size**0.5

    def spectrum(self, x):
        return self.transform @ x.double() @ self.transform.T

    def denoise(self, x, sigma):
        gain = self.power / (self.power + float(torch.as_tensor(sigma).flatten()[0]) ** 2)
        return self.transform.T @ (gain * self.spectrum(x)) @ self.transform

    def octaves(self, x, count=4):
        """Mean power of each level in the octaves below the pixel grid's limit, finest first."""
        energy = self.spectrum(x).square().mean(1)
        bands = []
        for octave in range(count):
            inside = (self.radius <= 2.0**-octave) & (self.radius > 2.0 ** -(octave + 1))
            bands.append(energy[:, inside].mean(1))
        return torch.stack(bands, 1)


def karras(count=30, low=0.02, high=80.0, rho=7.0):
    ramp = torch.linspace(0, 1, count, dtype=torch.float64)
    sigmas = (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho
    return [*sigmas.tolist(), 0.0]
