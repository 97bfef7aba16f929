"""Losses as PyTorch and TensorFlow (with Keras 3) compute them: values, and gradients of the losses weighted by cos(1 + i).

Usage: python losses.py torch|tensorflow > ../fixtures/engine/losses-torch.json
"""
import json
import os
import sys

import numpy

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
rng = numpy.random.default_rng(5)
LOGITS = rng.uniform(-3, 3, (3, 4))
EXTREME = numpy.array([[800.0, -800, 0, 1e-9], [-40, 40, 0.5, -0.5], [1e5, -1e5, 3, -3]])
LABELS = rng.integers(0, 2, (3, 4)).astype(float)
SOFT = rng.uniform(0.05, 0.95, (3, 4))
PROBABILITIES = rng.uniform(0.05, 0.95, (3, 4))
DISTRIBUTION = SOFT / SOFT.sum(1, keepdims=True)
EDGES = numpy.array([[0.0, 1, 0.5, 1e-9], [1, 0, 1, 0], [0.25, 0, 1, 0.75]])
SIGNS = 2 * LABELS - 1
A, B = rng.uniform(-3, 3, (3, 4)), rng.uniform(-3, 3, (3, 4))
RATES, COUNTS = rng.uniform(0.1, 4, (3, 4)), rng.integers(0, 5, (3, 4)).astype(float)
INDICES = numpy.array([2, 0, 3])
ONE_HOT = numpy.eye(4)[INDICES]
WEIGHT = numpy.array([0.5, 2.0, 1.0, 1.5])
DEEP, DEEP_INDICES = rng.uniform(-3, 3, (2, 3, 2, 2)), rng.integers(0, 3, (2, 2, 2))
flat = lambda x: [float(f"{n:.14g}") for n in numpy.asarray(x, dtype=float).ravel()]
out = {}


def emit(name, args, value, gradients):
    plain = lambda a: {"shape": list(a.shape), "data": flat(a), **({} if a.dtype.kind == "f" else {"dtype": "int64"})}
    out[name] = {"inputs": [plain(numpy.asarray(a)) for a in args], "shape": list(value.shape), "value": flat(value),
                 "gradients": [None if g is None else flat(g) for g in gradients]}


def torch_cases():
    import torch
    import torch.nn.functional as F

    def run(name, f, *args, constant=()):
        given = [torch.tensor(a, requires_grad=a.dtype.kind == "f" and k not in constant) for k, a in enumerate(args)]
        value = f(*given)
        weights = torch.cos(1 + torch.arange(value.numel(), dtype=torch.float64)).reshape(value.shape)
        wanted = [a for a in given if a.requires_grad]
        found = iter(torch.autograd.grad((weights * value).sum(), wanted))
        emit(name, args, value.detach().numpy(), [next(found).numpy() if a.requires_grad else None for a in given])

    none = {"reduction": "none"}
    run("bce logits", lambda x, z: F.binary_cross_entropy_with_logits(x, z, **none), LOGITS, SOFT)
    run("bce logits extreme", lambda x, z: F.binary_cross_entropy_with_logits(x, z, **none), EXTREME, LABELS)
    run("bce logits pos_weight", lambda x, z, w: F.binary_cross_entropy_with_logits(x, z, pos_weight=w, **none), LOGITS, SOFT, WEIGHT, constant=[2])
    run("bce", lambda p, z: F.binary_cross_entropy(p, z, **none), PROBABILITIES, SOFT)
    run("bce edges", lambda p, z: F.binary_cross_entropy(p, z, **none), EDGES, LABELS, constant=[1])
    for reduction in ["none", "mean", "sum"]:
        run(f"cross_entropy {reduction}", lambda x, z: F.cross_entropy(x, z, reduction=reduction), LOGITS, INDICES)
        run(f"cross_entropy weight {reduction}", lambda x, z: F.cross_entropy(x, z, torch.tensor(WEIGHT), reduction=reduction), LOGITS, INDICES)
        run(f"cross_entropy ignore {reduction}", lambda x, z: F.cross_entropy(x, z, torch.tensor(WEIGHT), ignore_index=0, reduction=reduction), LOGITS, INDICES)
        run(f"cross_entropy smooth {reduction}", lambda x, z: F.cross_entropy(x, z, torch.tensor(WEIGHT), ignore_index=0, label_smoothing=0.1, reduction=reduction), LOGITS, INDICES)
        run(f"cross_entropy soft {reduction}", lambda x, z: F.cross_entropy(x, z, torch.tensor(WEIGHT), label_smoothing=0.2, reduction=reduction), LOGITS, DISTRIBUTION)
        run(f"cross_entropy deep {reduction}", lambda x, z: F.cross_entropy(x, z, label_smoothing=0.1, reduction=reduction), DEEP, DEEP_INDICES)
    run("cross_entropy extreme", lambda x, z: F.cross_entropy(x, z, **none), EXTREME, INDICES)
    run("nll", lambda x, z: F.nll_loss(x, z, torch.tensor(WEIGHT)), numpy.log(DISTRIBUTION), INDICES)
    run("kl", lambda q, t: F.kl_div(q, t, **none), numpy.log(DISTRIBUTION), SOFT)
    run("kl zero", lambda q, t: F.kl_div(q, t, **none), numpy.log(DISTRIBUTION), ONE_HOT, constant=[1])
    run("kl log_target", lambda q, t: F.kl_div(q, t, log_target=True, **none), numpy.log(DISTRIBUTION), A)
    run("poisson_nll", lambda x, t: F.poisson_nll_loss(x, t, **none), A, COUNTS)
    run("poisson_nll rate", lambda x, t: F.poisson_nll_loss(x, t, log_input=False, **none), RATES, COUNTS)
    run("poisson_nll full", lambda x, t: F.poisson_nll_loss(x, t, full=True, **none), A, COUNTS, constant=[1])
    for delta in [0.5, 1.0, 2.5]:
        run(f"huber {delta}", lambda x, y: F.huber_loss(x, y, delta=delta, **none), A, B)
        run(f"smooth_l1 {delta}", lambda x, y: F.smooth_l1_loss(x, y, beta=delta, **none), A, B)
    run("smooth_l1 0", lambda x, y: F.smooth_l1_loss(x, y, beta=0, **none), A, B)
    run("cosine", lambda x, y: F.cosine_similarity(x, y), A, B)
    run("cosine zero", lambda x, y: F.cosine_similarity(x, y), A * [[0], [1], [1]], B)
    run("hinge_embedding", lambda x, y: F.hinge_embedding_loss(x, y, margin=1.5, **none), A, SIGNS, constant=[1])
    run("margin_ranking", lambda a, b, y: F.margin_ranking_loss(a, b, y, margin=0.5, **none), A, B, SIGNS, constant=[2])
    run("soft_margin", lambda x, y: F.soft_margin_loss(x, y, **none), A, SIGNS, constant=[1])
    for p in [1, 2]:
        run(f"multi_margin {p}", lambda x, y: F.multi_margin_loss(x, y, p=p, margin=0.8, **none), A, INDICES)


def tensorflow_cases():
    import tensorflow as tf
    from keras import losses

    tf.keras.backend.set_floatx("float64")

    def run(name, f, *args, constant=()):
        given = [tf.constant(a) for a in args]
        with tf.GradientTape() as tape:
            tape.watch([a for a in given if a.dtype.is_floating])
            value = f(*given)
            weights = tf.reshape(tf.cos(1 + tf.range(tf.size(value, tf.int64), dtype=tf.float64)), value.shape)
            total = tf.reduce_sum(weights * value)
        gradients = [None if k in constant or not a.dtype.is_floating else g for k, (a, g) in enumerate(zip(given, tape.gradient(total, given)))]
        emit(name, args, value.numpy(), [None if g is None else g.numpy() for g in gradients])

    nn = tf.nn
    run("sigmoid", nn.sigmoid_cross_entropy_with_logits, SOFT, LOGITS)
    run("sigmoid extreme", nn.sigmoid_cross_entropy_with_logits, LABELS, EXTREME)
    run("weighted", lambda z, x: nn.weighted_cross_entropy_with_logits(z, x, 2.5), SOFT, LOGITS)
    run("weighted extreme", lambda z, x: nn.weighted_cross_entropy_with_logits(z, x, 0.5), LABELS, EXTREME)
    run("softmax", nn.softmax_cross_entropy_with_logits, DISTRIBUTION, LOGITS)
    run("softmax axis", lambda z, x: nn.softmax_cross_entropy_with_logits(z, x, axis=0), SOFT / SOFT.sum(0), LOGITS)
    run("softmax extreme", nn.softmax_cross_entropy_with_logits, DISTRIBUTION, EXTREME)
    run("softmax kernel", nn.softmax_cross_entropy_with_logits, 2 * SOFT, LOGITS)
    run("sparse", nn.sparse_softmax_cross_entropy_with_logits, INDICES, LOGITS)
    run("sparse extreme", nn.sparse_softmax_cross_entropy_with_logits, INDICES, EXTREME)
    run("log_poisson", nn.log_poisson_loss, COUNTS, A)
    run("log_poisson full", lambda t, x: nn.log_poisson_loss(t, x, compute_full_loss=True), COUNTS, A, constant=[0])
    run("l2_normalize", lambda x: nn.l2_normalize(x, 1), A * [[0], [1], [1e-7]])
    run("binary", lambda z, p: tf.keras.ops.binary_crossentropy(z, p), SOFT, PROBABILITIES)
    run("binary edges", lambda z, p: tf.keras.ops.binary_crossentropy(z, p), LABELS, EDGES)
    run("binary smooth", lambda z, p: losses.binary_crossentropy(z, p, label_smoothing=0.2), LABELS, PROBABILITIES)
    run("categorical", losses.categorical_crossentropy, DISTRIBUTION, PROBABILITIES)
    run("categorical smooth", lambda z, p: losses.categorical_crossentropy(z, p, label_smoothing=0.2), ONE_HOT, PROBABILITIES)
    run("categorical edges", losses.categorical_crossentropy, ONE_HOT, EDGES)
    run("sparse_categorical", losses.sparse_categorical_crossentropy, INDICES, PROBABILITIES)
    run("sparse_categorical edges", losses.sparse_categorical_crossentropy, INDICES, EDGES)
    run("kl", losses.kl_divergence, DISTRIBUTION, PROBABILITIES)
    run("kl edges", losses.kl_divergence, EDGES, PROBABILITIES)
    run("poisson", losses.poisson, COUNTS, RATES)
    run("hinge", losses.hinge, SIGNS, A, constant=[0])
    run("hinge 01", losses.hinge, LABELS, A, constant=[0])
    run("squared_hinge", losses.squared_hinge, SIGNS, A, constant=[0])
    run("categorical_hinge", losses.categorical_hinge, ONE_HOT, A, constant=[0])
    run("huber", lambda y, p: losses.huber(y, p, 1.5), A, B)
    run("log_cosh", losses.log_cosh, A, 100 * B)
    run("cosine", losses.cosine_similarity, A, B)
    run("cosine zero", losses.cosine_similarity, A, B * [[0], [1], [1e-8]])
    run("mse", losses.mean_squared_error, A, B)
    run("mae", losses.mean_absolute_error, A, B)
    run("msle", losses.mean_squared_logarithmic_error, RATES, A)
    run("mape", losses.mean_absolute_percentage_error, A, B)


{"torch": torch_cases, "tensorflow": tensorflow_cases}[sys.argv[1]]()
text = json.dumps(out, separators=(",", ":")).replace("Infinity", "1e999")
print(text.replace('"},"', '"},\n"').replace('},"', '},\n"'))
