"""What differs between portals, as data.

Read `model` first (what a portal is), then `file` (a portal's TOML file, read whole with every fault told by its
line) and `toml_lines` (on which line of a TOML text a value stands).
"""
