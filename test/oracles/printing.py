"""Arrays as NumPy, PyTorch, JAX and TensorFlow print them.

Usage: python printing.py numpy|torch|jax|tensorflow > ../fixtures/engine/printing-….json

A case is [dtype, shape, data, options, texts]. Data are numbers ("nan", "inf", "-inf", "-0" as text), or {"ramp": step}:
element i is ((i * 7919) % 1009 - 500) * step.
"""
import json
import math
import os
import sys
import warnings

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")
framework = sys.argv[1]
rng = np.random.default_rng({"numpy": 1, "torch": 2, "jax": 3, "tensorflow": 4}[framework])
SHAPES = [(), (1,), (3,), (7,), (12,), (25,), (2, 2), (1, 4), (3, 5), (4, 1), (2, 11), (2, 2, 3), (1, 2, 4), (3, 1, 2), (2, 2, 2, 2), (2, 1, 2, 3)]


def floats(size):
    kind = rng.integers(12)
    x = rng.normal(size=size)
    if kind == 0:
        return np.round(x * 10)
    if kind == 1:
        return np.round(x * 100, 1 + rng.integers(4))
    if kind == 2:
        return x * 10.0 ** rng.integers(-320, 300, size)
    if kind == 3:
        return x * 10.0 ** rng.integers(-5, 6, size)
    if kind == 4:
        return x * 10.0 ** rng.integers(-2, 2, size)
    if kind == 5:
        return np.where(rng.random(size) < 0.3, np.nan, x)
    if kind == 6:
        return np.where(rng.random(size) < 0.3, rng.choice([np.inf, -np.inf, np.nan], size), np.round(x * 1000))
    if kind == 7:
        return rng.choice([0.0, -0.0, 1.0, -1.5, 1e-5, 1e8, 999.9999, 1e6, 1e7, 1e-4, 0.5, 2.5, 0.00005], size)
    if kind == 8:
        return rng.choice([np.nan, np.inf, -np.inf, 0.0], size)
    if kind == 9:
        return x * 10.0 ** rng.integers(-40, 38)
    if kind == 10:
        return 2.0 ** rng.integers(-60, 60, size)
    return np.round(rng.random(size), 2)


def numbers(dtype, shape):
    size = math.prod(shape)
    if dtype.startswith("float"):
        return floats(size)
    if dtype == "bool":
        return rng.integers(0, 2, size)
    return rng.integers(-(10 ** rng.integers(1, 9)), 10 ** rng.integers(1, 10), size)


def written(x):
    if math.isnan(x) or math.isinf(x):
        return str(float(x))
    if x == 0 and math.copysign(1, x) < 0:
        return "-0"
    return int(x) if x == int(x) and abs(x) < 1e15 else float(x)


def arrays(count, dtypes):
    for k in range(count):
        dtype = dtypes[k % len(dtypes)]
        shape = SHAPES[rng.integers(len(SHAPES))]
        with np.errstate(all="ignore"):
            array = numbers(dtype, shape).astype(dtype).reshape(shape)
        yield dtype, shape, [written(x) for x in array.ravel().astype(float).tolist()], array
    for shape in [(0,), (0, 3), (2, 0)]:
        yield dtypes[0], shape, [], np.zeros(shape, dtypes[0])
    for shape, step, dtype in [((1001,), 1, "int32"), ((1200,), 0.25, "float32"), ((30, 40), 1e-3, "float64"), ((7, 200), 1, "int32"),
                               ((200, 7), 1e-9, "float64"), ((8, 3, 50), 0.1, "float32"), ((3, 9, 2, 40), 3e5, "float32"), ((1000,), 1, "int32"),
                               ((1500, 2), 1, "float32"), ((2, 1500), 0.5, "float64")]:
        if dtype not in dtypes:
            continue
        i = np.arange(math.prod(shape))
        yield dtype, shape, {"ramp": step}, (((i * 7919) % 1009 - 500) * step).astype(dtype).reshape(shape)


cases = []
if framework == "numpy":
    OPTIONS = [{}, {}, {}, {"precision": 3}, {"suppress": True}, {"linewidth": 40}, {"sign": "+"}, {"sign": " "}, {"floatmode": "fixed"},
               {"floatmode": "unique"}, {"floatmode": "maxprec_equal", "precision": 4}, {"threshold": 5, "edgeitems": 1},
               {"precision": 2, "suppress": True, "linewidth": 30}, {"nanstr": "NA", "infstr": "Infinity"}, {"threshold": 10, "edgeitems": 2},
               {"precision": 0}, {"precision": 20, "floatmode": "fixed"}]
    ties = [0.5, 1.5, 2.5, 0.125, 0.375, 2.0**-21 * 3]
    for precision in [0, 1, 2, 4, 20]:
        options = {"precision": precision, "floatmode": "fixed", "suppress": True}
        with np.printoptions(**options):
            made = np.array(ties)
            cases.append(["float64", [6], ties, options, [str(made), repr(made)]])
    for k, (dtype, shape, data, array) in enumerate(arrays(240, ["float64", "float32", "float64", "int64", "float32", "int32", "bool", "float16", "uint8"])):
        options = OPTIONS[k * 7 % len(OPTIONS)] if isinstance(data, list) else {}
        with np.printoptions(**options):
            cases.append([dtype, shape, data, options, [str(array), repr(array)]])
if framework == "torch":
    import torch

    OPTIONS = [{}, {}, {}, {}, {"precision": 2}, {"linewidth": 40}, {"sci_mode": True}, {"sci_mode": False}, {"threshold": 5, "edgeitems": 1}]
    cases.append(["float64", [1], [82175795045567.15625], {}, [repr(torch.tensor([82175795045567.15625], dtype=torch.float64))]])
    for k, (dtype, shape, data, array) in enumerate(arrays(150, ["float32", "float64", "float32", "int64", "int32", "bool"])):
        options = OPTIONS[k * 7 % len(OPTIONS)] if isinstance(data, list) else {}
        torch.set_printoptions(profile="default")
        torch.set_printoptions(**options)
        tensor = torch.tensor(array)
        texts = [repr(tensor)]
        if dtype.startswith("float"):
            leaf = tensor.clone().requires_grad_()
            texts += [repr(leaf), repr(leaf * 1)]
        cases.append([dtype, shape, data, options, texts])
if framework == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)
    scalars = [(dtype, (), [x], np.asarray(x, dtype)) for dtype in ["float32", "float64"] for x in [999999, 1e6, 1e8, 2.0**-13, 1e15, 1e16]]
    for dtype, shape, data, array in [*arrays(80, ["float32", "float64", "int32", "int64", "float32", "bool"]), *scalars]:
        made = jax.numpy.asarray(array)
        cases.append([dtype, shape, data, {}, [str(made), repr(made)]])
    for x in [2.5, 3, -0.1]:
        weak = jax.numpy.multiply(x, 1)
        cases.append([weak.dtype.name, [], [written(x)], {"weak": weak.weak_type}, [str(weak), repr(weak)]])
if framework == "tensorflow":
    import tensorflow as tf

    for dtype, shape, data, array in arrays(90, ["float32", "float64", "int32", "int64", "float32", "bool"]):
        if shape == () and dtype == "float32":
            continue
        tensor = tf.constant(array)
        cases.append([dtype, shape, data, {}, [str(tensor), repr(tensor), repr(tf.Variable(tensor, name="v"))]])
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
print(f"[\n{lines}\n]")
