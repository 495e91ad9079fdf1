"""The words in which analysts decide; the newest vocabulary comes with the client.

- `terms`: the lists, their words and what they mean, read from `newest.toml`
- `rules`: what does not go together in a decision
- `words`: options of these words, and what another word may have meant

`newest.toml` is a link to the newest file of intake_api/analysts/vocabularies.
"""
