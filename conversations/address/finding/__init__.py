"""Finds every address in a message: typed, pasted, disguised, dictated or broken over lines.

- `links`: finds the links of a message, and what is asked about, in order
- `message`: makes a message readable: entities, fullwidth signs, what nobody sees
- `patterns`: the patterns of links in a text
- `reading`: reads one link at its place: scheme, host, and what follows
- `hosts`: finds the host in a typed text
- `context`: tells by what stands around a host whether it is one
- `tails`: reads what follows a host, as far as the link goes
- `trimming`: finds where a link ends and the sentence goes on
- `spoken`: reads addresses that were dictated, or typed with spaces
- `spoken_words`: how signs and endings are said, in each language

Only the bot's side and the analysts' client find addresses. The intake reads one at a time, and loads none
of this.
"""

from .links import Found, find

__all__ = ["Found", "find"]
