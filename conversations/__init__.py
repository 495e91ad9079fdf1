"""The talk itself: pure, so that the same events always give the same talk.

- `turns`: one turn: an event, and the state and effects that follow
- `flow`: the table of steps that `turns` runs
- `words`: every English sentence that a reporter can read, by name
- `portals`: what differs between portals
- `address`: reported addresses: found, compared, shown
- `state`: where a talk stands between two turns
- `events`: what can happen to a talk
- `talk`: what a turn gives back: phrases, buttons, effects
- `wire`: the report as it is handed in, and its seal
"""
