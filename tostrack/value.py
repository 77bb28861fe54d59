"""Frozen values whose methods are made at their first use: making them is most of the cost of importing them."""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock
from typing import TYPE_CHECKING, Any, dataclass_transform

_LOCK = RLock()


def fields_of(value: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the attributes *names* of *value* by their names, tuples as lists: a row of JSON."""
    return {name: _listed(getattr(value, name)) for name in names}


def _listed(value: Any) -> Any:
    return list(map(_listed, value)) if isinstance(value, tuple) else value


def _make(kind: type, *, eq: bool = True) -> None:
    """Give *kind* the methods of a frozen dataclass, unless it has them."""
    from dataclasses import dataclass

    with _LOCK:
        if "__dataclass_fields__" not in kind.__dict__:
            dataclass(frozen=True, eq=eq)(kind)


class _Made:
    """An attribute of a class of values that is there once its methods were made; asking for it makes them."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, _: object, owner: type) -> Any:
        if owner is Value:
            raise AttributeError(self._name)
        _make(owner)
        return owner.__dict__.get(self._name)


@dataclass_transform(frozen_default=True)
class Value:
    """The base of a frozen dataclass whose methods are made when the first value is made, compared or printed.

    It is a dataclass in every respect: `dataclasses.fields`, `replace`, `asdict`, `match`, `pickle` and
    `inspect.signature` work, and its fields are declared in the same way. A class that inherits from one and adds
    fields that do not count says ``eq=False``, as to `dataclasses.dataclass`.
    """

    def __init_subclass__(cls, *, eq: bool = True) -> None:
        if cls.__bases__ != (Value,):
            # Made at once: it would inherit what was made for its base.
            _make(cls, eq=eq)
        elif not eq:
            raise TypeError(f"{cls.__name__}: there is no equality to inherit")

    if not TYPE_CHECKING:
        __dataclass_fields__ = _Made()
        __dataclass_params__ = _Made()
        __match_args__ = _Made()
        #: None: `inspect` reads the method, which is made by then.
        __signature__ = _Made()

        # Each of these is replaced by the method of the same name that is made in the class itself.

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            _make(type(self))
            type(self).__init__(self, *args, **kwargs)

        def __repr__(self) -> str:
            _make(type(self))
            return type(self).__repr__(self)

        def __eq__(self, other: object) -> bool:
            _make(type(self))
            return type(self).__eq__(self, other)

        def __hash__(self) -> int:
            _make(type(self))
            return type(self).__hash__(self)

        def __setattr__(self, name: str, value: object) -> None:
            # Of a value that was unpickled; a value that was made by calling its class has a method of its own.
            _make(type(self))
            type(self).__setattr__(self, name, value)

        def __delattr__(self, name: str) -> None:
            _make(type(self))
            type(self).__delattr__(self, name)
