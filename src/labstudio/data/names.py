"""Names of columns as files have them: every column gets one, and no two the same."""

from __future__ import annotations

from collections.abc import Sequence

from labstudio.errors import Invalid


def named(written: Sequence[str], where: str, repeated: str = "refuse") -> tuple[str, ...]:
    """Name each column; one without a name gets its number, as pandas writes an index without a name.

    Raises
    ------
    Invalid
        Two have the same name, and `repeated` is not ``"number"``.

    Examples
    --------
    >>> named(["a", "", "a"], "line 1", "number")
    ('a', 'column2', 'a_2')
    """
    seen: dict[str, int] = {}
    all_written = set(written)
    for position, name in enumerate(written, start=1):
        name = name or f"column{position}"
        if name in seen and repeated == "refuse":
            raise Invalid(
                f"{where}: columns {seen[name]} and {position} are both called {name!r}; "
                "rename one of them, or have them numbered with repeated=number."
            )
        number, free = 2, name
        while free in seen or (free != name and free in all_written):
            free, number = f"{name}_{number}", number + 1
        seen[free] = position
    return tuple(seen)
