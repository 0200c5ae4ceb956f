"""Editing a part of a large picture by a prompt: multi-stage blended diffusion, without a host.

Ackermann and Li (2022), "High-Resolution Image Editing via Multi-Stage Blended Diffusion". What is
here knows no model: where to crop, which sizes to work at, what the background is, how segments
are joined, how a step is repeated (RePaint), how a decoder is tuned to a picture, and how an edit
goes back into a zoom stack.
"""
