"""Convolutions and pools as TensorFlow and PyTorch compute them: values, and the gradients of ⟨v, value⟩.

Inputs are not stored: element i of the values is cos(1 + 1.3 i), of the kernel sin(1 + 0.9 i), of v cos(2 + i).

Usage: python convolution.py torch|tensorflow > ../fixtures/engine/convolution-torch.json
"""
import json
import os
import sys

import numpy

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
fill = lambda f, a, b, shape: f(a + b * numpy.arange(numpy.prod(shape))).reshape(shape)
X = lambda shape: fill(numpy.cos, 1, 1.3, shape)
K = lambda shape: fill(numpy.sin, 1, 0.9, shape)
V = lambda shape: fill(numpy.cos, 2, 1, shape)
flat = lambda x: [float(f"{n:.13g}") for n in numpy.asarray(x).ravel()]
out = []


def emit(kind, shapes, options, value, gradients):
    out.append({"kind": kind, "shapes": shapes, "options": options, "shape": list(value.shape), "value": flat(value),
                "gradients": [flat(g) for g in gradients]})


def torch_cases():
    import torch
    import torch.nn.functional as F

    def run(kind, f, shapes, **options):
        args = [torch.tensor(make(shape), requires_grad=True) for make, shape in zip((X, K), shapes)]
        value = f(*args, **options)
        value.backward(torch.tensor(V(value.shape)))
        emit(kind, shapes, options, value.detach().numpy(), [a.grad.numpy() for a in args])

    for options in [{}, {"stride": 2}, {"padding": 2}, {"dilation": 2, "padding": 1}, {"padding": "same"}, {"stride": 3, "padding": 2, "dilation": 2}]:
        run("conv", F.conv1d, [[2, 3, 7], [4, 3, 3]], **options)
    run("conv", F.conv1d, [[1, 2, 6], [3, 2, 4]], padding="same")
    run("conv", F.conv1d, [[2, 4, 6], [6, 2, 3]], groups=2, stride=2)
    run("conv", F.conv1d, [[1, 1, 9], [1, 1, 1]], stride=4)
    for options in [{}, {"stride": [2, 1]}, {"padding": [1, 2]}, {"dilation": [1, 2], "padding": "same"}, {"stride": 2, "padding": 1}]:
        run("conv", F.conv2d, [[2, 2, 5, 6], [3, 2, 3, 2]], **options)
    run("conv", F.conv2d, [[1, 4, 5, 4], [4, 1, 2, 2]], groups=4, stride=[1, 2])
    run("conv", F.conv2d, [[1, 4, 4, 5], [2, 2, 3, 3]], groups=2, padding=1, dilation=2, stride=2)
    for options in [{}, {"stride": 2}, {"stride": 3, "padding": 1, "output_padding": 2}, {"dilation": 2, "padding": 1}]:
        run("conv_transpose", F.conv_transpose1d, [[2, 3, 4], [3, 2, 3]], **options)
    run("conv_transpose", F.conv_transpose1d, [[1, 4, 3], [4, 1, 2]], groups=2, stride=2)
    run("conv_transpose", F.conv_transpose2d, [[1, 2, 3, 2], [2, 3, 2, 3]], stride=[2, 1], padding=[0, 1], output_padding=[1, 0])
    run("conv_transpose", F.conv_transpose2d, [[2, 2, 3, 3], [2, 2, 3, 3]], groups=2, stride=2, padding=1, dilation=2)
    for options in [{}, {"stride": 1}, {"padding": 1}, {"stride": 2, "ceil_mode": True}, {"stride": 2, "padding": 1, "ceil_mode": True}]:
        run("max_pool", F.max_pool1d, [[2, 2, 8]], kernel_size=3, **options)
        run("avg_pool", F.avg_pool1d, [[2, 2, 8]], kernel_size=3, **options)
        run("avg_pool", F.avg_pool1d, [[2, 2, 8]], kernel_size=3, count_include_pad=False, **options)
    run("max_pool", F.max_pool1d, [[1, 1, 9]], kernel_size=3, dilation=2, padding=1, stride=2)
    for options in [{"kernel_size": 2}, {"kernel_size": [3, 2], "stride": [2, 1], "padding": [1, 0]}, {"kernel_size": 3, "padding": 1, "ceil_mode": True}]:
        run("max_pool", F.max_pool2d, [[2, 2, 5, 6]], **options)
        run("avg_pool", F.avg_pool2d, [[2, 2, 5, 6]], **options)
        run("avg_pool", F.avg_pool2d, [[2, 2, 5, 6]], count_include_pad=False, **options)
    run("max_pool", F.max_pool2d, [[1, 1, 6, 6]], kernel_size=2, stride=2, dilation=2, ceil_mode=True)
    run("avg_pool", F.avg_pool2d, [[1, 2, 4, 4]], kernel_size=2, stride=1, divisor_override=3)


def tensorflow_cases():
    import tensorflow as tf

    def run(kind, f, shapes, **options):
        args = [tf.constant(make(shape)) for make, shape in zip((X, K), shapes)]
        v = tf.constant(V(f(*args, **options).shape))

        # Compiled where the kernels of the CPU have no gradient: for dilations and for groups.
        @tf.function(jit_compile=options.get("dilations") == 2 or (kind == "conv2d" and shapes[0][-1] != shapes[1][-2]))
        def both():
            with tf.GradientTape() as tape:
                tape.watch(args)
                value = f(*args, **options)
            return value, tape.gradient(value, args, v)

        value, gradients = both()
        emit(kind, shapes, options, value.numpy(), [g.numpy() for g in gradients])

    for padding in ["VALID", "SAME"]:
        for stride, dilations in [(1, 1), (2, 1), (3, 1), (1, 2)]:
            run("conv1d", tf.nn.conv1d, [[2, 7, 2], [3, 2, 3]], stride=stride, padding=padding, dilations=dilations)
            run("conv2d", tf.nn.conv2d, [[1, 5, 6, 2], [2, 3, 2, 3]], strides=stride, padding=padding, dilations=dilations)
        run("conv2d", tf.nn.conv2d, [[1, 4, 4, 4], [3, 2, 2, 4]], strides=[1, 2, 1, 1], padding=padding)
        run("depthwise_conv2d", tf.nn.depthwise_conv2d, [[1, 5, 4, 3], [2, 3, 3, 2]], strides=[1, 2, 2, 1], padding=padding)
        run("depthwise_conv2d", tf.nn.depthwise_conv2d, [[1, 5, 5, 2], [2, 2, 2, 1]], strides=[1, 1, 1, 1], padding=padding, dilations=[2, 2])
        for ksize, strides in [(2, 2), (3, 1), (3, 2), (2, 3)]:
            run("max_pool1d", tf.nn.max_pool1d, [[2, 7, 2]], ksize=ksize, strides=strides, padding=padding)
            run("avg_pool1d", tf.nn.avg_pool1d, [[2, 7, 2]], ksize=ksize, strides=strides, padding=padding)
            run("max_pool2d", tf.nn.max_pool2d, [[1, 5, 6, 2]], ksize=ksize, strides=strides, padding=padding)
            run("avg_pool2d", tf.nn.avg_pool2d, [[1, 5, 6, 2]], ksize=ksize, strides=strides, padding=padding)
        run("max_pool2d", tf.nn.max_pool2d, [[1, 5, 4, 1]], ksize=[3, 2], strides=[1, 2], padding=padding)
    run("conv2d", tf.nn.conv2d, [[1, 4, 5, 1], [2, 3, 1, 2]], strides=2, padding=[[0, 0], [1, 0], [2, 1], [0, 0]])
    for shape, stride, padding in [([1, 6, 7, 2], 2, "SAME"), ([1, 5, 7, 2], 2, "SAME"), ([1, 7, 9, 2], 2, "VALID"), ([1, 5, 6, 2], 1, "VALID")]:
        run("conv2d_transpose", tf.nn.conv2d_transpose, [[1, 3, 4, 3], [3, 3, 2, 3]], output_shape=shape, strides=stride, padding=padding)


{"torch": torch_cases, "tensorflow": tensorflow_cases}[sys.argv[1]]()
print(json.dumps(out, separators=(",", ":")).replace('{"kind"', '\n{"kind"'))
