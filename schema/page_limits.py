"""How many items a page has."""

#: Without `first` or `last`.
DEFAULT_PAGE = 50
#: At most.
MAX_PAGE = 100
