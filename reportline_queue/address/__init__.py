"""Finds addresses in messages, and shows them so that no terminal makes a link of them.

All files but three, and `finding/`, are links to those of `conversations/address`, whose docstrings list
them. The three do without the libraries that the intake has:

- `limits`: how long an address may be, and how many a report takes
- `public_suffixes`: which names people can register, read from `suffixes.txt`
- `url_standard`: as much of the URL standard as telling addresses apart needs
"""
