"""tf.strings: functions of tensors of text."""
import re

import tensorflow as tf
from tensorflow import _native


def _each(fn, x):
    texts, shape = _native.texts(x)
    return _native.text_tensor([fn(text) for text in texts], shape)


def lower(input, encoding="", name=None):
    return _each(lambda text: text.lower(), input)


def upper(input, encoding="", name=None):
    return _each(lambda text: text.upper(), input)


def strip(input, name=None):
    return _each(lambda text: text.strip(), input)


def substr(input, pos, len, unit="BYTE", name=None):
    return _each(lambda text: text[pos : pos + len] if pos >= 0 else text[pos:][:len], input)


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    return _each(lambda text: re.sub(pattern, rewrite, text, count=0 if replace_global else 1), input)


def regex_full_match(input, pattern, name=None):
    texts, shape = _native.texts(input)
    return tf.reshape(tf.constant([re.fullmatch(pattern, text) is not None for text in texts]), shape)


def length(input, unit="BYTE", name=None):
    texts, shape = _native.texts(input)
    sizes = [len(text if unit == "UTF8_CHAR" else text.encode("utf-8")) for text in texts]
    return tf.reshape(tf.constant(sizes, dtype=tf.int32), shape)


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    x = tf.convert_to_tensor(input)
    if x.dtype == tf.bool:
        show = lambda value: "true" if value else "false"
    elif x.dtype.is_floating:
        places = 6 if precision < 0 else precision
        show = lambda value: f"{value:.{places}{'e' if scientific else 'f'}}"
    else:
        show = str
    texts = [show(value) for value in tf.reshape(x, [-1]).numpy().tolist()]
    return _native.text_tensor([text.rjust(width, fill or " ") if width > 0 else text for text in texts], x.shape)


def join(inputs, separator="", name=None):
    parts = [_native.texts(x) for x in inputs]
    shape = max((shape for _, shape in parts), key=len)
    count = max(len(texts) for texts, _ in parts)
    return _native.text_tensor([separator.join(texts[k if len(texts) > 1 else 0] for texts, _ in parts) for k in range(count)], shape)


def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    texts, shape = _native.texts(inputs)
    if axis is not None and len(shape) > 1:
        raise NotImplementedError("tf.strings.reduce_join along an axis is not supported")
    return _native.text_tensor([separator.join(texts)], ())


def split(input, sep=None, maxsplit=-1, name=None):
    texts, shape = _native.texts(input)
    if len(shape) > 0:
        raise NotImplementedError("tf.strings.split of several texts is not supported: there are no ragged tensors")
    parts = texts[0].split(sep or None, maxsplit)
    return _native.text_tensor(parts, (len(parts),))


def bytes_split(input, name=None):
    texts, _ = _native.texts(input)
    return _native.text_tensor(list(texts[0]), (len(texts[0]),))


def unicode_decode(input, input_encoding, name=None, **kwargs):
    texts, _ = _native.texts(input)
    return tf.constant([ord(letter) for letter in texts[0]], dtype=tf.int32)


def to_number(input, out_type=tf.float32, name=None):
    texts, shape = _native.texts(input)
    numbers = []
    for text in texts:
        try:
            numbers.append(float(text))
        except ValueError:
            raise tf.errors.InvalidArgumentError(
                "{{function_node __wrapped__StringToNumber_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
                f"StringToNumberOp could not correctly convert string: {text} [Op:StringToNumber] name: "
            ) from None
    return tf.reshape(tf.cast(tf.constant(numbers, dtype=tf.float64), out_type), shape)


def format(template, inputs, placeholder="{}", summarize=3, name=None):
    inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    text = template
    for x in inputs:
        text = text.replace(placeholder, str(_native.text(x)), 1)
    return tf.constant(text)


def to_hash_bucket_fast(input, num_buckets, name=None):
    raise NotImplementedError("tf.strings.to_hash_bucket_fast is not supported")
