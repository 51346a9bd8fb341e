"""Values on the wire: MessagePack, with arrays as raw buffers beside it and named results as records. No pickle.

A packed value is one MessagePack document and a list of buffers. An array stands in the document as extension 1
(buffer index, dtype, shape) and its bytes travel as a buffer, so that they are not copied. A named result of a
primitive (a dataclass or a msgspec struct) stands as extension 2 (type name, field names, values) and is read back as
a :class:`Record`, so that the reader needs none of the writer's classes.
"""

from __future__ import annotations

import dataclasses
import enum
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import msgspec
import numpy as np

Buffer = bytes | bytearray | memoryview
ARRAY, RECORD = 1, 2
_PLAIN_KINDS = "biufc"
_DTYPE = re.compile(r"[<>|]?[biufc][0-9]{1,2}")
_ATOMS = frozenset({str, int, float, bool, type(None), np.ndarray})
MAX_DEPTH = 64
MAX_FIELDS = 128
"""Of a record. Types of records are kept, so whoever sends must not choose how large they are."""


class Record:
    """A named, read-only result. Fields are attributes; ``_fields`` names them in order.

    >>> Record.of("MotionResult", {"reached": True, "position_error_m": 0.002})
    MotionResult(reached=True, position_error_m=0.002)
    """

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    @staticmethod
    def of(name: str, fields: Mapping[str, Any]) -> Record:
        """Make a record of the type ``name`` with these fields."""
        record = _record_type(name, tuple(fields))()
        for field, value in fields.items():
            object.__setattr__(record, field, value)
        return record

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(self).__name__ != type(other).__name__:
            return NotImplemented
        return self._fields == other._fields and all(
            np.array_equal(getattr(self, field), getattr(other, field)) for field in self._fields
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
        return f"{type(self).__name__}({inner})"


@lru_cache(maxsize=512)
def _record_type(name: str, fields: tuple[str, ...]) -> type[Record]:
    if len(fields) > MAX_FIELDS:
        raise ValueError(f"not a record: it has {len(fields)} fields, more than {MAX_FIELDS}")
    if not name.isidentifier() or not all(f.isidentifier() and not f.startswith("_") for f in fields):
        raise ValueError(f"not a record: {name!r} with fields {fields!r}")
    return cast(type[Record], type(name, (Record,), {"__slots__": fields, "_fields": fields}))


def is_named_result(value: object) -> bool:
    """Return whether the value is a dataclass instance, a msgspec struct or a record."""
    if isinstance(value, msgspec.Struct | Record):
        return True
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _fields_of(value: Any) -> dict[str, Any]:
    if isinstance(value, Record):
        return {field: getattr(value, field) for field in value._fields}
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


class _Packer:
    """Packs one value; collects the buffers of its arrays."""

    def __init__(self) -> None:
        self.buffers: list[Buffer] = []
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._hook)

    def pack(self, value: Any) -> bytes:
        return self._encoder.encode(value)

    def _hook(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, Record):
            fields = _fields_of(value)
            body = [type(value).__name__, list(fields), list(fields.values())]
            return msgspec.msgpack.Ext(RECORD, self._encoder.encode(body))
        raise TypeError(f"a {type(value).__name__} cannot travel; use numbers, texts, lists, dicts or numpy arrays")

    def _array(self, array: np.ndarray[Any, Any]) -> msgspec.msgpack.Ext:
        if array.dtype.kind not in _PLAIN_KINDS:
            raise TypeError(f"an array of dtype {array.dtype} cannot travel; use a numeric or boolean one")
        contiguous = np.ascontiguousarray(array)
        index = len(self.buffers)
        self.buffers.append(contiguous.reshape(-1).view(np.uint8).data if contiguous.size else b"")
        body = [index, contiguous.dtype.str, list(array.shape)]
        return msgspec.msgpack.Ext(ARRAY, msgspec.msgpack.encode(body))


def empty_array(dtype: str, shape: Sequence[int], *, most_bytes: int) -> np.ndarray[Any, Any]:
    """Return an array that is to be filled, of one of the types that travel.

    Raises:
        ValueError: it is not of such a type, or larger than ``most_bytes``.
    """
    if not _DTYPE.fullmatch(dtype) or any(side < 0 for side in shape):
        raise ValueError("not an array that this protocol carries")
    try:
        kind = np.dtype(dtype)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if kind.itemsize * math.prod(shape) > most_bytes:
        raise ValueError(f"an array of more than {most_bytes} bytes")
    return np.empty(shape, dtype=kind)


def array_document(dtype: str, shape: Sequence[int]) -> bytes:
    """The document of a value that is one array, whose bytes are the first buffer."""
    body = msgspec.msgpack.encode([0, dtype, list(shape)])
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(ARRAY, body))


_PLAIN_ENCODER = msgspec.msgpack.Encoder()


def pack(value: Any) -> tuple[bytes, list[Buffer]]:
    """Return the MessagePack document of ``value`` and the buffers of its arrays.

    Raises:
        TypeError: something in it cannot travel (a function, an open file, an object array, an integer of more than 64
            bits, a text with lone surrogates); says what.
    """
    try:
        try:
            return _PLAIN_ENCODER.encode(value), []
        except TypeError:
            # Something in it needs an extension, or cannot travel at all.
            packer = _Packer()
            return packer.pack(value), packer.buffers
    except (ValueError, OverflowError, RecursionError) as error:
        raise TypeError(f"a value cannot travel: {error}") from error


def _hook_for(buffers: Sequence[Buffer], *, copy: bool = True) -> Any:
    def hook(code: int, data: memoryview) -> Any:
        if code == ARRAY:
            index, dtype, shape = msgspec.msgpack.decode(data, type=tuple[int, str, list[int]])
            if not _DTYPE.fullmatch(dtype) or not 0 <= index < len(buffers):
                raise ValueError("not an array that this protocol carries")
            array = np.frombuffer(buffers[index], dtype=dtype).reshape(shape)
            return array.copy() if copy else array
        if code == RECORD:
            name, fields, values = msgspec.msgpack.decode(data, type=tuple[str, list[str], list[Any]], ext_hook=hook)
            return Record.of(name, dict(zip(fields, values, strict=True)))
        raise ValueError(f"unknown extension {code}")

    return hook


_PLAIN_DECODER = msgspec.msgpack.Decoder(ext_hook=_hook_for(()))


def unpack(document: Buffer, buffers: Sequence[Buffer] = (), *, type: Any = Any) -> Any:  # noqa: A002
    """Return the value of a document and its buffers; with ``type``, checked and converted to it.

    Raises:
        ValueError: the document is not one that :func:`pack` writes (also as msgspec's DecodeError).
    """
    try:
        if type is Any and not buffers:
            return _PLAIN_DECODER.decode(document)
        return msgspec.msgpack.decode(document, type=type, ext_hook=_hook_for(buffers))
    except (TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError(str(error)) from error


def unpack_view(document: Buffer, buffers: Sequence[Buffer]) -> Any:
    """As :func:`unpack`, but arrays are read-only where their buffers are, and share their memory.

    Raises:
        ValueError: as :func:`unpack`.
    """
    try:
        return msgspec.msgpack.decode(document, ext_hook=_hook_for(buffers, copy=False))
    except (TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError(str(error)) from error


def plain(value: Any, _depth: int = 0) -> Any:
    """Return ``value`` with every named result in it turned into a :class:`Record`, ready for :func:`pack`.

    Raises:
        TypeError: it is nested too deeply.
    """
    if type(value) in _ATOMS:
        return value
    if _depth > MAX_DEPTH:
        raise TypeError("the value is nested too deeply to travel")
    if type(value) is list:
        return [plain(item, _depth + 1) for item in value]
    if isinstance(value, enum.Enum):
        return plain(value.value, _depth + 1)
    if is_named_result(value):
        fields = {name: plain(item, _depth + 1) for name, item in _fields_of(value).items()}
        return Record.of(type(value).__name__, fields)
    if isinstance(value, Mapping):
        return {key: plain(item, _depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, _depth + 1) for item in value]
    return value
