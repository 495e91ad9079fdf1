"""What people write: their needs, heard by words that each language lists and never guessed, and names.

- `needs`: which needs can be heard, and of whom
- `spelling`: a text as words, whatever its case, accents, repeated letters or apostrophes
- `rules`: a rule of words, and whether words keep it
- `phrases`: the rules of each language, read from `languages/`
- `listening`: what is heard in a text
- `plain_words`: start, stop, yes, no, help in any script
- `speaking`: in which language a message seems to be
- `own_names`: names that somebody tells as theirs
- `leaving_out`: a text without such names, wherever and however they stand in it
- `identity`: names and numbers in a text
"""
