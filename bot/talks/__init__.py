"""How a talk is held: loaded, advanced, saved, acted on, and put into words.

- `runner`: the only place where the talk meets the world
- `stored`: an open talk as it is stored
- `limits`: budgets and the alarm of a flood, without identity
- `render`: from what to say to words in a language
- `portals`: the portals of a folder
"""
