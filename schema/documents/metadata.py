"""The keys in the metadata of a field for its cost and its rate limit."""

from collections.abc import Mapping
from types import MappingProxyType

#: The cost of a field itself, and what is added for each of some arguments.
COST, ARGUMENT_COSTS = "cost", "argument_costs"
#: The name of the rate limit by which a mutation is counted.
RATE = "rate"

NO_COSTS: Mapping[str, int] = MappingProxyType({})
