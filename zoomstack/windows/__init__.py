"""Pictures larger than a model was made for: windows, and smaller pictures that lead them.

``multidiffusion`` denoises in overlapping windows and averages what they say (Bar-Tal et al., 2023,
arXiv 2302.08113); ``multiscale`` makes them follow a picture of half the size, in closed form or by
``descent`` along the model's gradient (Zhang et al., 2024, arXiv 2410.18830). Each takes a denoiser
and is one.
"""
