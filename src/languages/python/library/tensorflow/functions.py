"""Functions of tf, tf.math, tf.nn and tf.linalg that are made of others."""
from collections import namedtuple

import tensorflow as tf
from tensorflow import _native

_say = print
builtin_slice = slice


def _product(lengths):
    out = 1
    for length in lengths:
        out *= int(length)
    return out


def _map(fn, structure):
    if isinstance(structure, dict):
        return {key: _map(fn, value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_map(fn, part) for part in structure)
    return fn(structure)


def _first(structure):
    while isinstance(structure, (list, tuple)):
        structure = structure[0]
    return structure


# ── control flow ────────────────────────────────────────────────────────────


def cond(pred, true_fn=None, false_fn=None, name=None):
    return true_fn() if pred else false_fn()


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    for pred, fn in pred_fn_pairs:
        if pred:
            return fn()
    return default()


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    index = int(branch_index)
    if isinstance(branch_fns, dict):
        return branch_fns.get(index, default)()
    return branch_fns[index]() if 0 <= index < len(branch_fns) else (default or branch_fns[-1])()


def while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, maximum_iterations=None, name=None):
    state = _map(tf.convert_to_tensor, loop_vars)
    done = 0
    while cond(*state) and (maximum_iterations is None or done < maximum_iterations):
        out = body(*state)
        state = list(out) if isinstance(out, (list, tuple)) else [out]
        done += 1
    return type(loop_vars)(state) if isinstance(loop_vars, (list, tuple)) else state


def _slices(elems):
    count = int(tf.convert_to_tensor(_first(elems)).shape[0])
    return [_map(lambda part: tf.convert_to_tensor(part)[k], elems) for k in range(count)]


def _stacked(parts):
    if isinstance(parts[0], (list, tuple)):
        return type(parts[0])(_stacked([part[k] for part in parts]) for k in range(len(parts[0])))
    return tf.stack(parts)


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None, fn_output_signature=None):
    return _stacked([fn(part) for part in _slices(elems)])


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    return map_fn(fn, elems)


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    parts = _slices(elems)
    state = parts.pop(0) if initializer is None else tf.convert_to_tensor(initializer)
    for part in parts:
        state = fn(state, part)
    return state


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    parts = _slices(elems)
    state = parts.pop() if initializer is None else tf.convert_to_tensor(initializer)
    for part in reversed(parts):
        state = fn(state, part)
    return state


def scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False, name=None):
    parts = _slices(elems)
    if reverse:
        parts.reverse()
    states = []
    if initializer is None:
        states.append(parts.pop(0))
        state = states[0]
    else:
        state = _map(tf.convert_to_tensor, initializer)
    for part in parts:
        state = fn(state, part)
        states.append(state)
    if reverse:
        states.reverse()
    return _stacked(states)


class Context:
    """A block that nothing is different in."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


device = control_dependencies = init_scope = Context


class name_scope:
    """The prefix of the names of Variables; one that ends in "/" is a whole prefix."""

    def __init__(self, name, default_name=None, values=None):
        self._name = name or default_name or ""
        self._before = []

    @property
    def name(self):
        return self._name

    def __enter__(self):
        before = _native.scope_now()
        now = self._name if self._name.endswith("/") or not self._name else before + self._name + "/"
        self._before.append(_native.scope(now))
        return now

    def __exit__(self, *error):
        _native.scope(self._before.pop())
        return False


def group(*inputs, **kwargs):
    return None


def no_op(name=None):
    return None


def executing_eagerly():
    return True


def is_tensor(x):
    return isinstance(x, (tf.Tensor, tf.Variable))


def is_symbolic_tensor(x):
    return False


def py_function(func=None, inp=None, Tout=None, name=None):
    out = func(*inp)
    return [tf.convert_to_tensor(part) for part in out] if isinstance(Tout, (list, tuple)) else tf.convert_to_tensor(out)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    return py_function(lambda *args: func(*[arg.numpy() for arg in args]), [tf.convert_to_tensor(x) for x in inp], Tout)


def ensure_shape(x, shape, name=None):
    own = tuple(x.shape)
    if len(own) != len(shape) or any(wanted is not None and wanted != length for wanted, length in zip(shape, own)):
        raise ValueError(f"Tensor's shape {own} is not compatible with expected shape {tuple(shape)}.")
    return x


# ── shapes and choice ───────────────────────────────────────────────────────


def repeat(input, repeats, axis=None, name=None):
    x = tf.convert_to_tensor(input)
    if axis is None:
        x, axis = tf.reshape(x, [-1]), 0
    axis %= len(x.shape)
    counts = tf.convert_to_tensor(repeats)
    times = [int(counts)] * x.shape[axis] if len(counts.shape) == 0 else [int(n) for n in counts]
    if len(times) == 1:
        times = times * x.shape[axis]
    return tf.gather(x, tf.constant([k for k, n in enumerate(times) for _ in range(n)], dtype=tf.int32), axis=axis)


def roll(input, shift, axis, name=None):
    x = tf.convert_to_tensor(input)
    shifts = shift if isinstance(shift, (list, tuple)) else [shift]
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    for by, along in zip(shifts, axes):
        n = x.shape[along]
        x = tf.gather(x, tf.constant([(k - int(by)) % n for k in range(n)], dtype=tf.int32), axis=along % len(x.shape))
    return x


def slice(input_, begin, size, name=None):
    x = tf.convert_to_tensor(input_)
    for axis, (start, count) in enumerate(zip([int(b) for b in begin], [int(s) for s in size])):
        stop = x.shape[axis] if count == -1 else start + count
        x = tf.gather(x, tf.range(start, stop), axis=axis)
    return x


def meshgrid(*args, indexing="xy", name=None):
    vectors = [tf.reshape(tf.convert_to_tensor(arg), [-1]) for arg in args]
    lengths = [int(v.shape[0]) for v in vectors]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[0], order[1] = 1, 0
    shape = [0] * len(vectors)
    for k, axis in enumerate(order):
        shape[axis] = lengths[k]
    out = []
    for k, v in enumerate(vectors):
        own = [1] * len(vectors)
        own[order[k]] = lengths[k]
        out.append(tf.broadcast_to(tf.reshape(v, own), shape))
    return out


def sequence_mask(lengths, maxlen=None, dtype=None, name=None):
    lengths = tf.convert_to_tensor(lengths)
    top = int(tf.reduce_max(lengths)) if maxlen is None else int(maxlen)
    mask = tf.range(top) < tf.expand_dims(tf.cast(lengths, "int32"), -1)
    return mask if dtype is None else tf.cast(mask, dtype)


def searchsorted(sorted_sequence, values, side="left", out_type=None, name=None):
    rows = tf.convert_to_tensor(sorted_sequence)
    values = tf.convert_to_tensor(values)
    below = tf.expand_dims(rows, -2) < tf.expand_dims(values, -1) if side == "left" else tf.expand_dims(rows, -2) <= tf.expand_dims(values, -1)
    return tf.reduce_sum(tf.cast(below, "int32"), axis=-1)


Unique = namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = namedtuple("UniqueWithCounts", ["y", "idx", "count"])


def unique(x, out_idx=None, name=None):
    found, places = [], []
    for value in tf.convert_to_tensor(x).numpy().tolist():
        if value not in found:
            found.append(value)
        places.append(found.index(value))
    return Unique(tf.constant(found, dtype=tf.convert_to_tensor(x).dtype), tf.constant(places, dtype=tf.int32))


def _flat(indices, shape):
    """Row-major places of index vectors in an array of `shape`."""
    out = 0
    for axis in range(len(shape)):
        out = out * int(shape[axis]) + tf.cast(indices[..., axis], "int64")
    return out


def gather_nd(params, indices, batch_dims=0, name=None):
    if batch_dims:
        raise NotImplementedError("tf.gather_nd with batch_dims is not supported")
    params, indices = tf.convert_to_tensor(params), tf.convert_to_tensor(indices)
    depth = indices.shape[-1]
    lead = params.shape[:depth]
    rows = tf.reshape(params, [_product(lead)] + list(params.shape[depth:]))
    return tf.gather(rows, _flat(indices, lead))


def _rows(shape, indices, updates):
    indices, updates = tf.convert_to_tensor(indices), tf.convert_to_tensor(updates)
    depth = indices.shape[-1]
    lead, inner = list(shape)[:depth], [int(n) for n in list(shape)[depth:]]
    flat = tf.reshape(_flat(indices, lead), [-1])
    return flat, tf.reshape(updates, [flat.shape[0], _product(inner)]), [_product(lead), _product(inner)]


def scatter_nd(indices, updates, shape, name=None):
    shape = [int(n) for n in tf.convert_to_tensor(shape)]
    flat, rows, sizes = _rows(shape, indices, updates)
    return tf.reshape(_native.scatter(tf.zeros(sizes, rows.dtype), flat, rows, "add"), shape)


def _scatter_into(mode):
    def scatter(tensor, indices, updates, name=None):
        tensor = tf.convert_to_tensor(tensor)
        flat, rows, sizes = _rows([int(n) for n in tensor.shape], indices, updates)
        return tf.reshape(_native.scatter(tf.reshape(tensor, sizes), flat, tf.cast(rows, tensor.dtype), mode), tensor.shape)

    return scatter


tensor_scatter_nd_update = _scatter_into("set")
tensor_scatter_nd_add = _scatter_into("add")


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    return tensor_scatter_nd_add(tensor, indices, -tf.convert_to_tensor(updates))


def dynamic_partition(data, partitions, num_partitions, name=None):
    return [tf.boolean_mask(data, tf.convert_to_tensor(partitions) == k) for k in range(num_partitions)]


# ── tf.math ─────────────────────────────────────────────────────────────────


def xlogy(x, y, name=None):
    return _native.xlogy(x, y)


def xdivy(x, y, name=None):
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    return tf.where(x == 0, tf.zeros_like(x), x / tf.where(x == 0, tf.ones_like(y), y))


def xlog1py(x, y, name=None):
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    return tf.where(x == 0, tf.zeros_like(x), x * tf.math.log1p(tf.where(x == 0, tf.zeros_like(y), y)))


def log_sigmoid(x, name=None):
    return -tf.nn.softplus(-tf.convert_to_tensor(x))


def multiply_no_nan(x, y, name=None):
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    return tf.where(y == 0, tf.zeros_like(x * y), tf.where(y == 0, tf.zeros_like(x * y), x) * y)


def reciprocal_no_nan(x, name=None):
    return tf.math.divide_no_nan(tf.ones_like(x), x)


def is_inf(x, name=None):
    return tf.abs(x) == float("inf")


def logical_xor(x, y, name="LogicalXor"):
    return tf.logical_or(x, y) & tf.logical_not(tf.logical_and(x, y))


def count_nonzero(input, axis=None, keepdims=None, dtype=None, name=None):
    return tf.reduce_sum(tf.cast(tf.convert_to_tensor(input) != 0, "int64"), axis=axis, keepdims=bool(keepdims))


def zero_fraction(value, name=None):
    return tf.reduce_mean(tf.cast(tf.convert_to_tensor(value) == 0, "float32"))


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    x = tf.convert_to_tensor(x)
    top = tf.stop_gradient(tf.reduce_max(x, axis=axis, keepdims=True))
    return tf.math.log(tf.cumsum(tf.exp(x - top), axis=axis, exclusive=exclusive, reverse=reverse)) + top


def polyval(coeffs, x, name=None):
    out = tf.zeros_like(x)
    for c in coeffs:
        out = out * x + c
    return out


def scalar_mul(scalar, x, name=None):
    return scalar * x


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    return tf.add_n(inputs)


def rint(x, name=None):
    return tf.round(x)


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype=tf.int32, name=None):
    pairs = list(zip([int(k) for k in labels], [int(k) for k in predictions]))
    n = num_classes or max(max(pair) for pair in pairs) + 1
    table = [[0] * n for _ in range(n)]
    for k, (i, j) in enumerate(pairs):
        table[i][j] += 1 if weights is None else float(weights[k])
    return tf.constant(table, dtype=dtype)


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=tf.int32, name=None, axis=None, binary_output=False):
    values = [int(k) for k in tf.reshape(tf.convert_to_tensor(arr), [-1])]
    n = max(max(values, default=-1) + 1, minlength or 0)
    counts = [0] * n
    for k, value in enumerate(values):
        counts[value] += 1 if weights is None else float(tf.reshape(weights, [-1])[k])
    return tf.constant(counts, dtype=dtype if weights is None else tf.float32)


def _segments(reduce):
    def segment(data, segment_ids, num_segments=None, name=None):
        data = tf.convert_to_tensor(data)
        ids = [int(k) for k in segment_ids]
        count = int(num_segments) if num_segments is not None else max(ids, default=-1) + 1
        parts = []
        for k in range(count):
            places = [at for at, own in enumerate(ids) if own == k]
            parts.append(reduce(tf.gather(data, places), axis=0) if places else tf.zeros_like(data[0]))
        return tf.stack(parts)

    return segment


segment_sum = unsorted_segment_sum = _segments(tf.reduce_sum)
segment_mean = unsorted_segment_mean = _segments(tf.reduce_mean)
segment_max = unsorted_segment_max = _segments(tf.reduce_max)
segment_min = unsorted_segment_min = _segments(tf.reduce_min)
segment_prod = unsorted_segment_prod = _segments(tf.reduce_prod)


TopKV2 = namedtuple("TopKV2", ["values", "indices"])


def top_k(input, k=1, sorted=True, index_type=None, name=None):
    return TopKV2(*_native.top_k(input, k))


def in_top_k(targets, predictions, k, name=None):
    predictions = tf.convert_to_tensor(predictions)
    right = tf.reduce_sum(tf.one_hot(targets, predictions.shape[-1]) * predictions, axis=-1, keepdims=True)
    return tf.reduce_sum(tf.cast(predictions > right, "int32"), axis=-1) < k


def embedding_lookup(params, ids, max_norm=None, name=None):
    return tf.gather(params, ids)


def crelu(features, axis=-1, name=None):
    features = tf.convert_to_tensor(features)
    return tf.nn.relu(tf.concat([features, -features], axis=axis))


def separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None):
    return tf.nn.conv2d(tf.nn.depthwise_conv2d(input, depthwise_filter, strides, padding), pointwise_filter, strides=1, padding="VALID")


# ── tf.linalg ───────────────────────────────────────────────────────────────


adjoint = tf.linalg.matrix_transpose


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    d = tf.convert_to_tensor(diagonal)
    if k == 0:
        return tf.expand_dims(d, -1) * tf.eye(d.shape[-1], dtype=d.dtype)
    n = d.shape[-1] + abs(k)
    before = [max(-k, 0), max(k, 0)]
    padded = tf.pad(diag(d), [[0, 0]] * (len(d.shape) - 1) + [[before[0], n - d.shape[-1] - before[0]], [before[1], n - d.shape[-1] - before[1]]])
    return padded


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    x = tf.convert_to_tensor(input)
    rows, columns = x.shape[-2], x.shape[-1]
    down, right = max(-k, 0), max(k, 0)
    n = min(rows - down, columns - right)
    flat = tf.reshape(x, list(x.shape[:-2]) + [rows * columns])
    return tf.gather(flat, [(i + down) * columns + i + right for i in range(n)], axis=-1)


tensor_diag = diag
tensor_diag_part = diag_part


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    x = tf.convert_to_tensor(input)
    eye = tf.eye(x.shape[-2], x.shape[-1], dtype=x.dtype)
    return x * (1 - eye) + tf.expand_dims(tf.convert_to_tensor(diagonal), -1) * eye


def band_part(input, num_lower, num_upper, name=None):
    x = tf.convert_to_tensor(input)
    i = tf.expand_dims(tf.range(x.shape[-2]), 1)
    j = tf.expand_dims(tf.range(x.shape[-1]), 0)
    lower = (i - j <= num_lower) | (num_lower < 0)
    upper = (j - i <= num_upper) | (num_upper < 0)
    return tf.where(lower & upper, x, tf.zeros_like(x))


def cholesky_solve(chol, rhs, name=None):
    return tf.linalg.triangular_solve(chol, tf.linalg.triangular_solve(chol, rhs, lower=True), lower=True, adjoint=True)


def normalize(tensor, ord="euclidean", axis=None, name=None):
    norm = tf.norm(tensor, ord=ord, axis=axis, keepdims=True)
    return tensor / norm, norm


# ── old initializers, checks ────────────────────────────────────────────────


def zeros_initializer():
    return lambda shape, dtype=tf.float32, **kwargs: tf.zeros(shape, dtype)


def ones_initializer():
    return lambda shape, dtype=tf.float32, **kwargs: tf.ones(shape, dtype)


def constant_initializer(value=0):
    def made(shape, dtype=None, **kwargs):
        # Numbers for all places are taken in their order.
        given = tf.constant(value) if dtype is None else tf.cast(tf.constant(value), dtype)
        return tf.reshape(given, shape) if tf.size(given) > 1 else tf.fill(shape, tf.reshape(given, []))

    return made


def random_normal_initializer(mean=0.0, stddev=0.05, seed=None):
    return lambda shape, dtype=tf.float32, **kwargs: tf.random.normal(shape, mean, stddev, dtype, seed=seed)


def random_uniform_initializer(minval=-0.05, maxval=0.05, seed=None):
    return lambda shape, dtype=tf.float32, **kwargs: tf.random.uniform(shape, minval, maxval, dtype, seed=seed)


def print(*inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None):
    import sys

    text = sep.join(str(_native.text(x, summarize)) for x in inputs) + end
    if output_stream is None or output_stream is sys.stderr:
        _native.say(text)
    else:
        _say(text, end="", file=output_stream if hasattr(output_stream, "write") else None)


class TensorArray:
    def __init__(self, dtype, size=0, dynamic_size=False, clear_after_read=None, tensor_array_name=None, handle=None, flow=None, infer_shape=True, element_shape=None, colocate_with_first_write_call=True, name=None):
        self.dtype = dtype
        self.items = [None] * int(size)

    def write(self, index, value, name=None):
        index = int(index)
        while len(self.items) <= index:
            self.items.append(None)
        self.items[index] = tf.convert_to_tensor(value)
        return self

    def read(self, index, name=None):
        return self.items[int(index)]

    def size(self, name=None):
        return tf.constant(len(self.items))

    def stack(self, name=None):
        return tf.stack(self.items)

    def concat(self, name=None):
        return tf.concat(self.items, 0)

    def unstack(self, value, name=None):
        self.items = tf.unstack(value)
        return self


class TensorSpec:
    def __init__(self, shape=None, dtype=tf.float32, name=None):
        self.shape = None if shape is None else tf.TensorShape(shape)
        self.dtype = tf.as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec, name=None):
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, other):
        fits = self.shape is None or self.shape.is_compatible_with(other.shape)
        return fits and self.dtype == other.dtype

    def __eq__(self, other):
        return isinstance(other, TensorSpec) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))

    def __repr__(self):
        shape = "<unknown>" if self.shape is None else str(self.shape)
        return f"TensorSpec(shape={shape}, dtype={self.dtype!r}, name={self.name!r})"


class IndexedSlices:
    """Rows of a tensor, and which ones they are. Our tapes give dense tensors."""

    def __init__(self, values, indices, dense_shape=None):
        self.values = tf.convert_to_tensor(values)
        self.indices = tf.convert_to_tensor(indices)
        self.dense_shape = dense_shape

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def shape(self):
        return tf.TensorShape(self.dense_shape)

    def _as_tensor(self):
        if self.dense_shape is None:
            raise ValueError("Tensor conversion requested for IndexedSlices for a shape that is not known")
        return scatter_nd(tf.reshape(self.indices, [-1, 1]), self.values, self.dense_shape)

    def __repr__(self):
        rest = "" if self.dense_shape is None else f", dense_shape={self.dense_shape}"
        return f"IndexedSlices(indices={self.indices}, values={self.values}{rest})"


class Module:
    """Finds Variables and modules among its attributes; names Variables made within its scope."""

    def __init__(self, name=None):
        if name is None:
            name = _native.snake(type(self).__name__)
        elif not str(name).isidentifier():
            raise ValueError(f"'{name}' is not a valid module name. Module names must be valid Python identifiers (e.g. a valid class name).")
        self._name = name
        with name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self):
        return self._name

    @property
    def name_scope(self):
        return name_scope(self._scope_name)

    def _flatten(self, predicate, seen=None):
        """What fulfils the predicate: among the attributes first, in the order of their names, then in submodules."""
        seen = [] if seen is None else seen
        found, inner = [], []

        def visit(value):
            if isinstance(value, (list, tuple)):
                for part in value:
                    visit(part)
            elif isinstance(value, dict):
                for key in sorted(value):
                    visit(value[key])
            elif isinstance(value, (tf.Variable, Module)) and not any(value is one for one in seen):
                seen.append(value)
                if predicate(value):
                    found.append(value)
                if isinstance(value, Module):
                    inner.append(value)

        for key in sorted(vars(self)):
            visit(vars(self)[key])
        for module in inner:
            found += module._flatten(predicate, seen)
        return found

    @property
    def variables(self):
        return tuple(self._flatten(lambda x: isinstance(x, tf.Variable)))

    @property
    def trainable_variables(self):
        return tuple(x for x in self.variables if x.trainable)

    @property
    def non_trainable_variables(self):
        return tuple(x for x in self.variables if not x.trainable)

    @property
    def submodules(self):
        return tuple(self._flatten(lambda x: isinstance(x, Module)))

    @classmethod
    def with_name_scope(cls, method):
        def within(self, *args, **kwargs):
            with self.name_scope:
                return method(self, *args, **kwargs)

        return within


# ── odds and ends ───────────────────────────────────────────────────────────


def timestamp(name=None):
    import time

    return tf.constant(time.time(), dtype=tf.float64)


def shape_n(input, out_type=tf.int32, name=None):
    return [tf.shape(x) for x in input]


def broadcast_dynamic_shape(shape_x, shape_y):
    return tf.shape(tf.zeros(shape_x) + tf.zeros(shape_y))


def broadcast_static_shape(shape_x, shape_y):
    return (tf.zeros(shape_x) + tf.zeros(shape_y)).shape


def Assert(condition, data, summarize=None, name=None):
    if not bool(condition):
        raise tf.errors.InvalidArgumentError(f"Expected '{condition}' to be true. Summarized data: " + "\n".join(str(_native.text(x, 3)) for x in data))


def get_static_value(tensor, partial=False):
    return tensor.numpy()


def grad_pass_through(f):
    @tf.custom_gradient
    def through(x):
        return f(x), lambda upstream: upstream

    return through


def gradients(*args, **kwargs):
    raise RuntimeError("tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.")


hessians = gradients


def histogram_fixed_width(values, value_range, nbins=100, dtype=tf.int32, name=None):
    low, high = [float(x) for x in value_range]
    counts = [0] * int(nbins)
    for x in tf.reshape(values, [-1]).numpy().tolist():
        counts[min(max(int((x - low) / (high - low) * nbins), 0), nbins - 1)] += 1
    return tf.constant(counts, dtype=dtype)


def strided_slice(input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0, name=None):
    steps = [1] * len(begin) if strides is None else strides
    key = []
    for axis, (start, stop, step) in enumerate(zip(begin, end, steps)):
        bit = 1 << axis
        low = None if begin_mask & bit else int(start)
        key.append(int(start) if shrink_axis_mask & bit else builtin_slice(low, None if end_mask & bit else int(stop), int(step)))
    return tf.convert_to_tensor(input_)[tuple(key)]


def unique_with_counts(x, out_idx=None, name=None):
    values, places = unique(x)
    return UniqueWithCounts(values, places, tf.constant([places.numpy().tolist().count(k) for k in range(values.shape[0])], dtype=tf.int32))


def _scatter_extreme(choose):
    def scatter(tensor, indices, updates, name=None):
        out = tf.convert_to_tensor(tensor)
        for index, update in zip(tf.reshape(indices, [-1, tf.convert_to_tensor(indices).shape[-1]]), updates):
            old = gather_nd(out, [index])
            out = tensor_scatter_nd_update(out, [index], choose(old, tf.cast([update], out.dtype)))
        return out

    return scatter


tensor_scatter_nd_max = _scatter_extreme(tf.maximum)
tensor_scatter_nd_min = _scatter_extreme(tf.minimum)


def dynamic_stitch(indices, data, name=None):
    places = [int(k) for part in indices for k in tf.reshape(part, [-1])]
    rows = tf.concat([tf.reshape(part, [_product(tf.convert_to_tensor(index).shape), *tf.convert_to_tensor(part).shape[len(tf.convert_to_tensor(index).shape) :]]) for index, part in zip(indices, data)], 0)
    last = {place: k for k, place in enumerate(places)}
    return tf.gather(rows, [last[place] for place in range(max(places) + 1)])


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    return tf.nn.l2_normalize(x, axis=axis, epsilon=epsilon)


def is_strictly_increasing(x, name=None):
    x = tf.reshape(x, [-1])
    return tf.reduce_all(x[1:] > x[:-1])


def is_non_decreasing(x, name=None):
    x = tf.reshape(x, [-1])
    return tf.reduce_all(x[1:] >= x[:-1])


# ── tf.nest ─────────────────────────────────────────────────────────────────


def is_nested(structure):
    return isinstance(structure, (list, tuple, dict))


def flatten(structure, expand_composites=False):
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def _pack(structure, leaves):
    if isinstance(structure, dict):
        made = {key: _pack(structure[key], leaves) for key in sorted(structure)}
        return {key: made[key] for key in structure}
    if hasattr(structure, "_fields"):
        return type(structure)(*[_pack(part, leaves) for part in structure])
    if isinstance(structure, (list, tuple)):
        return type(structure)([_pack(part, leaves) for part in structure])
    return next(leaves)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    wanted, given = len(flatten(structure)), len(flat_sequence)
    if wanted != given:
        raise ValueError(f"Could not pack sequence. Structure had {wanted} atoms, but flat_sequence had {given} items.  Structure: {structure}, flat_sequence: {flat_sequence}.")
    return _pack(structure, iter(flat_sequence))


def map_structure(func, *structure, **kwargs):
    rows = zip(*[flatten(one) for one in structure])
    return pack_sequence_as(structure[0], [func(*row) for row in rows])


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    pack_sequence_as(nest1, flatten(nest2))


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    x = tf.convert_to_tensor(input)
    lengths = tf.convert_to_tensor(seq_lengths).numpy().tolist()
    seq_axis, batch_axis = seq_axis or 0, batch_axis or 0
    rows = []
    for row, length in zip(tf.unstack(x, axis=batch_axis), lengths):
        axis = seq_axis - (1 if batch_axis < seq_axis else 0)
        order = list(range(length))[::-1] + list(range(length, x.shape[seq_axis]))
        rows.append(tf.gather(row, order, axis=axis))
    return tf.stack(rows, axis=batch_axis)


def invert_permutation(x, name=None):
    order = tf.convert_to_tensor(x)
    return tf.cast(tf.argsort(order), order.dtype)


def saturate_cast(value, dtype, name=None):
    x = tf.convert_to_tensor(value)
    dtype = tf.as_dtype(dtype)
    if dtype.is_floating:
        return tf.cast(x, dtype)
    return tf.cast(tf.clip_by_value(x, tf.cast(dtype.min, x.dtype), tf.cast(dtype.max, x.dtype)), dtype)


def ndtri(x, name=None):
    return tf.math.erfinv(2 * tf.convert_to_tensor(x) - 1) * 2**0.5


def erfcinv(x, name=None):
    return tf.math.erfinv(1 - tf.convert_to_tensor(x))
