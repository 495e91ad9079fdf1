"""Compares `listed_parameters` with public lists of parameters; for developers, with no network.

- `comparing`: tells what a newer copy of a list has that ours lacks
- `reading`: reads a list in any of its four formats
"""
