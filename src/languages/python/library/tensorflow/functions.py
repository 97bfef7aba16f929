"""Functions of tf, tf.math, tf.nn and tf.linalg that are made of others."""
import tensorflow as tf
from tensorflow import _native

_say = print


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


class _Context:
    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


device = name_scope = control_dependencies = init_scope = _Context


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


def recompute_grad(f):
    return f


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


def unique(x, out_idx=None, name=None):
    found, places = [], []
    for value in tf.convert_to_tensor(x).numpy().tolist():
        if value not in found:
            found.append(value)
        places.append(found.index(value))
    return tf.constant(found, dtype=tf.convert_to_tensor(x).dtype), tf.constant(places, dtype=tf.int32)


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


class _TopK(tuple):
    @property
    def values(self):
        return self[0]

    @property
    def indices(self):
        return self[1]


def top_k(input, k=1, sorted=True, index_type=None, name=None):
    return _TopK(_native.top_k(input, k))


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


def matrix_transpose(a, name=None, conjugate=False):
    a = tf.convert_to_tensor(a)
    rank = len(a.shape)
    return tf.transpose(a, list(range(rank - 2)) + [rank - 1, rank - 2])


adjoint = matrix_transpose


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


def logdet(matrix, name=None):
    return 2.0 * tf.reduce_sum(tf.math.log(diag_part(tf.linalg.cholesky(matrix))), axis=-1)


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
    return lambda shape, dtype=tf.float32, **kwargs: tf.fill(shape, tf.constant(value, dtype=dtype))


def random_normal_initializer(mean=0.0, stddev=0.05, seed=None):
    return lambda shape, dtype=tf.float32, **kwargs: tf.random.normal(shape, mean, stddev, dtype, seed=seed)


def random_uniform_initializer(minval=-0.05, maxval=0.05, seed=None):
    return lambda shape, dtype=tf.float32, **kwargs: tf.random.uniform(shape, minval, maxval, dtype, seed=seed)


def _assertion(holds, words):
    def check(x, y, message=None, summarize=None, name=None):
        if not bool(tf.reduce_all(holds(tf.convert_to_tensor(x), y))):
            raise tf.errors.InvalidArgumentError(f"{message or ''}Condition x {words} y did not hold.")

    return check


assert_equal = _assertion(lambda x, y: x == y, "==")
assert_less = _assertion(lambda x, y: x < y, "<")
assert_greater = _assertion(lambda x, y: x > y, ">")


def print(*inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None):
    _say(*[_native.text(x) for x in inputs], sep=sep, end=end)


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


class Module:
    """Finds Variables and modules among its attributes."""

    def __init__(self, name=None):
        self._name = name or _native.snake(type(self).__name__)

    @property
    def name(self):
        return self._name

    def _found(self):
        out = []

        def visit(value):
            if isinstance(value, (tf.Variable, Module)) and not any(value is one for one in out):
                out.append(value)
                if isinstance(value, Module):
                    for part in value._found():
                        if not any(part is one for one in out):
                            out.append(part)
            elif isinstance(value, (list, tuple)):
                for part in value:
                    visit(part)
            elif isinstance(value, dict):
                for part in value.values():
                    visit(part)

        for key in sorted(self.__dict__):
            if isinstance(self.__dict__[key], tf.Variable):
                visit(self.__dict__[key])
        for key in sorted(self.__dict__):
            visit(self.__dict__[key])
        return out

    @property
    def variables(self):
        return tuple(x for x in self._found() if isinstance(x, tf.Variable))

    @property
    def trainable_variables(self):
        return tuple(x for x in self.variables if x.trainable)

    @property
    def non_trainable_variables(self):
        return tuple(x for x in self.variables if not x.trainable)

    @property
    def submodules(self):
        return tuple(x for x in self._found() if isinstance(x, Module))

    @classmethod
    def with_name_scope(cls, method):
        return method
