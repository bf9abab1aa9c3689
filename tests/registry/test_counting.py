"""Counting together: what several threads add at once is all there, in a cache of files and in any other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from registry.counting import count, taken

FILES = "django.core.cache.backends.filebased.FileBasedCache"


@pytest.fixture(params=["files", "memory"])
def anywhere(request, settings, tmp_path):
    if request.param == "files":
        settings.CACHES = {"default": {"BACKEND": FILES, "LOCATION": str(tmp_path / "cache")}}


def test_a_count_grows_by_what_is_added_and_each_is_told_where_it_stands(anywhere):
    assert [count("a", seconds=60), count("a", 20, seconds=60), count("b", seconds=60)] == [1, 21, 1]


def test_none_is_lost_where_many_count_at_once(settings, tmp_path):
    settings.CACHES = {"default": {"BACKEND": FILES, "LOCATION": str(tmp_path / "cache")}}
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: count("a", seconds=60), range(400)))
    assert max(told) == 400 and count("a", seconds=60) == 401


def test_what_is_taken_begins_anew(anywhere):
    assert taken("a") == 0
    count("a", 7, seconds=60)
    assert taken("a") == 7 and taken("a") == 0
    assert count("a", seconds=60) == 1


def test_a_cleared_cache_has_counted_nothing(anywhere):
    count("a", 7, seconds=60)
    cache.clear()
    assert count("a", seconds=60) == 1
