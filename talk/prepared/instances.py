"""Instances of the rows of an answer, as a queryset would make them, with less work.

Django makes each instance by its `__init__`, column by column, which takes longer than all else
that is done to a row. Models that change nothing there, and that nobody listens to, get the same
instances by their attributes. What does it is source code, written once for each query, as the
methods of a dataclass are: a call for each row and column would take longer than what it does.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from .values import time_of

#: What makes rows instances.
Make = Callable[[list[Any]], list[Any]]


def is_made_by_columns(model: Any) -> bool:
    """Whether nothing but its columns is looked at when an instance of a model is made."""
    return bool(
        model.__init__ is Model.__init__
        and model.__setattr__ is Model.__setattr__
        and model.from_db.__func__ is Model.__dict__["from_db"].__func__
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
    )


def is_plain(info: dict[str, Any]) -> bool:
    """Whether instances of a model, and of those selected with it, are no more than columns."""
    model: Any = info["model"]
    return (
        is_made_by_columns(model)
        and not model._meta.parents
        and all(
            type(model.__dict__.get(each.attname) or getattr(model, each.attname, None))
            in (DeferredAttribute, ForeignKeyDeferredAttribute)
            for each in model._meta.concrete_fields
        )
        and all(is_plain(each) for each in info.get("related_klass_infos", ()))
    )


def maker(compiler: Any, alias: str, times: tuple[int, ...]) -> Make:
    """What makes the instances of a query that was compiled.

    `times` are the columns of times that are as they were told.
    """
    source = _Source(compiler, frozenset(times))
    text = "\n".join(source.lines())
    names: dict[str, Any] = {
        "alias": alias,
        "new": object.__new__,
        "State": ModelState,
        "time_of": time_of,
    }
    names |= source.models
    exec(text, names)  # noqa: S102  # of the names of models' own attributes
    make: Make = names["make"]
    return make


class _Source:
    """Source code, and the models in it."""

    def __init__(self, compiler: Any, times: frozenset[int]) -> None:
        self._compiler, self._times = compiler, times
        self._numbers = count()
        self.models: dict[str, Any] = {}

    def lines(self) -> Iterator[str]:
        number = next(self._numbers)
        loop = [f"  made_{number} = new(model_{number})"]
        loop += self._attributes(self._compiler.klass_info, number, "  ")
        for name, at in self._compiler.annotation_col_map.items():
            loop.append(f"  made_{number}.__dict__[{name!r}] = {self._column(at)}")

        yield "def make(rows):"
        yield " made, times = [], {}"
        # The same row of a table is one instance.
        yield from (f" known_{each} = {{}}" for each in range(1, next(self._numbers)))
        yield " for row in rows:"
        yield from loop
        yield f"  made.append(made_{number})"
        yield " return made"

    def _attributes(self, info: dict[str, Any], number: int, pad: str) -> Iterator[str]:
        """All that an instance has."""
        model, made = info["model"], f"made_{number}"
        self.models[f"model_{number}"] = model
        yield f"{pad}{made}._state = state = State()"
        yield f"{pad}state.adding, state.db = False, alias"
        yield f"{pad}cache_{number} = state.fields_cache = {{}}"
        # Past the class, which has a descriptor for each column to be asked: that of a foreign key
        # would look for what it referred to before.
        yield f"{pad}values = {made}.__dict__"
        for at in info["select_fields"]:
            yield f"{pad}values[{self._name(at)!r}] = {self._column(at)}"
        for related in info.get("related_klass_infos", ()):
            yield from self._related(related, number, pad)

    def _related(self, info: dict[str, Any], of: int, pad: str) -> Iterator[str]:
        """What an instance refers to, which another may have referred to before."""
        number = next(self._numbers)
        made = f"made_{number}"
        pk = info["model"]._meta.pk.attname
        (key,) = (f"row[{at}]" for at in info["select_fields"] if self._name(at) == pk)
        yield f"{pad}{made} = known_{number}.get({key})"
        yield f"{pad}if {made} is None and {key} is not None:"
        yield f"{pad} {made} = known_{number}[{key}] = new(model_{number})"
        yield from self._attributes(info, number, f"{pad} ")
        field = info["field"]
        if not (field.unique or info["reverse"]):
            yield f"{pad}cache_{of}[{field.name!r}] = {made}"
            return
        # Those that know each other, Django tells of each other.
        self.models |= {
            f"tell_{number}": info["local_setter"],
            f"told_{number}": info["remote_setter"],
        }
        yield f"{pad}tell_{number}(made_{of}, {made})"
        yield f"{pad}if {made} is not None: told_{number}({made}, made_{of})"

    def _name(self, at: int) -> str:
        """The attribute that a column is for."""
        name: str = self._compiler.select[at][0].target.attname
        return name

    def _column(self, at: int) -> str:
        if at not in self._times:
            return f"row[{at}]"
        # Many times of a page are the same, and known without a call.
        return f"times[told] if (told := row[{at}]) in times else time_of(told, times)"
