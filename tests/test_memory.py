"""A process that works through many texts drops what it remembers of them when that is much."""

from functools import cache, lru_cache

import pytest

from tostrack import sandbox as memory


@lru_cache(maxsize=10)
def of_text(text):
    return text.upper()


@cache
def table():
    return {}


@pytest.fixture
def process(monkeypatch):
    """A process of which the test says how large it is."""
    size = {"megabytes": 100}
    monkeypatch.setattr(memory, "resident_bytes", lambda: size["megabytes"] << 20)
    monkeypatch.setattr(memory, "_floor", 0)
    monkeypatch.setitem(memory.sys.modules, "tostrack.remembering", memory.sys.modules[__name__])
    return size


def test_what_is_remembered_of_texts_is_dropped_in_a_large_process_alone(process):
    of_text("terms")
    assert not memory.forget_when_large(100)
    assert of_text.cache_info().currsize == 1

    process["megabytes"] = 101

    assert memory.forget_when_large(100)
    assert of_text.cache_info().currsize == 0


def test_tables_of_rules_stay(process):
    table()
    memory.forget_when_large(50)

    assert table.cache_info().currsize == 1


def test_a_process_that_stays_large_does_not_forget_after_every_text(process):
    assert memory.forget_when_large(50)

    assert not memory.forget_when_large(50)
    process["megabytes"] = 126
    assert memory.forget_when_large(50)


def test_every_module_that_remembers_texts_is_found():
    from tostrack import clauses
    from tostrack.analysis import comparison_key

    assert {clauses.plain, clauses.text_key, comparison_key.reading_key} <= set(memory.find_caches())
