"""Frozen values whose methods are made at their first use."""

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tostrack.value import Value


class Point(Value):
    """A place."""

    x: int
    y: int = 0
    notes: tuple[str, ...] = dataclasses.field(default=(), compare=False)


class Named(Value):
    """A place with a name, declared before any is made."""

    x: int

    def double(self) -> int:
        """Return twice the place."""
        return self.x * 2


class Deep(Named):
    """A value that inherits fields."""

    z: int = 3


class Unread(Value):
    """A value that only comes from a pickle."""

    x: int


def fresh():
    """Return a class of values of which none was made."""

    class Fresh(Value):
        """Fresh."""

        x: int
        y: int = 1

    return Fresh


def test_a_value_is_a_frozen_dataclass():
    point = Point(1, y=2)

    assert point == Point(1, 2, ("not compared",)) != Point(1, 3)
    assert hash(point) == hash(Point(1, 2))
    assert repr(point) == "Point(x=1, y=2, notes=())"
    assert dataclasses.replace(point, x=5) == Point(5, 2)
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "notes": ()}
    assert copy.copy(point) == pickle.loads(pickle.dumps(point)) == point
    assert point != (1, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(TypeError):
        Point()


@pytest.mark.parametrize(
    "ask",
    [
        dataclasses.is_dataclass,
        lambda kind: [field.name for field in dataclasses.fields(kind)] == ["x", "y"],
        lambda kind: kind.__match_args__ == ("x", "y"),
        lambda kind: list(inspect.signature(kind).parameters) == ["x", "y"],
        lambda kind: kind(4).y == 1,
    ],
    ids=["is_dataclass", "fields", "match", "signature", "making"],
)
def test_whatever_is_asked_first_makes_the_methods(ask):
    assert ask(fresh())


def test_the_methods_are_not_made_before_they_are_needed():
    kind = fresh()

    assert "__init__" not in vars(kind)
    kind(1)
    assert {"__init__", "__eq__", "__hash__", "__repr__", "__setattr__"} <= vars(kind).keys()


def test_fields_and_methods_are_inherited():
    assert Deep(2) == Deep(2, 3) != Named(2)
    assert Deep(2).double() == 4
    assert [field.name for field in dataclasses.fields(Deep)] == ["x", "z"]


def test_a_field_that_does_not_count_leaves_equality_to_the_base():
    class Known(Named, eq=False):
        """A place with what was found there."""

        found: dict[str, int] = dataclasses.field(default_factory=dict)

    assert Known(1, {"a": 1}) == Known(1) != Named(1)
    assert hash(Known(1, {"a": 1})) == hash(Known(1))


def test_a_value_from_a_pickle_is_whole_though_none_was_made_here():
    written = pickle.dumps([Unread(1), Unread(1)])
    script = (
        "import pickle, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "first, second = pickle.loads(bytes.fromhex(sys.argv[2]))\n"
        "made = '__init__' in vars(type(first))\n"
        "print(made, first == second, hash(first) == hash(second), first)\n"
        "try: first.x = 2\n"
        "except AttributeError as error: print(type(error).__name__)\n"
    )
    folder = str(Path(__file__).parent)

    done = subprocess.run(
        [sys.executable, "-c", script, folder, written.hex()], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["False True True Unread(x=1)", "FrozenInstanceError"]


def test_threads_that_make_the_first_value_at_once_get_whole_values():
    kind, made, gate = fresh(), [], Barrier(8)

    def make(number):
        gate.wait()
        made.append(kind(number))

    threads = [Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {value.x for value in made} == set(range(8))
