"""Penalties on weights, as Keras 3 has them."""
import tensorflow as tf


class Regularizer:
    def __call__(self, x):
        return 0.0


class L1L2(Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = 0.0 if l1 is None else l1
        self.l2 = 0.0 if l2 is None else l2

    def __call__(self, x):
        loss = tf.constant(0.0)
        if self.l1:
            loss = loss + self.l1 * tf.reduce_sum(tf.abs(x))
        if self.l2:
            loss = loss + self.l2 * tf.reduce_sum(tf.square(x))
        return loss


class L1(L1L2):
    def __init__(self, l1=0.01):
        super().__init__(l1=l1)


class L2(L1L2):
    def __init__(self, l2=0.01):
        super().__init__(l2=l2)


l1 = L1
l2 = L2


def l1_l2(l1=0.01, l2=0.01):
    return L1L2(l1, l2)


def get(identifier):
    if identifier is None or callable(identifier):
        return identifier
    if identifier in ("l1", "l2", "L1", "L2", "l1_l2", "L1L2"):
        return {"l1": L1, "l2": L2, "l1_l2": l1_l2, "l1l2": L1L2}[identifier.lower()]()
    raise ValueError(f"Could not interpret regularizer identifier: {identifier}")
