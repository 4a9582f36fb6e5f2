"""Numbers that are drawn for rows by their place and a seed: the same in SQL and numpy, on every machine.

The place is mixed as a hash of 32 bits does it (shift, multiply, twice), with factors below 2³¹, so that
nothing leaves 64 bits.
"""

from __future__ import annotations

SPAN = 2**32


def below_sql(place: str, seed: int) -> str:
    """Write the number of a row, from 0 to 2³² - 1, in SQL."""
    first = f"(({place} * 2654435761 + {seed} * 40503 + 12345) % {SPAN})"
    second = f"((xor({first}, {first} >> 16) * 2146121005) % {SPAN})"
    return f"((xor({second}, {second} >> 15) * 1540483477) % {SPAN})"


def below(share: float) -> int:
    """Return the number below which this share of the rows is."""
    return min(SPAN, round(share * SPAN))


DRAWN = '''\
def drawn(places, seed):
    """Draw a number from 0 to 2**32 - 1 for each place, always the same one."""
    places = np.arange(places) if isinstance(places, int) else np.asarray(places, dtype="int64")
    mixed = (places * 2654435761 + seed * 40503 + 12345) % 2**32
    mixed = (mixed ^ mixed >> 16) * 2146121005 % 2**32
    return (mixed ^ mixed >> 15) * 1540483477 % 2**32
'''
"""The same in Python, to be written above code."""
