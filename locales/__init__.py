"""The languages: what every message says in each, and the checks that keep each language complete.

A language is a folder of data, `es/` for example: its name (`language.toml`), its rules
(`glossary.toml`) and its catalogue (`LC_MESSAGES/reportline.po`). The back translations are in
`review/`, a file for each language.

Read while a talk is held:

- `catalogues`: the languages that are offered, and what a message says in each
- `plurals`: the form of a message for a number
- `digits`: the digits of a language

Used by those who write and translate messages:

- `extraction`: from the English words in `conversations/words` into the catalogues
- `glossary`: the words that a language keeps to, and those that it refuses
- `orthography`: script, marks and spaces of a language
- `limits`: how long a message may be
- `review`: who has looked at a language
- `back_translation`: the sheet that is translated back into English
- `check`: whether a language is complete
- `commands`: `reportline locales ...`
"""
