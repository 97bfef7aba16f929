"""tf.data: pipelines of tensors, element by element."""
import numpy as np
import tensorflow as tf
from tensorflow import _native

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


def _map(fn, structure):
    if isinstance(structure, dict):
        return {key: _map(fn, value) for key, value in structure.items()}
    if isinstance(structure, tuple):
        return tuple(_map(fn, part) for part in structure)
    return fn(structure)


def _tensors(structure):
    """What a function of elements gives: tuples for lists, tensors for numbers."""
    if isinstance(structure, list):
        return tf.convert_to_tensor(structure)
    return _map(lambda x: x if isinstance(x, Dataset) else tf.convert_to_tensor(x), structure)


def _leaves(structure):
    if isinstance(structure, dict):
        return [leaf for value in structure.values() for leaf in _leaves(value)]
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in _leaves(part)]
    return [structure]


def _stack(elements):
    """Elements of one structure as one batch."""
    first = elements[0]
    if isinstance(first, dict):
        return {key: _stack([element[key] for element in elements]) for key in first}
    if isinstance(first, tuple):
        return tuple(_stack([element[k] for element in elements]) for k in range(len(first)))
    return tf.stack(elements)


class Dataset:
    """`start` makes an iterator over the elements; `count` is how many there are, or one of the two constants."""

    def __init__(self, start, count, kind="FlatMap", batched=False):
        self._start = start
        self._count = count
        self._kind = kind
        self._batched = batched

    def __iter__(self):
        return iter(self._start())

    def __len__(self):
        if self._count == INFINITE_CARDINALITY:
            raise TypeError("The dataset is infinite.")
        if self._count == UNKNOWN_CARDINALITY:
            raise TypeError("The dataset length is unknown.")
        return self._count

    def cardinality(self):
        return tf.constant(self._count, dtype=tf.int64)

    @staticmethod
    def from_tensor_slices(tensors, name=None):
        whole = _map(tf.convert_to_tensor, tuple(tensors) if isinstance(tensors, tuple) else tensors)
        counts = [int(leaf.shape[0]) for leaf in _leaves(whole)]
        if len(set(counts)) > 1:
            raise ValueError(f"Dimensions {counts[0]} and {next(c for c in counts if c != counts[0])} are not compatible")

        def start():
            for k in range(counts[0]):
                yield _map(lambda tensor: tensor[k], whole)

        return Dataset(start, counts[0], "TensorSlice")

    @staticmethod
    def from_tensors(tensors, name=None):
        whole = _map(tf.convert_to_tensor, tensors)
        return Dataset(lambda: [whole], 1)

    @staticmethod
    def range(*args, **kwargs):
        numbers = range(*args)
        return Dataset(lambda: (tf.constant(k, dtype=tf.int64) for k in numbers), len(numbers))

    @staticmethod
    def from_generator(generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None):
        return Dataset(lambda: (_map(tf.convert_to_tensor, element) for element in generator(*(args or ()))), UNKNOWN_CARDINALITY)

    @staticmethod
    def zip(*datasets, name=None):
        parts = datasets[0] if len(datasets) == 1 and isinstance(datasets[0], tuple) else datasets
        known = [part._count for part in parts if part._count != INFINITE_CARDINALITY]
        count = UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in known else min(known, default=INFINITE_CARDINALITY)
        return Dataset(lambda: zip(*parts), count)

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        batch_size = int(batch_size)

        def start():
            pending = []
            for element in self:
                pending.append(element)
                if len(pending) == batch_size:
                    yield _stack(pending)
                    pending = []
            if pending and not drop_remainder:
                yield _stack(pending)

        if self._count < 0:
            return Dataset(start, self._count, "Batch", not drop_remainder)
        return Dataset(start, self._count // batch_size if drop_remainder else -(-self._count // batch_size), "Batch", not drop_remainder)

    def unbatch(self, name=None):
        def start():
            for element in self:
                for k in range(int(_leaves(element)[0].shape[0])):
                    yield _map(lambda tensor: tensor[k], element)

        return Dataset(start, UNKNOWN_CARDINALITY)

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        def start():
            for element in self:
                yield _tensors(map_func(*element) if isinstance(element, tuple) else map_func(element))

        return Dataset(start, self._count, "Map", self._batched)

    def filter(self, predicate, name=None):
        def start():
            for element in self:
                if predicate(*element) if isinstance(element, tuple) else predicate(element):
                    yield element

        return Dataset(start, UNKNOWN_CARDINALITY)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """From a buffer, whose chosen element changes places with the first (shuffle_dataset_op.cc)."""
        seeds = _native.seeds(seed)
        parent = _native.generator(*seeds)
        size = int(buffer_size)

        def start():
            draw = _native.generator(*((parent(), parent()) if reshuffle_each_iteration in (True, None) else seeds))
            elements = iter(self)
            buffer, first, end, more = {}, 0, 0, True
            while True:
                while more and end - first < size:
                    try:
                        buffer[end % size] = next(elements)
                        end += 1
                    except StopIteration:
                        more = False
                if first == end:
                    return
                chosen = (first + draw() % (end - first)) % size
                front = first % size
                buffer[chosen], buffer[front] = buffer[front], buffer[chosen]
                first += 1
                yield buffer.pop(front)

        return Dataset(start, self._count, "Shuffle", self._batched)

    def repeat(self, count=None, name=None):
        def start():
            done = 0
            while count is None or count < 0 or done < count:
                yield from self
                done += 1

        endless = count is None or count < 0
        return Dataset(start, INFINITE_CARDINALITY if endless else self._count * count if self._count >= 0 else self._count)

    def take(self, count, name=None):
        def start():
            for k, element in enumerate(self):
                if 0 <= count <= k:
                    return
                yield element

        if count < 0 or self._count == UNKNOWN_CARDINALITY:
            return Dataset(start, self._count)
        return Dataset(start, count if self._count < 0 else min(count, self._count))

    def skip(self, count, name=None):
        def start():
            for k, element in enumerate(self):
                if k >= count:
                    yield element

        return Dataset(start, max(0, self._count - count) if self._count >= 0 else self._count)

    def enumerate(self, start=0, name=None):
        first = start
        return Dataset(lambda: ((tf.constant(k + first, dtype=tf.int64), element) for k, element in enumerate(self)), self._count)

    def concatenate(self, dataset, name=None):
        def start():
            yield from self
            yield from dataset

        both = self._count >= 0 and dataset._count >= 0
        return Dataset(start, self._count + dataset._count if both else UNKNOWN_CARDINALITY)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        def start():
            elements = list(self)
            for first in range(0, len(elements), shift or size):
                part = elements[first : first + size * stride : stride]
                if len(part) == size or not drop_remainder:
                    yield Dataset(lambda part=part: iter(part), len(part))

        return Dataset(start, UNKNOWN_CARDINALITY)

    def flat_map(self, map_func, name=None):
        def start():
            for element in self:
                yield from map_func(*element) if isinstance(element, tuple) else map_func(element)

        return Dataset(start, UNKNOWN_CARDINALITY)

    def reduce(self, initial_state, reduce_func, name=None):
        state = _map(tf.convert_to_tensor, initial_state)
        for element in self:
            state = reduce_func(state, element)
        return state

    def prefetch(self, buffer_size=None, name=None):
        return Dataset(self._start, self._count, "Prefetch", self._batched)

    def cache(self, filename="", name=None):
        return Dataset(self._start, self._count, "Cache", self._batched)

    def with_options(self, options, name=None):
        return self

    def as_numpy_iterator(self):
        return iter([_map(lambda tensor: tensor.numpy(), element) for element in self])

    @property
    def element_spec(self):
        """The types of an element; a batch may have any length."""
        for element in self:
            return _map(lambda x: tf.TensorSpec([None, *x.shape[1:]] if self._batched else x.shape, x.dtype), element)
        return None

    def apply(self, transformation_func):
        return transformation_func(self)

    def get_single_element(self, name=None):
        elements = list(self)
        if len(elements) != 1:
            raise tf.errors.InvalidArgumentError(f"Dataset had {'more than one element' if elements else 'no elements'}.")
        return elements[0]

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        return self.unbatch().batch(batch_size, drop_remainder)

    def unique(self, name=None):
        def start():
            seen = []
            for element in self:
                if element.numpy() not in seen:
                    seen.append(element.numpy())
                    yield element

        return Dataset(start, UNKNOWN_CARDINALITY)

    def scan(self, initial_state, scan_func, name=None):
        def start():
            state = _map(tf.convert_to_tensor, initial_state)
            for element in self:
                state, out = scan_func(state, element)
                yield out

        return Dataset(start, self._count)

    def take_while(self, predicate, name=None):
        def start():
            for element in self:
                if not (predicate(*element) if isinstance(element, tuple) else predicate(element)):
                    return
                yield element

        return Dataset(start, UNKNOWN_CARDINALITY)

    def shard(self, num_shards, index, name=None):
        def start():
            for k, element in enumerate(self):
                if k % num_shards == index:
                    yield element

        return Dataset(start, -(-max(0, self._count - index) // num_shards) if self._count >= 0 else self._count)

    def __repr__(self):
        return f"<_{self._kind}Dataset element_spec={_spec_text(self.element_spec)}>"


def _spec_text(spec):
    return repr(spec)


class Options:
    def __init__(self):
        self.experimental_optimization = self.threading = self.autotune = None
