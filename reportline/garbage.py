"""Python's garbage collector: it is off while a command loads its modules, and on once long work begins.

A start makes hundreds of thousands of objects and little garbage; looking through them takes a tenth of it.
"""

import gc


def collect_nothing() -> None:
    """Switch the collector off, to load modules and for short work."""
    gc.disable()


def collect_as_usual() -> None:
    """Switch the collector on; it never looks at what was loaded before."""
    gc.freeze()
    gc.enable()
