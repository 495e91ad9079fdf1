"""What differs between portals, as data.

- `model`: what a portal is
- `file`: a portal's TOML file, read whole, or refused with every fault and its line
- `toml_lines`: finds the line of a TOML text on which a value begins
"""
