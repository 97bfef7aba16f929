"""scipy.linalg: what NumPy has, and the factorizations and special matrices that it has not."""
import numpy as np
from numpy.linalg import LinAlgError, det, eigh, eigvalsh, inv, lstsq as _lstsq, norm, pinv, qr as _qr, svd as _svd
from numpy.linalg import cholesky as _cholesky, eig as _eig, solve as _solve


def solve(a, b, lower=False, assume_a=None, **options):
    return _solve(a, b)


def eig(a, b=None):
    values, vectors = _eig(a if b is None else _solve(b, a))
    return np.asarray(values, dtype=complex), vectors


def eigvals(a, b=None):
    return eig(a, b)[0]


def cholesky(a, lower=False):
    factor = _cholesky(a)
    return factor if lower else factor.T


def cho_factor(a, lower=False):
    return cholesky(a, lower), lower


def cho_solve(factor, b):
    c, lower = factor
    c = np.asarray(c)
    return _solve(c @ c.T if lower else c.T @ c, b)


def qr(a, mode="full"):
    return _qr(a, mode="reduced" if mode == "economic" else "complete")


def svd(a, full_matrices=True, compute_uv=True):
    return tuple(_svd(a, full_matrices=full_matrices)) if compute_uv else svdvals(a)


def svdvals(a):
    return np.linalg.svd(a, compute_uv=False)


def lstsq(a, b):
    return _lstsq(a, b, rcond=None)


def _factors(a):
    """Rows in pivoted order, and L and U in one matrix (Doolittle, partial pivoting)."""
    lu = np.array(a, dtype=float)
    n = lu.shape[0]
    rows, pivots = list(range(n)), []
    for k in range(min(lu.shape)):
        pivot = k + int(np.argmax(np.abs(lu[k:, k])))
        pivots.append(pivot)
        if pivot != k:
            lu[[k, pivot]] = lu[[pivot, k]]
            rows[k], rows[pivot] = rows[pivot], rows[k]
        if lu[k, k] != 0:
            lu[k + 1 :, k] = lu[k + 1 :, k] / lu[k, k]
            lu[k + 1 :, k + 1 :] = lu[k + 1 :, k + 1 :] - np.outer(lu[k + 1 :, k], lu[k, k + 1 :])
    return rows, pivots, lu


def lu(a, permute_l=False):
    rows, _, both = _factors(a)
    m, n = both.shape
    k = min(m, n)
    lower = np.tril(both[:, :k], -1) + np.eye(m, k)
    upper = np.triu(both[:k, :])
    p = np.zeros((m, m))
    for at, row in enumerate(rows):
        p[row, at] = 1.0
    return (p @ lower, upper) if permute_l else (p, lower, upper)


def lu_factor(a):
    _, pivots, both = _factors(a)
    return both, np.array(pivots, dtype=np.int32)


def lu_solve(factors, b, trans=0):
    both, pivots = factors
    b = np.array(b, dtype=float)
    for k, pivot in enumerate(pivots):
        if pivot != k:
            b[[k, int(pivot)]] = b[[int(pivot), k]]
    y = solve_triangular(np.tril(both, -1) + np.eye(len(both)), b, lower=True)
    return solve_triangular(np.triu(both), y)


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False):
    a, b = np.asarray(a), np.asarray(b)
    if trans in (1, "T"):
        a, lower = a.T, not lower
    n = a.shape[0]
    found = [None] * n
    for k in range(n) if lower else reversed(range(n)):
        rest = b[k]
        for j in range(k) if lower else range(k + 1, n):
            rest = rest - a[k, j] * found[j]
        if not unit_diagonal:
            if a[k, k] == 0:
                raise LinAlgError(f"singular matrix: resolution failed at diagonal {k}")
            rest = rest / a[k, k]
        found[k] = rest
    return np.array(found)


def solve_banded(l_and_u, ab, b):
    below, above = l_and_u
    ab = np.asarray(ab, dtype=float)
    n = ab.shape[1]
    full = np.zeros((n, n))
    for row in range(below + above + 1):
        for column in range(n):
            i = column + row - above
            if 0 <= i < n:
                full[i, column] = ab[row, column]
    return _solve(full, b)


def expm(a):
    """Scaling and squaring with the Padé approximant of degree 13 (Higham 2005)."""
    a = np.asarray(a, dtype=float)
    size = float(np.max(np.sum(np.abs(a), axis=0)))
    halvings = max(0, int(np.ceil(np.log2(size / 5.371920351148152)))) if size > 5.371920351148152 else 0
    a = a / 2.0**halvings
    b = [64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0]
    one = np.eye(a.shape[0])
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a2 @ a4
    odd = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    even = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    out = _solve(even - odd, even + odd)
    for _ in range(halvings):
        out = out @ out
    return out


def sqrtm(a):
    values, vectors = np.linalg.eigh(a) if np.allclose(a, np.transpose(a)) else _eig(a)
    return vectors @ np.diag(np.sqrt(values)) @ inv(vectors)


def logm(a):
    values, vectors = np.linalg.eigh(a) if np.allclose(a, np.transpose(a)) else _eig(a)
    return vectors @ np.diag(np.log(values)) @ inv(vectors)


def null_space(a, rcond=None):
    a = np.asarray(a)
    _, s, vh = _svd(a, full_matrices=True)
    tolerance = (np.finfo(float).eps * max(a.shape) if rcond is None else rcond) * np.max(s)
    return vh[int(np.sum(s > tolerance)) :, :].T


def orth(a, rcond=None):
    a = np.asarray(a)
    u, s, _ = _svd(a, full_matrices=False)
    tolerance = (np.finfo(float).eps * max(a.shape) if rcond is None else rcond) * np.max(s)
    return u[:, : int(np.sum(s > tolerance))]


def block_diag(*arrays):
    parts = [np.atleast_2d(part) for part in arrays]
    out = np.zeros((sum(part.shape[0] for part in parts), sum(part.shape[1] for part in parts)), dtype=parts[0].dtype)
    row = column = 0
    for part in parts:
        out[row : row + part.shape[0], column : column + part.shape[1]] = part
        row, column = row + part.shape[0], column + part.shape[1]
    return out


def toeplitz(c, r=None):
    c = np.ravel(c)
    r = c if r is None else np.ravel(r)
    return np.array([[c[i - j] if i >= j else r[j - i] for j in range(len(r))] for i in range(len(c))])


def circulant(c):
    return np.array([[c[(i - j) % len(c)] for j in range(len(c))] for i in range(len(c))])


def hilbert(n):
    return np.array([[1.0 / (i + j + 1) for j in range(n)] for i in range(n)])


def hadamard(n):
    out = np.array([[1]])
    while len(out) < n:
        out = np.block([[out, out], [out, -out]])
    return out


def solve_continuous_lyapunov(a, q):
    a = np.asarray(a)
    one = np.eye(len(a))
    return _solve(np.kron(a, one) + np.kron(one, a), np.ravel(q)).reshape(a.shape)
