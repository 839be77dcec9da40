"""The header `Range`, as clients send it and as they shouldn't."""

import pytest

from talk.contrib.files.ranges import NotSatisfiable, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=0-3", range(4)),
        ("bytes=3-", range(3, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(10)),
        ("bytes=9-30", range(9, 10)),
        ("Bytes= 2-3 ", range(2, 4)),
    ],
)
def test_one_range_is_a_part(header, part):
    assert part_of(10, header) == part


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=99-", "bytes=-0"])
def test_beyond_the_end_there_is_nothing(header):
    with pytest.raises(NotSatisfiable):
        part_of(10, header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=4-2",
        "bytes=0-1,4-5",
        "bytes=a-b",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1.0-2",
        "bytes=٣-",
        "bytes=" + "9" * 400 + "-",
        "lines=0-3",
    ],
)
def test_whatever_else_is_the_whole_file(header):
    assert part_of(10, header) is None
