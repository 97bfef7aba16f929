"""tf.config, tf.debugging, tf.train, tf.summary, tf.distribute and the like: one processor, no files."""
import copy

import _disk
import numpy as np
import tensorflow as tf
from tensorflow._functions import Context


class _Nothing:
    """Takes every call and does nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


# ── tf.config ───────────────────────────────────────────────────────────────


class PhysicalDevice(tuple):
    @property
    def name(self):
        return self[0]

    @property
    def device_type(self):
        return self[1]

    def __repr__(self):
        return f"{type(self).__name__}(name={self[0]!r}, device_type={self[1]!r})"


class LogicalDevice(PhysicalDevice):
    pass


def list_physical_devices(device_type=None):
    return [PhysicalDevice(("/physical_device:CPU:0", "CPU"))] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    return [LogicalDevice(("/device:CPU:0", "CPU"))] if device_type in (None, "CPU") else []


get_visible_devices = list_physical_devices


def set_visible_devices(devices, device_type=None):
    pass


def set_soft_device_placement(enabled):
    pass


def get_soft_device_placement():
    return True


def experimental_run_functions_eagerly(run_eagerly):
    tf.config.run_functions_eagerly(run_eagerly)


optimizer = _Nothing()
threading = _Nothing()


class _Experimental(_Nothing):
    list_physical_devices = staticmethod(list_physical_devices)
    list_logical_devices = staticmethod(list_logical_devices)

    @staticmethod
    def do_not_convert(func=None):
        return func if func is not None else lambda fn: fn


experimental = _Experimental()


# ── tf.debugging ────────────────────────────────────────────────────────────


def _comparison(name, sign, holds):
    def check(x, y, message=None, summarize=None, **kwargs):
        a, b = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
        if not bool(tf.reduce_all(holds(a, b))):
            wrong = [k for k, ok in enumerate(np.asarray(holds(a, b)).reshape(-1).tolist()) if not ok]
            raise tf.errors.InvalidArgumentError(
                (message + "\n" if message else "")
                + f"Condition x {sign} y did not hold.\n"
                + _first(a, b, wrong, summarize)
            )

    check.__name__ = name
    return check


def _first(a, b, wrong, summarize):
    """TensorFlow's list of the first values that differ, and of all."""
    x, y = a.numpy().reshape(-1), b.numpy().reshape(-1)
    shape = np.broadcast_shapes(tuple(a.shape), tuple(b.shape))
    places = np.stack(np.unravel_index(wrong, shape), axis=-1) if shape else []
    shown = wrong[: 3 if summarize is None else summarize]
    wide = lambda values: np.broadcast_to(values.numpy(), shape).reshape(-1)
    first_x, first_y = wide(a)[shown], wide(b)[shown]
    lines = []
    if shape:
        lines.append(f"Indices of first {len(shown)} different values:\n{places[: len(shown)]}")
        lines.append(f"Corresponding x values:\n{first_x}")
        lines.append(f"Corresponding y values:\n{first_y}")
    lines.append(f"First {min(3, len(x))} elements of x:\n{x[:3]}")
    lines.append(f"First {min(3, len(y))} elements of y:\n{y[:3]}")
    return "\n".join(lines)


assert_equal = _comparison("assert_equal", "==", lambda x, y: x == y)
assert_none_equal = _comparison("assert_none_equal", "!=", lambda x, y: x != y)
assert_less = _comparison("assert_less", "<", lambda x, y: x < y)
assert_less_equal = _comparison("assert_less_equal", "<=", lambda x, y: x <= y)
assert_greater = _comparison("assert_greater", ">", lambda x, y: x > y)
assert_greater_equal = _comparison("assert_greater_equal", ">=", lambda x, y: x >= y)


def _sign(condition, holds):
    def check(x, message=None, summarize=None, name=None):
        x = tf.convert_to_tensor(x)
        if not bool(tf.reduce_all(holds(x))):
            values = x.numpy().reshape(-1)
            shown = ", ".join(str(value) for value in values[:3])
            raise tf.errors.InvalidArgumentError(f"{message or ''}\nCondition {condition} did not hold element-wise:\nx (shape={tuple(x.shape)} dtype={x.dtype.name}) = \n{shown}")

    return check


assert_positive = _sign("x > 0", lambda x: x > 0)
assert_negative = _sign("x < 0", lambda x: x < 0)
assert_non_negative = _sign("x >= 0", lambda x: x >= 0)
assert_non_positive = _sign("x <= 0", lambda x: x <= 0)


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    unit = 10 * float(np.finfo(x.dtype.name).eps)
    limit = (unit if atol is None else atol) + (unit if rtol is None else rtol) * tf.abs(y)
    if not bool(tf.reduce_all(tf.abs(x - y) <= limit)):
        raise tf.errors.InvalidArgumentError(f"{message + chr(10) if message else ''}x and y not equal to tolerance rtol = {unit if rtol is None else rtol}, atol = {unit if atol is None else atol}")


def check_numerics(tensor, message, name=None):
    tensor = tf.convert_to_tensor(tensor)
    values = tensor.numpy()
    found = [word for word, there in (("Inf", np.isinf(values).any()), ("NaN", np.isnan(values).any())) if there]
    if found:
        raise tf.errors.InvalidArgumentError(
            "{{function_node __wrapped__CheckNumerics_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
            f"{message} : Tensor had {' and '.join(found)} values [Op:CheckNumerics]"
        )
    return tf.identity(tensor)


def assert_all_finite(x, message, name=None):
    return check_numerics(x, message)


def _rank(x):
    return len(tf.convert_to_tensor(x).shape)


def assert_rank(x, rank, message=None, name=None):
    if _rank(x) != int(rank):
        raise ValueError(f"{message or ''}. Tensor must have rank {int(rank)}.  Received rank {_rank(x)}, shape {tuple(x.shape)}")


def assert_rank_at_least(x, rank, message=None, name=None):
    if _rank(x) < int(rank):
        raise ValueError(f"{message or ''}. Tensor must have rank at least {int(rank)}.  Received rank {_rank(x)}, shape {tuple(x.shape)}")


def assert_scalar(tensor, message=None, name=None):
    if _rank(tensor) != 0:
        raise ValueError(f"{message or ''}Expected scalar shape, saw shape: {tuple(tensor.shape)}.")
    return tensor


def assert_type(tensor, tf_type, message=None, name=None):
    if tf.convert_to_tensor(tensor).dtype != tf_type:
        raise TypeError(f"{message or ''}tensor must be of type {tf.as_dtype(tf_type)!r}; got {tensor.dtype!r}")


def assert_integer(x, message=None, name=None):
    if not tf.convert_to_tensor(x).dtype.is_integer:
        raise TypeError(f"{message or ''}Expected \"x\" to be of type integer. Received type {x.dtype!r}")


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    sizes = {}
    for x, symbols in shapes.items() if isinstance(shapes, dict) else shapes:
        own = tuple(tf.convert_to_tensor(x).shape)
        if len(own) != len(symbols):
            raise ValueError(f"{message or ''}. Tensor must have rank {len(symbols)}. Received rank {len(own)}, shape {own}")
        for axis, (symbol, length) in enumerate(zip(symbols, own)):
            if symbol is None or symbol == ".":
                continue
            wanted = symbol if isinstance(symbol, int) else sizes.setdefault(symbol, length)
            if wanted != length:
                raise ValueError(f"{message or ''}Specified by tensor dimension {axis}.  Tensor dimension {axis} must have size {wanted}.  Received size {length}, shape {own}")


def is_numeric_tensor(tensor):
    return tf.is_tensor(tensor) and tensor.dtype not in (tf.bool, tf.string)


def enable_check_numerics(*args, **kwargs):
    pass


def disable_check_numerics():
    pass


def set_log_device_placement(enabled):
    pass


# ── tf.train ────────────────────────────────────────────────────────────────


class _Saved:
    """What a checkpoint or a saved model holds."""

    def __init__(self, content):
        self.content = content


def _variables(value, key, found):
    """Every Variable in a structure of trackable objects, by the way to it."""
    if isinstance(value, tf.Variable):
        found[key] = value
    elif isinstance(value, dict):
        for name, part in value.items():
            _variables(part, f"{key}/{name}", found)
    elif isinstance(value, (list, tuple)):
        for k, part in enumerate(value):
            _variables(part, f"{key}/{k}", found)
    elif isinstance(value, Checkpoint):
        for name, part in vars(value).items():
            _variables(part, f"{key}/{name}", found)
    elif hasattr(value, "variables"):
        _variables(list(value.variables), key, found)
    return found


class _Status:
    """What was restored: all that has been built."""

    def _same(self):
        return self

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = expect_partial = initialize_or_restore = run_restore_ops = _same


class Checkpoint:
    """Keeps the values of Variables in the files of the run."""

    def __init__(self, root=None, **kwargs):
        if root is not None:
            kwargs["root"] = root
        self.save_counter = tf.Variable(0, trainable=False, dtype=tf.int64)
        for name, value in kwargs.items():
            setattr(self, name, value)

    def write(self, file_prefix, options=None):
        values = {key: variable.numpy() for key, variable in _variables(self, "", {}).items()}
        _disk.keep(f"{file_prefix}.index", _Saved(values))
        return str(file_prefix)

    def save(self, file_prefix, options=None):
        self.save_counter.assign_add(1)
        path = self.write(f"{file_prefix}-{int(self.save_counter)}")
        folder, _, name = path.rpartition("/")
        _disk.keep(f"{folder}/checkpoint" if folder else "checkpoint", f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "{name}"\n')
        return path

    def read(self, save_path, options=None):
        if not _disk.is_file(f"{save_path}.index"):
            raise tf.errors.NotFoundError(f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {save_path}")
        values = _disk.read(f"{save_path}.index").content
        for key, variable in _variables(self, "", {}).items():
            if key in values:
                variable.assign(values[key])
        return _Status()

    def restore(self, save_path, options=None):
        return _Status() if save_path is None else self.read(save_path, options)


class CheckpointManager:
    def __init__(self, checkpoint, directory, max_to_keep=None, keep_checkpoint_every_n_hours=None, checkpoint_name="ckpt", **kwargs):
        self.checkpoint = checkpoint
        self.directory = str(directory)
        self._prefix = f"{self.directory}/{checkpoint_name}"
        self._most = max_to_keep
        self.checkpoints = []
        latest = latest_checkpoint(self.directory)
        if latest is not None:
            self.checkpoints.append(latest)

    @property
    def latest_checkpoint(self):
        return self.checkpoints[-1] if self.checkpoints else None

    def save(self, checkpoint_number=None, **kwargs):
        if checkpoint_number is not None:
            self.checkpoint.save_counter.assign(int(checkpoint_number) - 1)
        path = self.checkpoint.save(self._prefix)
        self.checkpoints.append(path)
        while self._most is not None and len(self.checkpoints) > self._most:
            _disk.remove([f"{self.checkpoints.pop(0)}.index"])
        return path

    def restore_or_initialize(self):
        if self.latest_checkpoint is not None:
            self.checkpoint.restore(self.latest_checkpoint)
        return self.latest_checkpoint


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    path = f"{checkpoint_dir}/{latest_filename or 'checkpoint'}"
    if not _disk.is_file(path):
        return None
    name = _disk.read(path).split('"')[1]
    return name if name.startswith("/") else f"{checkpoint_dir}/{name}"


# ── tf.saved_model ──────────────────────────────────────────────────────────


class _Loaded:
    """A saved object, which has what the saved one had, but not its class."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __call__(self, *args, **kwargs):
        return self._inner(*args, **kwargs)


class SaveOptions:
    def __init__(self, **options):
        vars(self).update(options)


LoadOptions = SaveOptions


def save(obj, export_dir, signatures=None, options=None):
    _disk.keep(f"{export_dir}/saved_model.pb", _Saved(copy.deepcopy(obj)))


def load(export_dir, tags=None, options=None):
    path = f"{export_dir}/saved_model.pb"
    if not _disk.is_file(path):
        raise OSError(f"SavedModel file does not exist at: {export_dir}/{{saved_model.pbtxt|saved_model.pb}}")
    return _Loaded(copy.deepcopy(_disk.read(path).content))


def contains_saved_model(export_dir):
    return _disk.is_file(f"{export_dir}/saved_model.pb")


# ── tf.summary ──────────────────────────────────────────────────────────────


class create_file_writer(Context):
    """A writer that writes nothing."""

    def as_default(self, *args, **kwargs):
        return self

    def flush(self):
        pass

    close = flush


def _quiet(*args, **kwargs):
    return None


scalar = histogram = image = text = trace_on = trace_off = trace_export = _quiet


# ── tf.distribute ───────────────────────────────────────────────────────────


class Strategy:
    """One replica: here."""

    num_replicas_in_sync = 1

    def __init__(self, *args, **kwargs):
        pass

    def scope(self):
        return Context()

    def run(self, fn, args=(), kwargs=None):
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op, value, axis=None):
        return value if axis is None else tf.reduce_sum(value, axis=axis)

    def experimental_distribute_dataset(self, dataset, options=None):
        return dataset


MirroredStrategy = OneDeviceStrategy = Strategy


def get_strategy():
    return Strategy()


def has_strategy():
    return False


# ── the rest ────────────────────────────────────────────────────────────────


def set_verbosity(level, alsologtostdout=False):
    pass


def to_code(*args, **kwargs):
    raise NotImplementedError("tf.autograph.to_code is not supported")


def get_build_info():
    return {"is_cuda_build": False, "is_rocm_build": False, "is_tensorrt_build": False}


def is_gpu_available(*args, **kwargs):
    return False


def is_built_with_cuda():
    return False


def gpu_device_name():
    return ""


def compute_gradient(f, x, delta=None):
    """The Jacobians of f by a tape and by differences, for each argument."""
    xs = [tf.convert_to_tensor(part) for part in x]
    theory, numbers = [], []
    for k, part in enumerate(xs):
        with tf.GradientTape() as tape:
            tape.watch(part)
            y = f(*xs[:k], part, *xs[k + 1 :])
        size = int(tf.size(part))
        theory.append(tf.reshape(tape.jacobian(y, part, unconnected_gradients="zero"), [int(tf.size(y)), size]).numpy())
        step = (1.0 / 1024 if part.dtype == tf.float32 else 1e-6) if delta is None else delta
        columns = []
        flat = part.numpy().reshape(-1)
        for at in range(size):
            ends = []
            for sign in (1, -1):
                moved = flat.copy()
                moved[at] += sign * step
                value = f(*xs[:k], tf.constant(moved.reshape(part.shape), dtype=part.dtype), *xs[k + 1 :])
                ends.append(value.numpy().reshape(-1))
            columns.append((ends[0] - ends[1]) / (2 * step))
        numbers.append(np.stack(columns, axis=1).astype(part.dtype.name))
    return tuple(theory), tuple(numbers)


def as_str(text, encoding="utf-8"):
    return text.decode(encoding) if isinstance(text, bytes) else text


as_text = as_str


def as_bytes(text, encoding="utf-8"):
    return text.encode(encoding) if isinstance(text, str) else text


class _V1:
    """Of TensorFlow 1 only what is harmless."""

    class logging(_Nothing):
        DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50
        set_verbosity = staticmethod(lambda level: None)

    @staticmethod
    def set_random_seed(seed):
        tf.random.set_seed(seed)

    @staticmethod
    def enable_eager_execution(*args, **kwargs):
        pass

    @staticmethod
    def executing_eagerly():
        return True

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotImplementedError(f"tf.compat.v1.{name} is not supported: there are no graphs and sessions")


v1 = _V1()
