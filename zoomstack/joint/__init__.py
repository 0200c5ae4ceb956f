"""Levels made one scene: the paper.

With the views x_0 ... x_{N-1} that a model predicts, widest first, and the operators of ``spaces``
(D shrinks, U spreads, [M] cuts out the patch that shows the deeper level):

    blend   (wide to deep)   L_0 = x_0;   d = L_{i-1}[M] - D x_i;   L_i = x_i + U (B d)
    render  (deep to wide)   y_{N-1} = L_{N-1};   y_i = L_i with y_i[M] = D y_{i+1}
    anchor                   x_i + s D^+ (photo[M] - D x_i)

B weighs the octaves of the disagreement d by the share of the wider views in them. Where views
agree d = 0 and nothing changes, so Pi = render(blend(.)) is an exact projection on views that
agree: one pass suffices, and a second changes nothing. A sampler is given Pi(anchor(x)) for x after
every model call (``Coupler``, in ``JointDenoiser``), under noise rendered with W for D.

Wang et al. (2023): ``render`` Alg. 1, ``blend`` section 4.2 and Fig. 5, ``anchor`` eq. 1,
``denoiser`` Alg. 2. Differs from it: see each module, and the README.
"""
