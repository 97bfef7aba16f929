"""Learning rates over steps, as Keras 3 defines them."""
import math

import tensorflow as tf


class LearningRateSchedule:
    def __call__(self, step):
        raise NotImplementedError("Learning rate schedule must override `__call__(self, step)`.")

    def get_config(self):
        raise NotImplementedError


def _numbers(*values):
    return [tf.cast(tf.convert_to_tensor(value), "float32") for value in values]


class ExponentialDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase

    def __call__(self, step):
        rate, step, steps, decay = _numbers(self.initial_learning_rate, step, self.decay_steps, self.decay_rate)
        p = step / steps
        return rate * tf.pow(decay, tf.floor(p) if self.staircase else p)


class InverseTimeDecay(ExponentialDecay):
    def __call__(self, step):
        rate, step, steps, decay = _numbers(self.initial_learning_rate, step, self.decay_steps, self.decay_rate)
        p = step / steps
        return rate / (1.0 + decay * (tf.floor(p) if self.staircase else p))


class PiecewiseConstantDecay(LearningRateSchedule):
    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. "
                f"Received: boundaries={boundaries} of length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        self.boundaries = boundaries
        self.values = values

    def __call__(self, step):
        step = float(step)
        for boundary, value in zip(self.boundaries, self.values):
            if step <= boundary:
                return tf.constant(value, "float32")
        return tf.constant(self.values[-1], "float32")


class PolynomialDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name="PolynomialDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle

    def __call__(self, step):
        rate, end, power, step, steps = _numbers(
            self.initial_learning_rate, self.end_learning_rate, self.power, step, self.decay_steps
        )
        if self.cycle:
            steps = steps * tf.where(step == 0, 1.0, tf.math.ceil(step / steps))
        else:
            step = tf.minimum(step, steps)
        return (rate - end) * tf.pow(1.0 - step / steps, power) + end


class CosineDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name="CosineDecay", warmup_target=None, warmup_steps=0):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        rate, step, steps, warm = _numbers(self.initial_learning_rate, step, self.decay_steps, self.warmup_steps)

        def decay(step, top):
            fraction = step / steps
            cosine = 0.5 * (1.0 + tf.cos(tf.constant(math.pi) * fraction))
            return top * ((1.0 - self.alpha) * cosine + self.alpha)

        if self.warmup_target is None:
            return decay(tf.minimum(step, steps), rate)
        target = tf.constant(self.warmup_target, "float32")
        if float(step) < float(warm):
            return (target - rate) * (step / warm) + rate
        return decay(tf.minimum(step - warm, steps), target)


class CosineDecayRestarts(LearningRateSchedule):
    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha

    def __call__(self, step):
        rate, step, first, t, m = _numbers(
            self.initial_learning_rate, step, self.first_decay_steps, self.t_mul, self.m_mul
        )
        fraction = step / first
        if self.t_mul == 1.0:
            restart = tf.floor(fraction)
            fraction = fraction - restart
        else:
            restart = tf.floor(tf.math.log(1.0 - fraction * (1.0 - t)) / tf.math.log(t))
            done = (1.0 - t**restart) / (1.0 - t)
            fraction = (fraction - done) / t**restart
        cosine = 0.5 * m**restart * (1.0 + tf.cos(tf.constant(math.pi) * fraction))
        return rate * ((1.0 - self.alpha) * cosine + self.alpha)
