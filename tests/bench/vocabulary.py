"""The words of the benchmarks' messages: a few that everybody uses, and thousands that few use."""

import random
from itertools import accumulate, product

#: The commonest words, the commonest first.
USUAL = """
    you the I it to is are we at for in that yes no me who shall will be there have or thank
    please again train key late time eight ten minutes scores meet bring harbour early too has
"""
#: The pieces of the others.
BEGINNINGS = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we yi zo bra cle dro fla gri"
ENDS = "len ro sta mon del ver lin kur ando esti oru"


class Vocabulary:
    """Chooses words. The second one is half as frequent as the first, the third one a third."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        pieces = product(BEGINNINGS.split(), BEGINNINGS.split(), ENDS.split())
        self.words = [*USUAL.split(), *map("".join, pieces)]
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def text(self) -> str:
        """A text of two to thirty words."""
        count = self._chance.randint(2, 30)
        return " ".join(self._chance.choices(self.words, cum_weights=self._weights, k=count))
