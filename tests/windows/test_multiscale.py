"""Multi-Scale Diffusion: its laws, its paper's algorithm word for word, and the two forms apart."""

import pytest
import torch
from gaussian import GaussianPrior, karras
from torch.nn import functional

from zoomstack import Correction, Descent, MultiDiffusion, MultiScale, Tiling, sample
from zoomstack.windows.multiscale import exploding, straight
from zoomstack.windows.smaller import smaller

SIZES = [(253, 234), (64, 96), (33, 48)]


def randn(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def sigma_of(value, rows=1):
    return torch.full((rows,), value, dtype=torch.float64)


class Toy:
    """A small smooth network: windows of it disagree where they overlap."""

    def __init__(self, seed=3):
        self.kernel = randn(4, 4, 5, 5, seed=seed) / 10
        self.calls = []

    def __call__(self, x, sigma):
        self.calls.append((tuple(x.shape), float(sigma[0])))
        s = sigma.view(-1, 1, 1, 1)
        seen = functional.conv2d(x / (1 + s**2).sqrt(), self.kernel, padding=2)
        return torch.tanh(2 * seen + seen.mean((-2, -1), keepdim=True))


def paper_path(x, sigma, ratio):
    """The paper asks at the picture's own noise level."""
    return x, sigma


# --- the half -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wrap", [False, True])
def test_lift_is_exact_and_keeps_what_is_even(size, wrap):
    link = smaller(*size, wrap=wrap)
    assert link.size == tuple((side + 1) // 2 for side in size)
    half = randn(2, 3, *link.size)
    assert (link.shrink(link.lift(half)) - half).abs().max() < 1e-9
    assert (link.lift(torch.ones(1, *link.size).double()) - 1).abs().max() < 1e-9
    assert (link.shrink(torch.ones(1, *size).double()) - 1).abs().max() < 1e-12


def test_at_half_the_size_shrinking_is_the_papers_bilinear():
    x = randn(1, 3, 64, 96)
    theirs = functional.interpolate(x, scale_factor=0.5, mode="bilinear")
    assert torch.allclose(smaller(64, 96).shrink(x), theirs)


@pytest.mark.parametrize("size", SIZES)
def test_the_noise_that_is_left_is_known(size):
    link = smaller(*size)
    left = link.shrink(randn(40, 4, *size)).std()
    assert float(left) == pytest.approx(link.noise, rel=0.01)


def test_lifting_round_the_corner_leaves_no_seam():
    turned = smaller(32, 64, wrap=True).lift(randn(1, 1, 16, 32).roll(8, -1))
    straight_on = smaller(32, 64, wrap=True).lift(randn(1, 1, 16, 32)).roll(16, -1)
    assert torch.allclose(turned, straight_on)


@pytest.mark.parametrize("top, left", [(0, 0), (5, 8), (189, 170)])
def test_a_windows_half_is_the_halfs_window(top, left):
    from zoomstack.windows.smaller import crop

    link = smaller(253, 234)
    x = randn(1, 2, 253, 234)
    part = link.part(top, left, (64, 64))
    window = x[..., top : top + 64, left : left + 64]
    assert torch.allclose(part.shrink(window), crop(link.shrink(x), part))


@pytest.mark.parametrize("path, mix", [(exploding, lambda s: 1.0), (straight, lambda s: 1 - s)])
def test_paths_say_at_which_noise_level_the_half_is(path, mix):
    """x' = mix(s') D x0 + s' n' with n' of deviation 1."""
    link, s = smaller(64, 64), sigma_of(0.6, 64)
    x0, n = torch.ones(64, 4, 64, 64).double(), randn(64, 4, 64, 64)
    half, level = path(link.shrink(mix(0.6) * x0 + 0.6 * n), s, link.noise)
    rest = (half - mix(float(level[0])) * link.shrink(x0)) / float(level[0])
    assert abs(float(rest.std()) - 1) < 0.01 and abs(float(rest.mean())) < 0.01


def test_pure_noise_of_a_flow_stays_at_one():
    link = smaller(64, 64)
    half, level = straight(link.shrink(randn(64, 4, 64, 64)), sigma_of(1.0, 64), link.noise)
    assert torch.allclose(level, torch.ones(64).double()) and abs(float(half.std()) - 1) < 0.01


# --- laws -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["closed", "descent"])
def test_weight_0_is_multidiffusion_bit_for_bit(form):
    toy, tiling = Toy(), Tiling(32)
    windows = MultiDiffusion(toy, tiling)
    follow = Correction(0) if form == "closed" else Descent(lambda x, s, **at: toy(x, s), tiling, 0)
    x, s = randn(2, 4, 64, 96), sigma_of(2.0, 2)
    wanted, calls = windows(x, s), len(toy.calls)
    assert torch.equal(MultiScale(windows, follow)(x, s), wanted)
    assert len(toy.calls) == 2 * calls  # nor is a half denoised for nothing


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wrap", [False, True])
def test_the_prediction_shrinks_to_its_halfs(size, wrap):
    windows = MultiDiffusion(Toy(), Tiling(32, wrap=wrap))
    x, s = randn(1, 4, *size), sigma_of(2.0)
    link = smaller(*size, wrap=wrap)
    half = windows(link.shrink(x), s * link.noise)
    whole = MultiScale(windows, wrap=wrap)(x, s)
    assert (link.shrink(whole) - half).abs().max() < 1e-9
    part = MultiScale(windows, Correction(2.0), wrap=wrap)(x, s)
    assert torch.allclose(part, torch.lerp(windows(x, s), whole, 0.25))


def test_halves_of_halves_are_denoised_smallest_first():
    toy = Toy()
    MultiScale(toy, scales=9)(randn(1, 4, 80, 64), sigma_of(8.0))
    shapes, sigmas = zip(*toy.calls, strict=True)
    assert shapes == ((1, 4, 10, 8), (1, 4, 20, 16), (1, 4, 40, 32), (1, 4, 80, 64))
    assert sigmas == pytest.approx((1.0, 2.0, 4.0, 8.0))


def test_after_the_end_windows_are_alone():
    toy = Toy()
    denoise = MultiScale(toy, end=0.5, sigmas=[8.0, 4.0, 2.0, 1.0, 0.0])
    x = randn(1, 4, 32, 32)
    for sigma in (8.0, 4.0, 2.0, 1.0):
        denoise(x, sigma_of(sigma))
    assert [shape[-1] for shape, _ in toy.calls] == [16, 32, 16, 32, 32, 32]
    with pytest.raises(ValueError, match="pass sigmas="):
        MultiScale(toy, end=0.5)


def test_a_weight_out_of_range_is_refused():
    for make in (Correction, lambda w: Descent(lambda x, s, **at: x, Tiling(8), w)):
        for weight in (-1, 25, float("nan")):
            with pytest.raises(ValueError, match="from 0 to 24"):
                make(weight)


def test_an_ideal_denoiser_is_hardly_changed_and_only_at_the_right_noise_level():
    """A field that looks the same at every scale: its half is a sample of the same prior.

    The half's ideal prediction then nearly is the shrunk ideal prediction, if it is asked at the
    noise level it is at; asked at the picture's own (the paper), it smooths.
    """
    large, small = GaussianPrior(64), GaussianPrior(32)
    small.power *= 0.5**0.5  # it scales with the size; here one field is seen at both

    def ideal(x, sigma):
        return (large if x.shape[-1] == 64 else small).denoise(x, sigma)

    noise, steps = randn(4, 8, 64, 64), [80.0, 20.0, 5.0]
    *_, last = sample(ideal, noise, steps)
    x, s = last.x, sigma_of(5.0, 4)
    link, alone = smaller(64, 64), ideal(last.x, sigma_of(5.0, 4))
    right = MultiScale(ideal)(x, s) - alone
    wrong = MultiScale(ideal, path=paper_path)(x, s) - alone
    scale = float(link.shrink(alone).std())
    assert float(link.shrink(right).std()) < 0.5 * float(link.shrink(wrong).std())
    assert float(link.shrink(right).std()) < 0.25 * scale


# --- the paper's algorithm ------------------------------------------------------------------------


def multi_scale_diffusion_literally(phi, x, tile, weight):
    """Zhang et al. (2024), Alg. 1 for two scales of 4 channels, with ``phi`` one sampling step.

    Windows side by side: overlapping ones they merge after denoising, which the last line does by
    the plain average of ``MultiDiffusion``.
    """

    def windows(height, width, side):
        return [(t, k) for t in range(0, height, side) for k in range(0, width, side)]

    low = functional.interpolate(x, scale_factor=0.5, mode="bilinear")
    low_next = torch.empty_like(low)
    for t, k in windows(*low.shape[-2:], tile):  # the first phase is MultiDiffusion
        low_next[..., t : t + tile, k : k + tile] = phi(low[..., t : t + tile, k : k + tile])
    following = torch.empty_like(x)
    for t, k in windows(*x.shape[-2:], tile):
        part = x[..., t : t + tile, k : k + tile].clone().requires_grad_()
        target = low_next[..., t // 2 : (t + tile) // 2, k // 2 : (k + tile) // 2]
        down = functional.interpolate(phi(part), scale_factor=0.5, mode="bilinear")
        loss = ((down - target) ** 2).mean(1).sum()
        loss.backward()
        moved = (part - weight * part.grad).detach()
        following[..., t : t + tile, k : k + tile] = phi(moved)
    return following


@pytest.mark.parametrize("weight", [0.0, 2.0, 10.0])
@pytest.mark.parametrize("sigma, later", [(8.0, 6.0), (2.0, 1.0), (0.5, 0.0)])
def test_descent_is_the_papers_algorithm(weight, sigma, later):
    toy, tiling = Toy(), Tiling(16, 16)
    x = randn(1, 4, 32, 64) * sigma

    def phi(part):
        x0 = toy(part, sigma_of(sigma))
        return x0 + later / sigma * (part - x0)

    descent = Descent(lambda part, s, **at: toy(part, s), tiling, weight)
    denoise = MultiScale(
        MultiDiffusion(toy, tiling), descent, sigmas=[sigma, later], path=paper_path
    )
    x0 = denoise(x, sigma_of(sigma))
    ours = x0 + later / sigma * (x - x0)
    theirs = multi_scale_diffusion_literally(phi, x, 16, weight)
    assert torch.allclose(ours, theirs, atol=1e-10)


def test_a_weight_of_8_is_a_whole_step_and_over_16_runs_away():
    """Where the model says nothing (x0 = 0, a sample all noise), and steps are small."""
    tiling, x = Tiling(16), randn(1, 4, 32, 32)
    goal = randn(1, 4, 16, 16)

    def denoise(x, sigma):
        return goal if x.shape[-1] == 16 else torch.zeros_like(x)

    def left(weight, step=0.99):
        def still(part, s, **at):
            return part * 0

        follow = Descent(still, tiling, weight)
        x0 = MultiScale(denoise, follow, sigmas=[1.0, step])(x, sigma_of(1.0))
        return float((smaller(32, 32).shrink(x0) - goal).std() / goal.std())

    assert left(8) < 0.03 < 0.2 < left(10) < 0.3 < 1 < left(17)
    assert left(0) == pytest.approx(1)


@pytest.mark.parametrize("size", [(64, 96), (32, 48)])
def test_where_a_model_passes_changes_on_both_forms_are_one(size):
    """The whole step, weight 8, of the last step: the prediction shrinks to its half's exactly."""
    shift, tiling = randn(1, 4, *size, seed=5), Tiling(16, 16)

    def window(x, sigma, /, window, size):
        top, left = window
        return x + shift[..., top : top + 16, left : left + 16]

    def denoise(x, sigma):
        return x + shift if x.shape[-1] == size[1] else randn(*x.shape, seed=6)

    x, s = randn(1, 4, *size), sigma_of(2.0)
    forms = Correction(8.0), Descent(window, tiling, 8.0)
    closed, descent = (MultiScale(denoise, form)(x, s) for form in forms)
    link = smaller(*size)
    half = denoise(link.shrink(x), s)
    for form in (closed, descent):
        assert (link.shrink(form) - half).abs().max() < 1e-9


def test_descent_works_in_inference_mode_and_leaves_the_input_alone():
    toy, tiling = Toy(), Tiling(16)
    descent = Descent(lambda x, s, **at: toy(x, s), tiling)
    denoise = MultiScale(MultiDiffusion(toy, tiling), descent, sigmas=[2.0, 1.0])
    x = randn(1, 4, 33, 48)
    before, outside = x.clone(), denoise(x, sigma_of(2.0))
    with torch.inference_mode():
        inside = denoise(x.clone(), sigma_of(2.0))
    assert torch.equal(x, before) and torch.equal(inside, outside)


def test_the_last_step_descends_on_the_prediction_itself():
    toy, tiling = Toy(), Tiling(16)
    descent = Descent(lambda x, s, **at: toy(x, s), tiling)
    with_schedule = MultiScale(MultiDiffusion(toy, tiling), descent, sigmas=[2.0, 0.0])
    without = MultiScale(MultiDiffusion(toy, tiling), descent)
    x = randn(1, 4, 32, 32)
    assert torch.equal(with_schedule(x, sigma_of(2.0)), without(x, sigma_of(2.0)))


# --- what it is for -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fields():
    """Samples of a field with power f^-2, 64 pixels wide, by an ideal denoiser of 16-pixel windows.

    Each is the power of the low octaves, coarsest first, over that of the ideal denoiser of the
    whole, and the sample itself.
    """
    priors = {size: GaussianPrior(size) for size in (16, 32, 64)}
    for size, prior in priors.items():
        prior.power = prior.radius.clamp_min(1 / size) ** -2 * 0.1  # one field, at each size

    def ideal(x, sigma):
        prior = priors[x.shape[-1]]
        gain = prior.power / (prior.power + sigma.view(-1, 1, 1, 1) ** 2)
        return prior.transform.T @ (gain * prior.spectrum(x)) @ prior.transform

    tiling, noise, sigmas = Tiling(16), randn(4, 8, 64, 64), karras(20)
    windows = MultiDiffusion(ideal, tiling)

    def scaled(follow, **options):
        return MultiScale(windows, follow, scales=2, end=0.5, sigmas=sigmas, **options)

    def descent(weight):
        return Descent(lambda x, s, **at: ideal(x, s), tiling, weight)

    forms = {
        "truth": ideal,
        "windows": windows,
        "average": MultiDiffusion(ideal, Tiling(16, weights="average")),
        "closed": scaled(Correction()),
        "descent": scaled(descent(10.0)),
        "descent 24": scaled(descent(24.0)),
        "paper's noise level": scaled(Correction(), path=paper_path),
    }
    ends = {name: list(sample(form, noise, sigmas))[-1].x for name, form in forms.items()}
    power = {name: priors[64].octaves(x, 5).mean(0).flip(0) for name, x in ends.items()}
    return {name: (power[name] / power["truth"], ends[name]) for name in forms}


def test_windows_alone_lose_the_layout_and_a_half_brings_it_back(fields):
    """Measured at 128 pixels, windows of 32: 0.53 of the coarsest octave's power, then 0.93."""
    coarsest = {name: float(power[0]) for name, (power, _) in fields.items()}
    assert coarsest["windows"] < 0.7
    assert 0.8 < coarsest["closed"] < 1.25
    assert 0.7 < coarsest["descent"] < 1.25
    power = fields["closed"][0]
    assert power.max() < 1.15 and power.min() > 0.8


def test_the_papers_noise_level_loses_the_layout(fields):
    assert float(fields["paper's noise level"][0][0]) < 0.5


def test_smooth_windows_leave_fewer_seams_than_a_plain_average(fields):
    rough, smooth = fields["average"][0], fields["windows"][0]
    assert float(rough[-1]) > 1.03 > 1.01 > float(smooth[-1])


def test_the_cheap_form_goes_where_the_papers_goes(fields):
    """Where windows shape what they are told, the forms are near, not equal: apart by 0.19 of the
    layout's deviation, windows alone by 0.27 (at 128 pixels, windows of 32: 0.14 and 0.33)."""
    link = smaller(64, 64)

    def apart(a, b):
        a, b = (link.shrink(fields[name][1]) for name in (a, b))
        return float((a - b).std() / b.std())

    assert apart("closed", "descent") < 0.75 * apart("windows", "descent")
    assert apart("descent", "truth") < apart("windows", "truth")
    assert apart("closed", "truth") < apart("windows", "truth")
