"""One turn of the talk: what a reporter did, and the state and effects that follow; pure.

- `engine`: `advance`: one event, one turn
- `messages`: what a written message means at a step
- `plain_words`: start, stop, yes, no, help in any script
- `links`: how links come into a draft
- `names`: whose name or number it is: asked, and theirs left out
- `identity`: names and numbers in a text
- `taps`: what a tap on a button does
- `commands`: what /start, /stop and the like do
- `start_link`: what a start link may say
- `turn`: what a turn gives, and how a talk moves between steps
- `cards`: the card of a state
- `submission`: the report of a state
"""
