"""How a level shows a deeper one: the operators that all of the mathematics stands on.

A ``Link`` between a level and a deeper one has, for pictures x of the deeper level and patches y of
the wider one:

| verb | symbol | law |
|---|---|---|
| ``shrink(x)`` | D (K where it is fitted to latents) | what the wider level sees of x |
| ``spread(y)`` | U | linear and smooth; D U is near the identity |
| ``lift(y)`` | D^+ | D D^+ = 1: smooth where it can be, and exact |
| ``shrink_noise(x)`` | W = (D D^T)^(-1/2) D, or near it | W W^T = 1: white noise stays white |
| ``enlarge(y)`` | U, with its offset | x as far as y knows it |

``plain`` has D and U as a matrix an axis: right for pixels. A latent of a shrunk picture is not the
shrunk latent, so for latents K is fitted to the autoencoder by least squares: ``fitted`` (a block
of p x p latents and what lies around it to one, for whole factors) or ``twin`` (K = R D L with a
linear decoder L and a linear encoder R, for every factor and focus). Both have the same files: the
operators or codec themselves, ``space``, ``fit``; ``choose`` lists them and keeps what was fitted;
``fitting`` is what both fits stand on.

Wang et al. (2023), section 4.1 and Alg. 1, whose noise operator p_j / p_i is exact for a box alone.
"""
