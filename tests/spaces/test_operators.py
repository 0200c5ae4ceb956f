"""What a link of the twin stands on: functions of an operator, and operators written out."""

import pytest
import torch
from torch.nn import functional

from zoomstack.linear.krylov import Function, spectrum
from zoomstack.spaces.twin.stencil import FARTHEST, Stencil, written_out


def positive(size, condition, seed=0):
    """A symmetric matrix with eigenvalues from 1 / condition to 1, float64."""
    generator = torch.Generator().manual_seed(seed)
    square = torch.randn(size, size, generator=generator, dtype=torch.float64)
    turn = torch.linalg.qr(square)[0]
    return (turn * torch.logspace(0, 1, size, condition, dtype=torch.float64) / condition) @ turn.T


def varying(reach, channels=3, height=9, width=11, seed=1):
    """A linear operator on (..., C, h, w) that mixes latents up to ``reach`` (rows, columns) away,
    at each place in another way."""
    generator = torch.Generator().manual_seed(seed)
    sides = [2 * n + 1 for n in reach]
    kernel = torch.randn(channels, channels, *sides, generator=generator, dtype=torch.float64)
    before, after = 1 + torch.rand(2, height, width, generator=generator, dtype=torch.float64)

    def operator(latents):
        x = latents.to(kernel) * before
        flat = x.reshape(-1, *x.shape[-3:])
        return (functional.conv2d(flat, kernel, padding=reach).view_as(x) * after).to(latents)

    return operator


@pytest.mark.parametrize("function", [torch.rsqrt, torch.reciprocal, torch.sqrt])
@pytest.mark.parametrize("condition", [3, 40])
def test_a_function_is_that_of_the_eigenvalues(function, condition):
    a = positive(5 * 7, condition)
    value, vector = torch.linalg.eigh(a)
    wanted = (vector * function(value)) @ vector.T
    columns = torch.eye(35, dtype=torch.float64).view(35, 5, 7)

    def apply(x):
        return (x.flatten(-2) @ a).view_as(x)

    found = Function(apply, columns[0], function)(columns).flatten(1)
    assert torch.linalg.matrix_norm(found - wanted, 2) < 1e-4 * torch.linalg.matrix_norm(wanted, 2)
    one = Function(apply, columns[0], function)(columns[3]).flatten()
    assert (one - wanted[3]).norm() < 1e-4 * wanted[3].norm() * condition**0.5


def test_a_spectrum_lies_between_its_bounds():
    for size, condition in ((4, 2), (61, 9), (300, 25)):
        a = positive(size, condition)
        low, high = spectrum(lambda x, a=a: a @ x, torch.zeros(size, dtype=torch.float64))
        assert 0.8 / condition < low <= 1 / condition and 1 <= high < 1.1
    # Of one value, there is no space to look for another in.
    low, high = spectrum(lambda x: 3 * x, torch.zeros(50))
    assert low <= 3 <= high < 1.2 * low


@pytest.mark.parametrize("reach", [(1, 2), (2, 0), (2, 2)])
def test_a_stencil_is_the_operator_that_it_was_read_off(reach):
    operator = varying(reach)
    latents = torch.randn(2, 5, 3, 9, 11, dtype=torch.float64)
    stencil = Stencil(operator, latents[0, 0], reach)
    assert torch.allclose(stencil(latents), operator(latents))
    assert torch.allclose(stencil(latents[1, 2]), operator(latents[1, 2]))
    found = written_out(operator, latents[0, 0])
    assert isinstance(found, Stencil) and torch.allclose(found(latents), operator(latents))


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (3, 4), (5, 5)])
def test_small_pictures_are_written_out_whole(size):
    operator = varying((4, 4), height=size[0], width=size[1])
    latents = torch.randn(3, *size, dtype=torch.float64)
    assert torch.allclose(written_out(operator, latents)(latents), operator(latents))


def test_what_reaches_far_stays_as_it_is():
    operator = varying((FARTHEST + 1, 1))
    assert written_out(operator, torch.zeros(3, 9, 11)) is operator
    large = torch.zeros(64, 24, 24)
    operator = varying((2, 2), 64, 24, 24)
    assert written_out(operator, large) is operator
