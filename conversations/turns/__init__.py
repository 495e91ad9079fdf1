"""One turn of the talk: what a reporter did, and the state and effects that follow; pure.

- `engine`: `advance`: one event, one turn
- `messages`: what a written message means at a step
- `media`: what is done with a picture, and with the words that came with it
- `typed`: what a typed word or number says in place of a tap
- `linked`: what a message with links does
- `doubts`: asks whether what may be a link is one
- `links`: how links come into a draft
- `hearing`: what is done about a need that was heard
- `unread`: what is done about what was not understood
- `names`: whose name or number it is: asked, and theirs left out
- `taps`: what a tap on a button does
- `changes`: taps that correct a draft
- `revived`: a tap on a card of a forgotten talk
- `commands`: what /start, /stop and the like do
- `start_link`: what a start link may say
- `turn`: what a turn gives, and how a talk moves between steps
- `submission`: the report of a state
"""
