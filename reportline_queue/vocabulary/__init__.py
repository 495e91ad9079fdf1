"""The terms of a decision; the newest vocabulary comes with the client.

- `terms`: reads the lists, their terms and what they mean from `newest.toml`
- `rules`: finds contradictions in a decision
- `words`: makes options of these terms, and suggests terms for any other word

`newest.toml` is a link to the newest file of intake_api/analysts/vocabularies.
"""
