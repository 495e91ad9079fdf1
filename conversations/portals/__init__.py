"""What differs between portals, as data.

- `model`: what a portal is
- `file`: a portal's TOML file, read whole, or refused with every fault and its line
- `toml_lines`: on which line of a TOML text a value stands
"""
