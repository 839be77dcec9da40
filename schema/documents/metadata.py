"""The keys of a field's metadata that say what the field costs."""

from collections.abc import Mapping
from types import MappingProxyType

#: What a field costs, and what it costs more with some arguments.
COST, ARGUMENT_COSTS = "cost", "argument_costs"
#: The name of the rate by which a mutation is counted.
RATE = "rate"

NO_COSTS: Mapping[str, int] = MappingProxyType({})
