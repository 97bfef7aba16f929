"""Names for annotations."""
from typing import Any

ArrayLike = DTypeLike = Any


class NDArray:
    def __class_getitem__(cls, item):
        return cls
