"""Points of the engine's operations as each framework answers them: value, gradient, second derivative, types.

Usage: python points.py tensorflow|torch|jax > ../fixtures/engine/points-<framework>.json

A point is an operation, its attributes and its inputs. The gradient is that of Σ wₖ·outₖ with the exact weights of
`weights`; the second derivative is the gradient of Σ over all inputs of Σ wₖ·gradientₖ, the weights begun further on.
"""
import json
import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
framework = sys.argv[1]
rng = np.random.default_rng(11)
NAN, INF = float("nan"), float("inf")
CASES = []


def weights(shape, start=0):
    """Multiples of 1/8, none of them 0: exact in every float type."""
    n = int(np.prod(shape, dtype=int))
    return ((7 * (np.arange(n) + start) + 3) % 8 - 3.5).reshape(shape) / 4


def some(low, high, shape):
    """Multiples of 1/64 inside (low, high), no two alike: exact in float32 too."""
    n = int(np.prod(shape, dtype=int))
    inside = np.arange(int(np.ceil(low * 64)) + 1, int(np.floor(high * 64)))
    return np.asarray(rng.choice(inside, n, replace=n > len(inside)).reshape(shape) / 64)


def point(op, *inputs, second=False, gradient=True, dtypes=("float64", "float32"), only=None, **attributes):
    """One point for each element type; inputs that are no float64 arrays keep their own."""
    for dtype in dtypes:
        typed = [x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x for x in inputs]
        CASES.append((op, attributes, typed, gradient, second and dtype == "float64", only))


# ── elementwise ─────────────────────────────────────────────────────────────

A, P, U = (-3, 3), (0.1, 4), (-0.9, 0.9)
UNARY = dict(
    neg=A, abs=A, sign=A, exp=A, exp2=A, expm1=A, log=P, log2=P, log10=P, log1p=(-0.8, 3), sqrt=P, rsqrt=P, cbrt=P,
    square=A, reciprocal=P, sin=A, cos=A, tan=(-1.2, 1.2), asin=U, acos=U, atan=A, sinh=A, cosh=A, tanh=A, asinh=A,
    acosh=(1.2, 4), atanh=U, sinc=A, erf=A, erfc=A, erfinv=U, gamma=(0.5, 4), lgamma=(0.5, 6), digamma=(0.5, 6),
    trigamma=(0.5, 6), sigmoid=A, logsigmoid=A, softplus=A, softsign=A, relu=A, relu6=(-3, 9), leaky_relu=A, elu=A, selu=A,
    gelu=A, gelu_tanh=A, silu=A, mish=A, hard_sigmoid=(-5, 5), floor=A, ceil=A, round=A, trunc=A,
)
for name, domain in UNARY.items():
    point(name, some(*domain, (2, 3)), second=name not in ("floor", "ceil", "round", "trunc", "hard_sigmoid"))
    if name not in ("gamma", "lgamma", "digamma", "trigamma"):
        point(name, np.array([NAN, INF, -INF, -0.0, 0.0]), gradient=False, dtypes=("float64",))
point("round", np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]))
for name in ("isnan", "isinf", "isfinite"):
    point(name, np.array([NAN, INF, -INF, 0.0, 1.5]))

BINARY = dict(
    add=(A, A), sub=(A, A), mul=(A, A), div=(A, P), pow=(P, A), mod=(A, P), fmod=(A, P), floordiv=(A, P), maximum=(A, A),
    minimum=(A, A), atan2=(A, A), hypot=(A, A), logaddexp=(A, A), xlogy=(P, P), beta=(P, P),
)
SHAPES = [((2, 3), (2, 3)), ((2, 1), (3,)), ((), (2, 2))]
for name, (left, right) in BINARY.items():
    for a, b in SHAPES:
        point(name, some(*left, a), some(*right, b), second=name != "floordiv")
SPECIAL = np.array([NAN, INF, -INF, -0.0, 0.0, 1.0])
for name in ("add", "mul", "div", "pow", "maximum", "minimum", "atan2", "hypot", "mod", "fmod"):
    # TensorFlow's hypot is an experiment: a root of squares.
    point(name, SPECIAL[:, None], SPECIAL, gradient=False, dtypes=("float64",), only=("torch", "jax") if name == "hypot" else None)
point("pow", np.array([-2.0, -1.5, -1.0, -3.0]), np.array([2.0, 3.0, -1.0, 0.5]), gradient=False)
for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"):
    point(name, some(*A, (2, 1)), np.array([NAN, 1.0, -2.0]))
    point(name, SPECIAL[:, None], SPECIAL, dtypes=("float64",))
for name in ("logical_and", "logical_or", "logical_xor"):
    point(name, np.array([[True], [False]]), np.array([True, False]), dtypes=("float64",))
point("logical_not", np.array([True, False]), dtypes=("float64",))
MASK = np.array([[True, False, True], [False, False, True]])
point("where", MASK, some(*A, (2, 3)), some(*A, (3,)), second=True)
point("where", MASK[:, :1], some(*A, ()), some(*A, (2, 3)))
point("clip", some(*A, (2, 4)), np.array(-1.0), np.array(1.5), second=True)
point("clip", some(*A, (2, 3)), some(-2, -1, (3,)), some(1, 2, (3,)))
point("clip", np.array([NAN, INF, -INF]), np.array(-1.0), np.array(1.0), gradient=False)

# ── integers and element types ──────────────────────────────────────────────

SIGNED, DIVISOR = np.array([7, -7, 7, -7, 6, -6]), np.array([3, 3, -3, -3, 3, -3])
for dtype in ("int32", "int64"):
    x, y = SIGNED.astype(dtype), DIVISOR.astype(dtype)
    for name in ("add", "sub", "mul", "floordiv", "mod", "fmod", "maximum", "minimum", "bitwise_and", "bitwise_or",
                 "bitwise_xor", "equal", "less"):
        point(name, x, y, dtypes=("float64",))
    for name in ("neg", "abs", "sign", "square", "bitwise_not"):
        point(name, x, dtypes=("float64",))
    point("left_shift", x, np.array([0, 1, 2, 3, 4, 5], dtype), dtypes=("float64",))
    point("right_shift", x, np.array([0, 1, 2, 3, 1, 1], dtype), dtypes=("float64",))
    point("pow", x, np.array([2, 3, 0, 1, 2, 3], dtype), dtypes=("float64",))
point("add", np.array([2**31 - 1, -2**31], "int32"), np.array([1, -1], "int32"), dtypes=("float64",))
point("mul", np.array([2**20 + 1, -3], "int32"), np.array([2**13, 2**30], "int32"), dtypes=("float64",))
for name in ("floordiv", "mod", "fmod"):
    point(name, SIGNED / 2, DIVISOR / 2, second=name != "floordiv")
    point(name, np.array([5.5, -5.5, 5.5, -5.5, 1.0, -0.0]), np.array([2.0, 2.0, -2.0, -2.0, 0.1, 3.0]), dtypes=("float64",))
TYPES = ("bool", "int32", "int64", "float32", "float64")
ONE = {dtype: np.array([1, 0, 1], dtype) for dtype in TYPES}
for i, a in enumerate(TYPES):
    for b in TYPES[i + 1:]:
        point("add", ONE[a], ONE[b], dtypes=("float64",), only=("torch", "jax"))
        point("mul", ONE[b], ONE[a], dtypes=("float64",), only=("torch", "jax"))
        point("where", np.array([True, False, True]), ONE[a], ONE[b], dtypes=("float64",), only=("torch", "jax"))
    if a != "bool":
        point("add", ONE[a], 2, dtypes=("float64",))
        point("sub", 2, ONE[a], dtypes=("float64",))
    else:
        point("add", ONE[a], 2, dtypes=("float64",), only=("torch", "jax"))
    point("mul", ONE[a], 0.5, dtypes=("float64",), only=("torch", "jax") if i < 3 else None)

# ── reductions ──────────────────────────────────────────────────────────────

T = some(*A, (2, 2, 3))
OVER = [(None, False), ((0,), False), ((-1,), True), ((0, 2), False)]
for axes, keepdims in OVER:
    for name in ("sum", "mean", "prod", "max", "min", "logsumexp", "std"):
        point(name, T, second=True, axes=axes, keepdims=keepdims)
    for ddof in (0, 1):
        point("var", T, second=True, axes=axes, keepdims=keepdims, ddof=ddof)
for name in ("any", "all"):
    for axes, keepdims in OVER:
        point(name, np.array([[[True, False, False], [False, False, False]], [[True, True, True], [True, True, True]]]),
              axes=axes, keepdims=keepdims, dtypes=("float64",))
M = some(*A, (3, 4))
for order in (1, 2, "inf", "-inf", 3, 0.5):
    point("norm", M, second=True, order=order, axes=(1,), keepdims=False)
    point("norm", M[0], second=True, order=order, axes=None, keepdims=False)
point("norm", M, second=True, order="fro", axes=None, keepdims=False)
for name in ("argmax", "argmin"):
    for axis in (0, 1, -1):
        point(name, M, axis=axis)
    point(name, np.array([2.0, 1.0, 2.0, 1.0]), axis=0)
for axis in (0, 1, -1):
    for name in ("cumsum", "cumprod"):
        point(name, M, second=name == "cumprod", axis=axis)
    for name in ("softmax", "log_softmax"):
        point(name, M, second=True, axis=axis)
point("softmax", np.array([1000.0, 1000.0, -1000.0]), axis=-1)
point("log_softmax", np.array([1000.0, 1000.0, -1000.0]), axis=-1)
point("logsumexp", np.array([1000.0, 999.0, -1000.0]), axes=None, keepdims=False)
point("prod", np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0]]), second=True, axes=(1,), keepdims=False)
BAD = np.array([[1.0, NAN, 3.0], [INF, 2.0, -INF], [INF, INF, 1.0]])
for name in ("sum", "mean", "prod", "max", "min", "logsumexp"):
    point(name, BAD, gradient=False, axes=(1,), keepdims=False)
for name in ("argmax", "argmin", "cumsum", "cumprod", "softmax"):
    point(name, BAD, gradient=False, axis=1)
for descending in (False, True):
    point("sort", np.array([[3.0, NAN, 1.0, -INF, INF]]), gradient=False, axis=-1, descending=descending)
WHOLE = np.array([[3, -1, 2], [0, 5, -4]])
for dtype in ("int32", "int64"):
    for name in ("sum", "prod", "max", "min"):
        point(name, WHOLE.astype(dtype), axes=(1,), keepdims=False, dtypes=("float64",))
    for name in ("cumsum", "cumprod", "argmax"):
        point(name, WHOLE.astype(dtype), axis=1, dtypes=("float64",))
    point("sort", WHOLE.astype(dtype), axis=1, descending=False, dtypes=("float64",))
point("sum", MASK, axes=(1,), keepdims=False, dtypes=("float64",), only=("torch", "jax"))
for name in ("sum", "prod", "mean"):
    point(name, np.zeros((2, 0)), axes=(1,), keepdims=False)
    point(name, np.zeros((2, 0)), axes=(0,), keepdims=False)
for name in ("any", "all"):
    point(name, np.zeros((2, 0), bool), axes=(1,), keepdims=False, dtypes=("float64",))
for name in ("cumsum", "cumprod", "softmax"):
    point(name, np.zeros((2, 0)), axis=1)
point("sort", np.zeros((2, 0)), axis=-1, descending=False)

# ── movement ────────────────────────────────────────────────────────────────

X = some(*A, (2, 3, 2))
Y = some(*A, (2, 3))
V = some(*A, (4,))
for shape in ((3, 4), (12,), (2, 1, 6)):
    point("reshape", X, shape=shape)
point("reshape", np.zeros((2, 0)), shape=(0, 5))
for order in ((2, 1, 0), (1, 0, 2), (0, 2, 1)):
    point("transpose", X, order=order)
for source, target in ((0, 2), (2, 0), (-1, 1)):
    point("moveaxis", X, source=source, target=target)
for axis in (0, 1, -1):
    point("expand", Y, axis=axis)
point("squeeze", X[:, :1], axes=(1,))
point("squeeze", X[:1, :1], axes=(0, 1))
point("broadcast", Y[:, :1], shape=(2, 4))
point("broadcast", Y, shape=(2, 2, 3))
point("broadcast", some(*A, ()), shape=(2, 2))
for axis in (0, 1):
    point("concat", Y, Y[:, ::-1] + 1, axis=axis)
    point("stack", Y, Y[::-1] - 1, Y * 2, axis=axis)
point("concat", Y, np.zeros((2, 0)), Y[:, :1], axis=-1)
for part in (0, 1, 2):
    point("split", some(*A, (2, 6)), parts=3, axis=1, part=part)
    point("split", some(*A, (6,)), parts=(1, 3, 2), axis=0, part=part)
for repeats in ((2, 1), (1, 3), (2, 2)):
    point("tile", Y, repeats=repeats)
point("repeat", Y, count=2, axis=0)
point("repeat", Y, count=3, axis=1)
point("repeat", Y, count=(1, 0, 2), axis=1)
for mode in ("constant", "reflect", "symmetric", "edge", "wrap"):
    point("pad", Y, widths=((1, 1), (2, 1)), mode=mode)
point("pad", Y, widths=((0, 2), (1, 0)), mode="constant", value=1.5)
point("pad", V, widths=((3, 2),), mode="reflect")
for axes in ((0,), (1,), (0, 1)):
    point("flip", Y, axes=axes)
for shift, axis in ((1, 0), (-2, 1), (5, 1)):
    point("roll", Y, shift=shift, axis=axis)
for ranges in (((1, None, None),), ((None, None, -1),), ((None, None, None), (-2, None, None)), ((0, 2, 1), (None, None, 2)),
               ((-1, None, -1), (2, 0, -1)), ((None, 0, None),)):
    point("slice", Y, ranges=ranges)
point("slice", some(*A, (7,)), ranges=((5, 1, -2),))
for indices, axis in (((2, 0, 2), 1), ((1,), 0), (((0, 1), (1, 0)), 1), ((-1, 0), 1)):
    point("gather", Y, indices=indices, axis=axis, only=("torch", "jax") if np.min(indices) < 0 else None)
point("index", Y, rows=(0, 1, 1, 0), columns=(2, 0, 0, 1))
point("mask", Y, mask=MASK.tolist())
point("mask", Y, mask=[True, False])
for name in ("scatter_add", "scatter_set"):
    point(name, V, np.array([10.0, 20.0]), indices=(2, 0))
point("scatter_add", V, np.array([10.0, 20.0, 30.0]), indices=(1, 1, 3))
for k in (0, 1, -1):
    point("diag", V[:3], k=k)
    point("diagonal", M, k=k)
    point("tril", M, k=k)
    point("triu", M, k=k)
point("tril", X, k=0)
point("one_hot", np.array([[1, 0], [2, 5]]), depth=3, dtypes=("float64",))
for axis in (0, 1):
    for descending in (False, True):
        point("sort", M, axis=axis, descending=descending)
        point("argsort", M, axis=axis, descending=descending)
point("argsort", np.array([2.0, 1.0, 2.0, 1.0]), axis=0, descending=False)
for k in (1, 3):
    for part in ("values", "indices"):
        point("top_k", M, k=k, part=part)
for indexing in ("xy", "ij"):
    for part in (0, 1):
        point("meshgrid", V[:3], V[1:3], indexing=indexing, part=part)

# ── products ────────────────────────────────────────────────────────────────

B = some(*A, (4, 2))
point("matmul", M, B, second=True)
point("matmul", some(*A, (2, 2, 3)), some(*A, (3, 2)), second=True)
point("matmul", some(*A, (2, 1, 2, 2)), some(*A, (3, 2, 2)), second=True)
point("matmul", np.zeros((2, 0)), np.zeros((0, 3)))
point("matvec", M, V, second=True)
point("dot", V, V[::-1] * 1.5, second=True)
point("outer", V, Y[0], second=True)
point("inner", M, V, only=("torch", "jax"))
point("tensordot", X, some(*A, (3, 2, 2)), second=True, axes=((1, 2), (0, 1)))
for subscripts, args in (("ij,jk->ik", (M, B)), ("ij,jk", (M, B)), ("bij,bj->bi", (X, some(*A, (2, 2)))), ("i,j->ij", (V, Y[0])),
                         ("ij->ji", (M,)), ("ij->", (M,)), ("ij,ij->j", (Y, Y + 1)), ("i,i", (V, V + 1))):
    point("einsum", *args, second=len(args) > 1, subscripts=subscripts)
point("einsum", M[:3, :3], subscripts="ii->i", only=("torch", "jax"))
point("trace", M[:3, :3])


def starts(split):
    return np.cumsum((0,) + tuple(split))


def ranges_of(ranges):
    return tuple(slice(*r) for r in ranges)


def tensorflow():
    import tensorflow as tf
    m, nn, tnp = tf.math, tf.nn, tf.experimental.numpy
    reduced = lambda f: lambda x, axes, keepdims: f(x, axes, keepdims)
    order_of = lambda order: {"inf": INF, "fro": "euclidean"}.get(order, order)

    def split(x, parts, axis, part):
        return tf.split(x, list(parts) if isinstance(parts, tuple) else parts, axis)[part]

    ops = dict(
        neg=tf.negative, abs=tf.abs, sign=tf.sign, exp=tf.exp, exp2=tnp.exp2, expm1=m.expm1, log=m.log, log2=tnp.log2,
        log10=tnp.log10, log1p=m.log1p, sqrt=tf.sqrt, rsqrt=m.rsqrt, cbrt=tnp.cbrt, square=tf.square,
        reciprocal=m.reciprocal, sin=tf.sin, cos=tf.cos, tan=tf.tan, asin=tf.asin, acos=tf.acos, atan=tf.atan, sinh=tf.sinh,
        cosh=tf.cosh, tanh=tf.tanh, asinh=m.asinh, acosh=m.acosh, atanh=m.atanh, sinc=tnp.sinc, erf=m.erf, erfc=m.erfc,
        erfinv=m.erfinv, lgamma=m.lgamma, digamma=m.digamma,
        trigamma=lambda x: m.polygamma(tf.ones_like(x), x), sigmoid=tf.sigmoid, logsigmoid=m.log_sigmoid,
        softplus=m.softplus, softsign=lambda x: x / (1 + tf.abs(x)), relu=nn.relu, relu6=nn.relu6, elu=nn.elu, selu=nn.selu,
        leaky_relu=lambda x: nn.leaky_relu(x, 0.25), gelu=nn.gelu, gelu_tanh=lambda x: nn.gelu(x, True), silu=nn.silu,
        hard_sigmoid=lambda x: nn.relu6(x + 3) / 6, floor=tf.floor, ceil=m.ceil, round=tf.round,
        isnan=m.is_nan, isinf=m.is_inf, isfinite=m.is_finite, add=lambda x, y: x + y, sub=lambda x, y: x - y,
        mul=lambda x, y: x * y, div=lambda x, y: x / y, pow=lambda x, y: x ** y, mod=lambda x, y: x % y,
        fmod=lambda x, y: tf.truncatemod(x, y) if x.dtype.is_integer else unknown(), floordiv=lambda x, y: x // y, maximum=tf.maximum, minimum=tf.minimum, atan2=tf.atan2,
        hypot=tnp.hypot, xlogy=m.xlogy,
        less=tf.less, less_equal=tf.less_equal, greater=tf.greater, greater_equal=tf.greater_equal, equal=tf.equal,
        not_equal=tf.not_equal, logical_and=tf.logical_and, logical_or=tf.logical_or, logical_xor=m.logical_xor,
        logical_not=tf.logical_not, where=tf.where, clip=tf.clip_by_value, bitwise_and=tf.bitwise.bitwise_and,
        bitwise_or=tf.bitwise.bitwise_or, bitwise_xor=tf.bitwise.bitwise_xor, bitwise_not=tf.bitwise.invert,
        left_shift=tf.bitwise.left_shift, right_shift=tf.bitwise.right_shift,
        sum=reduced(tf.reduce_sum), mean=reduced(tf.reduce_mean), prod=reduced(tf.reduce_prod), max=reduced(tf.reduce_max),
        min=reduced(tf.reduce_min), logsumexp=reduced(tf.reduce_logsumexp), std=reduced(m.reduce_std),
        any=reduced(tf.reduce_any), all=reduced(tf.reduce_all),
        var=lambda x, axes, keepdims, ddof: m.reduce_variance(x, axes, keepdims) if ddof == 0 else unknown(),
        norm=lambda x, order, axes, keepdims: tf.norm(x, order_of(order), axes and axes[0], keepdims) if order != "-inf" else unknown(),
        argmax=tf.argmax, argmin=tf.argmin, cumsum=tf.cumsum, cumprod=m.cumprod, softmax=nn.softmax, log_softmax=nn.log_softmax,
        sort=lambda x, axis, descending: tf.sort(x, axis, "DESCENDING" if descending else "ASCENDING"),
        argsort=lambda x, axis, descending: tf.argsort(x, axis, "DESCENDING" if descending else "ASCENDING", stable=True),
        reshape=tf.reshape, transpose=lambda x, order: tf.transpose(x, order), moveaxis=lambda x, source, target: tnp.moveaxis(x, source, target), expand=tf.expand_dims,
        squeeze=lambda x, axes: tf.squeeze(x, axes), broadcast=tf.broadcast_to, concat=lambda *xs, axis: tf.concat(xs, axis),
        stack=lambda *xs, axis: tf.stack(xs, axis), split=split, tile=lambda x, repeats: tf.tile(x, repeats),
        repeat=lambda x, count, axis: tf.repeat(x, count, axis),
        pad=lambda x, widths, mode, value=0: tf.pad(x, widths, mode, value) if mode in ("constant", "reflect", "symmetric") else unknown(),
        flip=lambda x, axes: tf.reverse(x, axes), roll=tf.roll, slice=lambda x, ranges: x[ranges_of(ranges)], gather=lambda x, indices, axis: tf.gather(x, indices, axis=axis),
        index=lambda x, rows, columns: tf.gather_nd(x, list(zip(rows, columns))), mask=lambda x, mask: tf.boolean_mask(x, mask),
        scatter_add=lambda x, v, indices: tf.tensor_scatter_nd_add(x, [[i] for i in indices], v),
        scatter_set=lambda x, v, indices: tf.tensor_scatter_nd_update(x, [[i] for i in indices], v),
        diag=lambda x, k: tf.linalg.diag(x, k=k), diagonal=lambda x, k: tf.linalg.diag_part(x, k=k),
        tril=lambda x, k: tf.linalg.band_part(x, -1, 0) if k == 0 else unknown(),
        triu=lambda x, k: tf.linalg.band_part(x, 0, -1) if k == 0 else unknown(),
        one_hot=lambda x, depth: tf.one_hot(x, depth, dtype=tf.float64),
        top_k=lambda x, k, part: getattr(m.top_k(x, k), part),
        meshgrid=lambda x, y, indexing, part: tf.meshgrid(x, y, indexing=indexing)[part],
        matmul=tf.matmul, matvec=tf.linalg.matvec, dot=lambda x, y: tf.tensordot(x, y, 1), outer=lambda x, y: tf.tensordot(x, y, 0),
        tensordot=lambda x, y, axes: tf.tensordot(x, y, axes), einsum=lambda *xs, subscripts: tf.einsum(subscripts, *xs),
        trace=tf.linalg.trace,
    )

    def gradients(f, xs, watched):
        with tf.GradientTape() as tape:
            tape.watch(watched)
            y = f(*xs)
        return y, tape.gradient(y, watched, tf.constant(weights(y.shape), y.dtype))

    def run(f, inputs, gradient, second):
        xs = [tf.constant(x) if isinstance(x, np.ndarray) else x for x in inputs]
        watched = [x for x in xs if not isinstance(x, (int, float)) and x.dtype.is_floating]
        if not gradient or not watched or not (y := f(*xs)).dtype.is_floating:
            return np.asarray(f(*xs)), None, None
        if not second:
            y, found = gradients(f, xs, watched)
            return np.asarray(y), found, None
        with tf.GradientTape() as outer:
            outer.watch(watched)
            y, found = gradients(f, xs, watched)
            total = tf.add_n([tf.reduce_sum(g * weights(g.shape, 3)) for g in found if g is not None])
        return np.asarray(y), found, outer.gradient(total, watched)
    dense = lambda g: None if g is None else np.asarray(tf.convert_to_tensor(g))
    return ops, run, dense


def torch():
    import torch as t
    F = t.nn.functional
    special = t.special

    def reduced(f):
        return lambda x, axes, keepdims: f(x, dim=tuple(range(x.ndim)) if axes is None else axes, keepdim=keepdims)

    def prod(x, axes, keepdims):
        for axis in sorted([a % x.ndim for a in (range(x.ndim) if axes is None else axes)], reverse=True):
            x = t.prod(x, axis, keepdim=keepdims)
        return x

    def over(f):
        return lambda x, axes, keepdims: f(x, dim=tuple(range(x.ndim)) if axes is None else axes, keepdim=keepdims)

    def pad(x, widths, mode, value=0):
        if mode == "symmetric" or (mode == "wrap" and x.ndim > 1):
            unknown()
        flat = tuple(w for pair in reversed(widths) for w in pair)
        if mode == "constant":
            return F.pad(x, flat, value=value)
        names = {"edge": "replicate", "wrap": "circular"}
        return F.pad(x[None], flat, names.get(mode, mode))[0]

    def cut(x, ranges):
        """PyTorch has no negative steps: turned round by flip."""
        for axis, r in enumerate(ranges):
            start, stop, step = slice(*r).indices(x.shape[axis])
            chosen = list(range(start, stop, step))
            x = x.index_select(axis, t.tensor(chosen, dtype=t.int64))
        return x

    as_index = lambda i: t.tensor(i)
    ops = dict(
        neg=t.neg, abs=t.abs, sign=t.sign, exp=t.exp, exp2=t.exp2, expm1=t.expm1, log=t.log, log2=t.log2, log10=t.log10,
        log1p=t.log1p, sqrt=t.sqrt, rsqrt=t.rsqrt, square=t.square, reciprocal=t.reciprocal, sin=t.sin, cos=t.cos, tan=t.tan,
        asin=t.asin, acos=t.acos, atan=t.atan, sinh=t.sinh, cosh=t.cosh, tanh=t.tanh, asinh=t.asinh, acosh=t.acosh,
        atanh=t.atanh, sinc=t.sinc, erf=t.erf, erfc=t.erfc, erfinv=t.erfinv, lgamma=t.lgamma, digamma=t.digamma,
        trigamma=lambda x: t.polygamma(1, x), sigmoid=t.sigmoid, logsigmoid=F.logsigmoid, softplus=F.softplus,
        softsign=F.softsign, relu=F.relu, relu6=F.relu6, elu=F.elu, selu=F.selu, leaky_relu=lambda x: F.leaky_relu(x, 0.25),
        gelu=F.gelu, gelu_tanh=lambda x: F.gelu(x, approximate="tanh"), silu=F.silu, mish=F.mish, hard_sigmoid=F.hardsigmoid,
        floor=t.floor, ceil=t.ceil, round=t.round, trunc=t.trunc, isnan=t.isnan, isinf=t.isinf, isfinite=t.isfinite,
        add=lambda x, y: x + y, sub=lambda x, y: x - y, mul=lambda x, y: x * y, div=lambda x, y: x / y, pow=lambda x, y: x ** y,
        mod=lambda x, y: x % y, fmod=t.fmod, floordiv=lambda x, y: t.div(x, y, rounding_mode="floor"), maximum=t.maximum, minimum=t.minimum, atan2=t.atan2,
        hypot=t.hypot, logaddexp=t.logaddexp, xlogy=t.xlogy, less=t.lt, less_equal=t.le, greater=t.gt, greater_equal=t.ge,
        equal=t.eq, not_equal=t.ne, logical_and=t.logical_and, logical_or=t.logical_or, logical_xor=t.logical_xor,
        logical_not=t.logical_not, where=t.where, clip=t.clip, bitwise_and=t.bitwise_and, bitwise_or=t.bitwise_or,
        bitwise_xor=t.bitwise_xor, bitwise_not=t.bitwise_not, left_shift=t.bitwise_left_shift, right_shift=t.bitwise_right_shift,
        sum=reduced(t.sum), mean=reduced(t.mean), prod=prod, max=over(t.amax), min=over(t.amin), logsumexp=over(t.logsumexp),
        std=lambda x, axes, keepdims: t.std(x, axes, correction=0, keepdim=keepdims),
        var=lambda x, axes, keepdims, ddof: t.var(x, axes, correction=ddof, keepdim=keepdims),
        any=over(t.any), all=over(t.all),
        norm=lambda x, order, axes, keepdims: t.linalg.vector_norm(x, 2 if order == "fro" else float(order), axes, keepdims),
        argmax=t.argmax, argmin=t.argmin, cumsum=t.cumsum, cumprod=t.cumprod, softmax=t.softmax, log_softmax=t.log_softmax,
        sort=lambda x, axis, descending: t.sort(x, dim=axis, descending=descending, stable=True).values,
        argsort=lambda x, axis, descending: t.argsort(x, dim=axis, descending=descending, stable=True),
        reshape=t.reshape, transpose=lambda x, order: t.permute(x, order), moveaxis=lambda x, source, target: t.moveaxis(x, source, target),
        expand=t.unsqueeze, squeeze=lambda x, axes: t.squeeze(x, axes), broadcast=lambda x, shape: t.broadcast_to(x, shape),
        concat=lambda *xs, axis: t.cat(xs, axis), stack=lambda *xs, axis: t.stack(xs, axis),
        split=lambda x, parts, axis, part: (t.split(x, parts, axis) if isinstance(parts, tuple) else t.tensor_split(x, parts, axis))[part],
        tile=lambda x, repeats: t.tile(x, repeats),
        repeat=lambda x, count, axis: t.repeat_interleave(x, t.tensor(count) if isinstance(count, tuple) else count, axis), pad=pad,
        flip=lambda x, axes: t.flip(x, axes), roll=lambda x, shift, axis: t.roll(x, shift, axis), slice=cut,
        gather=lambda x, indices, axis: x[as_index(indices)] if axis == 0 else x[:, as_index(indices)],
        index=lambda x, rows, columns: x[list(rows), list(columns)], mask=lambda x, mask: x[t.tensor(mask)],
        scatter_add=lambda x, v, indices: t.index_add(x, 0, as_index(indices), v),
        scatter_set=lambda x, v, indices: t.index_copy(x, 0, as_index(indices), v),
        diag=lambda x, k: t.diag(x, k), diagonal=lambda x, k: t.diagonal(x, k), tril=lambda x, k: t.tril(x, k), triu=lambda x, k: t.triu(x, k),
        top_k=lambda x, k, part: getattr(t.topk(x, k), part),
        meshgrid=lambda x, y, indexing, part: t.meshgrid(x, y, indexing=indexing)[part], matmul=t.matmul, matvec=t.mv, dot=t.dot,
        outer=t.outer, inner=t.inner, tensordot=lambda x, y, axes: t.tensordot(x, y, axes),
        einsum=lambda *xs, subscripts: t.einsum(subscripts, *xs), trace=t.trace,
    )

    def run(f, inputs, gradient, second):
        xs = [t.tensor(x) if isinstance(x, np.ndarray) else x for x in inputs]
        watched = [x.requires_grad_() for x in xs if isinstance(x, t.Tensor) and x.is_floating_point()]
        y = f(*xs)
        if not gradient or not watched or not y.is_floating_point():
            return y.detach().numpy(), None, None
        if not y.requires_grad:
            return y.numpy(), [None for _ in watched], None
        weigh = lambda x, start: t.tensor(weights(tuple(x.shape), start), dtype=x.dtype)
        found = t.autograd.grad(y, watched, weigh(y, 0), create_graph=second, allow_unused=True)
        twice = None
        if second:
            total = sum((g * weigh(g, 3)).sum() for g in found if g is not None and g.requires_grad)
            twice = t.autograd.grad(total, watched, allow_unused=True) if isinstance(total, t.Tensor) else [None for _ in watched]
        return y.detach().numpy(), found, twice
    return ops, run, lambda g: None if g is None else g.detach().numpy(force=True)


def jax():
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    n, lax = jax.nn, jax.lax
    sp = jax.scipy.special
    reduced = lambda f: lambda x, axes, keepdims, **more: f(x, axis=axes, keepdims=keepdims, **more)
    ops = dict(
        neg=jnp.negative, abs=jnp.abs, sign=jnp.sign, exp=jnp.exp, exp2=jnp.exp2, expm1=jnp.expm1, log=jnp.log, log2=jnp.log2,
        log10=jnp.log10, log1p=jnp.log1p, sqrt=jnp.sqrt, rsqrt=lax.rsqrt, cbrt=jnp.cbrt, square=jnp.square,
        reciprocal=jnp.reciprocal, sin=jnp.sin, cos=jnp.cos, tan=jnp.tan, asin=jnp.arcsin, acos=jnp.arccos, atan=jnp.arctan,
        sinh=jnp.sinh, cosh=jnp.cosh, tanh=jnp.tanh, asinh=jnp.arcsinh, acosh=jnp.arccosh, atanh=jnp.arctanh, sinc=jnp.sinc,
        erf=sp.erf, erfc=sp.erfc, erfinv=sp.erfinv, gamma=sp.gamma, lgamma=sp.gammaln, digamma=sp.digamma,
        trigamma=lambda x: sp.polygamma(1, x), sigmoid=n.sigmoid, logsigmoid=n.log_sigmoid, softplus=n.softplus,
        softsign=n.soft_sign, relu=n.relu, relu6=n.relu6, elu=n.elu, selu=n.selu, leaky_relu=lambda x: n.leaky_relu(x, 0.25),
        gelu=lambda x: n.gelu(x, approximate=False), gelu_tanh=n.gelu, silu=n.silu, mish=n.mish, hard_sigmoid=n.hard_sigmoid,
        floor=jnp.floor, ceil=jnp.ceil, round=jnp.round, trunc=jnp.trunc, isnan=jnp.isnan, isinf=jnp.isinf, isfinite=jnp.isfinite,
        add=lambda x, y: x + y, sub=lambda x, y: x - y, mul=lambda x, y: x * y, div=lambda x, y: x / y, pow=lambda x, y: x ** y,
        mod=lambda x, y: x % y, fmod=jnp.fmod, floordiv=lambda x, y: x // y, maximum=jnp.maximum, minimum=jnp.minimum,
        atan2=jnp.arctan2, hypot=jnp.hypot, logaddexp=jnp.logaddexp, xlogy=sp.xlogy, beta=sp.beta, less=jnp.less,
        less_equal=jnp.less_equal, greater=jnp.greater, greater_equal=jnp.greater_equal, equal=jnp.equal, not_equal=jnp.not_equal,
        logical_and=jnp.logical_and, logical_or=jnp.logical_or, logical_xor=jnp.logical_xor, logical_not=jnp.logical_not,
        where=jnp.where, clip=jnp.clip, bitwise_and=jnp.bitwise_and, bitwise_or=jnp.bitwise_or, bitwise_xor=jnp.bitwise_xor,
        bitwise_not=jnp.bitwise_not, left_shift=jnp.left_shift, right_shift=jnp.right_shift, sum=reduced(jnp.sum),
        mean=reduced(jnp.mean), prod=reduced(jnp.prod), max=reduced(jnp.max), min=reduced(jnp.min), logsumexp=reduced(sp.logsumexp),
        std=reduced(jnp.std), var=reduced(jnp.var), any=reduced(jnp.any), all=reduced(jnp.all),
        norm=lambda x, order, axes, keepdims: jnp.linalg.norm(x, order if order == "fro" else float(order), axes and axes[0], keepdims),
        argmax=jnp.argmax, argmin=jnp.argmin, cumsum=jnp.cumsum, cumprod=jnp.cumprod, softmax=n.softmax, log_softmax=n.log_softmax,
        sort=lambda x, axis, descending: jnp.sort(x, axis, descending=descending),
        argsort=lambda x, axis, descending: jnp.argsort(x, axis, descending=descending, stable=True), reshape=jnp.reshape,
        transpose=lambda x, order: jnp.transpose(x, order), moveaxis=lambda x, source, target: jnp.moveaxis(x, source, target),
        expand=jnp.expand_dims, squeeze=lambda x, axes: jnp.squeeze(x, axes), broadcast=jnp.broadcast_to,
        concat=lambda *xs, axis: jnp.concatenate(xs, axis), stack=lambda *xs, axis: jnp.stack(xs, axis),
        split=lambda x, parts, axis, part: jnp.split(x, starts(parts)[1:-1] if isinstance(parts, tuple) else parts, axis)[part],
        tile=lambda x, repeats: jnp.tile(x, repeats), repeat=lambda x, count, axis: jnp.repeat(x, np.array(count), axis),
        pad=lambda x, widths, mode, value=0: jnp.pad(x, widths, mode, constant_values=value) if mode == "constant" else jnp.pad(x, widths, mode),
        flip=lambda x, axes: jnp.flip(x, axes), roll=jnp.roll, slice=lambda x, ranges: x[ranges_of(ranges)],
        gather=lambda x, indices, axis: jnp.take(x, np.array(indices), axis), index=lambda x, rows, columns: x[np.array(rows), np.array(columns)],
        mask=lambda x, mask: x[np.array(mask)], scatter_add=lambda x, v, indices: x.at[np.array(indices)].add(v),
        scatter_set=lambda x, v, indices: x.at[np.array(indices)].set(v), diag=jnp.diag, diagonal=lambda x, k: jnp.diagonal(x, k),
        tril=jnp.tril, triu=jnp.triu, one_hot=lambda x, depth: n.one_hot(x, depth),
        top_k=lambda x, k, part: lax.top_k(x, k)[("values", "indices").index(part)],
        meshgrid=lambda x, y, indexing, part: jnp.meshgrid(x, y, indexing=indexing)[part], matmul=jnp.matmul, matvec=jnp.matmul,
        dot=jnp.dot, outer=jnp.outer, inner=jnp.inner, tensordot=lambda x, y, axes: jnp.tensordot(x, y, axes),
        einsum=lambda *xs, subscripts: jnp.einsum(subscripts, *xs), trace=jnp.trace,
    )

    def run(f, inputs, gradient, second):
        xs = [jnp.asarray(x) if isinstance(x, np.ndarray) else x for x in inputs]
        floats = [k for k, x in enumerate(xs) if hasattr(x, "dtype") and jnp.issubdtype(x.dtype, jnp.floating)]
        y = f(*xs)
        if not gradient or not floats or not jnp.issubdtype(y.dtype, jnp.floating):
            return np.asarray(y), None, None

        def first(*watched):
            full = list(xs)
            out, back = jax.vjp(lambda *ws: f(*[ws[floats.index(k)] if k in floats else x for k, x in enumerate(full)]), *watched)
            return back(jnp.asarray(weights(out.shape), out.dtype))
        watched = [xs[k] for k in floats]
        twice = None
        if second:
            total = lambda *ws: sum(jnp.sum(g * weights(g.shape, 3)) for g in first(*ws))
            twice = jax.grad(total, argnums=tuple(range(len(watched))))(*watched)
        return np.asarray(y), first(*watched), twice
    return ops, run, lambda g: None if g is None else np.asarray(g)


class Unknown(Exception):
    """The framework has no such thing."""


def unknown():
    raise Unknown


def number(x):
    """Whole numbers without a point; the shortest text that reads back; no NaN and no infinities in JSON: texts."""
    if isinstance(x, (np.bool_, np.integer)):
        return int(x)
    if not np.isfinite(x):
        return str(float(x))
    value = float(str(x))
    return int(value) if value == int(value) and abs(value) < 1e15 and not (value == 0 and np.signbit(value)) else value


def plain(array):
    return None if array is None else [number(x) for x in array.ravel()]


def typed(x):
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": plain(x)} if isinstance(x, np.ndarray) else x


ops, run, dense = {"tensorflow": tensorflow, "torch": torch, "jax": jax}[framework]()
rows = []
for op, attributes, inputs, gradient, second, only in CASES:
    if op not in ops or (only and framework not in only):
        continue
    try:
        value, first, twice = run(lambda *xs: ops[op](*xs, **attributes), inputs, gradient, second)
    except Unknown:
        continue
    except Exception as error:  # noqa: BLE001
        # The framework refuses: nothing to compare with.
        print(f"{framework} {op} {attributes} {[getattr(x, 'dtype', x) for x in inputs]}: {str(error).splitlines()[0][:120]}", file=sys.stderr)
        continue
    row = {"op": op, "attributes": attributes, "inputs": [typed(x) for x in inputs], "value": typed(np.asarray(value))}
    if first is not None:
        row["gradients"] = [plain(dense(g)) for g in first]
    if twice is not None:
        row["second"] = [plain(dense(g)) for g in twice]
    rows.append({k: v for k, v in row.items() if v != {}})
print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")
