"""``bench space``: what each space makes of an autoencoder, without any model.

Three tables: what the operators explain (``explained``), what coupling does to a scene that agrees
(``unharmed``), and levels that an ideal denoiser samples together (``sampled``).
"""
