"""The languages: their messages, and the checks that keep each language complete.

A language is a folder of data, `es/` for example: its name (`language.toml`), its rules
(`glossary.toml`) and its catalogue (`LC_MESSAGES/reportline.po`). The back translations are in
`review/`, a file for each language.

Read while a talk is held:

- `catalogues`: reads the languages, and gives a message in each
- `plurals`: chooses the form of a message for a number
- `digits`: writes numbers in a language's digits
- `countries`: names countries in a language

Used by those who write and translate messages:

- `extraction`: takes the English words of `conversations/words` into the catalogues
- `glossary`: the terms that a language uses, and the words that it refuses
- `orthography`: checks script, marks and spaces
- `limits`: limits the length of a message
- `review`: tells how far the review of a language has come
- `back_translation`: makes the sheet that is translated back into English
- `check`: checks that a language is complete
- `commands`: `reportline locales ...`
"""
