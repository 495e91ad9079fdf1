"""Portals as data, read from their files.

- `model`: the data of a portal
- `showing`: chooses the contacts that are shown at a moment
- `file`: reads a portal's TOML file, or refuses it with every fault and its line
- `values`: checks each value of such a file, and says what to write instead of a wrong one
- `toml_lines`: finds the line of a TOML text on which a value begins
"""
