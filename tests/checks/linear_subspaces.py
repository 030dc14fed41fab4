"""Answers to `principal_angles`, right and wrong."""

import math

import torch
from scipy.linalg import subspace_angles

from .answers import Wrong

# right


def angles_reference(a, b):
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    return torch.linalg.svdvals(q_a.T @ q_b).clamp(max=1).arccos()


def angles_by_sines(a, b):
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    overlap = q_a.T @ q_b
    cosines = torch.linalg.svdvals(overlap)
    sines = torch.linalg.svdvals(q_b - q_a @ overlap).flip(0).clamp(max=1)
    return torch.where(cosines**2 < 0.5, cosines.arccos(), sines.arcsin())


def angles_by_scipy(a, b):
    found = subspace_angles(a.double().numpy().T, b.double().numpy().T)
    return torch.tensor(found[::-1].copy())


def gram_schmidt(rows):
    basis = []
    for row in rows.double():
        for _ in range(2):
            for other in basis:
                row = row - (row @ other) * other
        basis.append(row / row.norm())
    return torch.stack(basis)


def angles_by_gram_schmidt(first, second):
    overlap = gram_schmidt(first) @ gram_schmidt(second).T
    _, cosines, _ = torch.linalg.svd(overlap)
    return torch.arccos(torch.minimum(cosines, torch.ones(1))).sort().values


def angles_by_svd_bases(a, b):
    v_a, v_b = (torch.linalg.svd(m.double(), full_matrices=False).Vh.mT for m in (a, b))
    cosines = torch.linalg.svdvals(v_a.mT @ v_b).clamp(0, 1)
    return torch.stack([torch.acos(c) for c in cosines])


RIGHT = [
    angles_reference,
    angles_by_sines,
    angles_by_scipy,
    angles_by_gram_schmidt,
    angles_by_svd_bases,
]

# wrong


def columns(rows):
    return torch.linalg.qr(rows.double().T).Q


def of_overlap(angles, basis=columns):
    """Return an answer from a function of the bases' inner products, `(k, k)`."""
    return lambda a, b: angles(basis(a).T @ basis(b))


def from_cosines(change, basis=columns):
    """Return an answer that changes the cosines, kept at 1 or below."""
    return of_overlap(lambda m: change(torch.linalg.svdvals(m).clamp(max=1)), basis)


def unit_columns(rows):
    rows = rows.double()
    return (rows / rows.norm(dim=1, keepdim=True)).T


def then(change):
    return lambda a, b: change(angles_reference(a, b))


def angles_single(a, b):
    q_a, q_b = (torch.linalg.qr(rows.float().T).Q for rows in (a, b))
    return torch.linalg.svdvals(q_a.T @ q_b).clamp(max=1).arccos()


def angles_input_dtype(a, b):
    q_a, q_b = (torch.linalg.qr(rows.T).Q for rows in (a, b))
    return torch.linalg.svdvals(q_a.T @ q_b).clamp(max=1).arccos()


def angles_without_clamp(a, b):
    """Let rounding lift a cosine, as it does on some machines."""
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    return (torch.linalg.svdvals(q_a.T @ q_b) * (1 + 1e-15)).arccos()


def one_basis(a, b):
    overlap = columns(a).T @ b.double().T
    return torch.linalg.svdvals(overlap).clamp(max=1).arccos()


def angles_of_rows(a, b):
    q_a, q_b = (torch.linalg.qr(rows.double()).Q for rows in (a, b))
    return torch.linalg.svdvals(q_a.T @ q_b).clamp(max=1).arccos()


def angles_in_place(a, b):
    a /= a.norm(dim=1, keepdim=True)
    return angles_reference(a, b)


def eigen_angles(overlap):
    return torch.linalg.eigvals(overlap).abs().clamp(max=1).arccos().sort().values


WRONG = [
    Wrong(then(torch.rad2deg), "these are degrees"),
    Wrong(then(lambda angles: angles.flip(0)), "the order is the wrong way round"),
    Wrong(from_cosines(lambda c: c), "these are cosines: take their arccosine"),
    Wrong(then(torch.sin), "these are sines"),
    Wrong(from_cosines(lambda c: c**2), "these are squares of cosines"),
    Wrong(from_cosines(lambda c: (c**2).arccos()), "arccosine of squared cosines"),
    Wrong(from_cosines(torch.arcsin), "the angles count from 90 degrees"),
    Wrong(
        from_cosines(torch.arccos, basis=lambda rows: rows.double().T),
        "the bases are not orthonormal",
    ),
    Wrong(
        from_cosines(torch.arccos, basis=unit_columns),
        "rows of length 1 are not enough",
    ),
    Wrong(
        of_overlap(lambda m: m.diagonal().abs().clamp(max=1).arccos()),
        "angles between rows in pairs",
    ),
    Wrong(
        of_overlap(lambda m: m.diagonal().clamp(-1, 1).arccos(), basis=unit_columns),
        "angles between rows in pairs",
    ),
    Wrong(of_overlap(eigen_angles), "eigenvalues are no singular values"),
    Wrong(angles_of_rows, "QR orthonormalises columns, so transpose"),
    Wrong(then(lambda angles: angles.max().expand_as(angles)), "are the same"),
    Wrong(then(lambda angles: 2 * angles), "halved or doubled"),
    Wrong(angles_single, "small angles need more digits"),
    Wrong(angles_input_dtype, "small angles need more digits"),
    Wrong(from_cosines(lambda c: c.clamp(max=1 - 1e-7).arccos()), "exactly 1"),
    Wrong(from_cosines(lambda c: c.round(decimals=9).arccos()), "do not round"),
    Wrong(one_basis, "only one of the two bases is orthonormal"),
    Wrong(
        from_cosines(lambda c: (c / c.max()).arccos()),
        "you divided by the largest cosine",
    ),
    Wrong(angles_without_clamp, "rounding lifts a cosine above 1"),
    Wrong(then(torch.amax), "one angle for both subspaces"),
    Wrong(of_overlap(lambda m: m.clamp(-1, 1).arccos()), "one value per pair of rows"),
    Wrong(then(lambda angles: angles[None]), "one dimension is too many"),
    Wrong(then(lambda angles: angles.numpy()), "got a numpy array"),
    Wrong(then(lambda angles: angles.round().long()), "angles have fractions"),
    Wrong(lambda a, b: angles_reference(a, b.T), "a matrix product does not fit"),
    Wrong(angles_in_place, "changes its input a in place"),
    Wrong(then(lambda angles: math.pi / 3 + 0 * angles), "expected 0.3"),
]
