"""The talk itself: pure, so that the same events always give the same talk.

- `turns`: takes one turn: from an event to the next state, a card and effects
- `flow`: the table of steps that `turns` runs
- `words`: every English sentence that a reporter can read, by name
- `portals`: reads a portal's file
- `hearing`: reads what people write: needs, plain words, names
- `address`: finds, compares and shows reported addresses
- `state`: the state of a talk between two turns
- `events`: the events of a talk
- `talk`: the results of a turn: phrases, buttons, effects
- `wire`: the report as the bot hands it in, and its seal
"""
