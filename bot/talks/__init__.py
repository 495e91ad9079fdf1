"""Holds talks: loads, advances and saves them, acts on their effects, and translates their cards.

- `runner`: takes each turn of a talk, and acts on its effects
- `stored`: an open talk as it is stored
- `limits`: slows a talk that is too fast, and alarms in a flood; knows no identity
- `typed_labels`: turns a typed label of a button into a tap
- `render`: translates a card
- `portals`: reads the portals of a folder
"""
