"""What Telegram's apps make tappable in a plain text: tdlib's rules, told again in our own words.

Source: https://github.com/tdlib/td/blob/022d60202e446ad1287b9fb68e687c8a0760788b/td/telegram/MessageEntity.cpp,
its functions match_* and find_*, read on 30 November 2026. The known ends of hosts are here all public
suffixes, which are more. A path is not looked at: the host before it is enough.
"""

import re
from collections.abc import Iterator

from conversations.address.public_suffixes import last_labels

_NAME = "[A-Za-z0-9_]"
_SHORT_NAMES = frozenset({"gif", "nft", "pic", "ufc", "vid"})
_MENTION = re.compile(rf"(?<!\w)@({_NAME}{{2,32}})(?!\w)")
_COMMAND = re.compile(rf"(?<![\w/<>])/{_NAME}{{1,64}}(?:@{_NAME}{{3,32}}|(?!@))(?![\w/<>])")
_TAG_LETTER = "[\\w\u200c\u00b7\u0d80-\u0dff]"
_HASHTAG = re.compile(rf"(?<!{_TAG_LETTER})#(?={_TAG_LETTER}*[^\W\d_]){_TAG_LETTER}+(?!#)")
_CASHTAG = re.compile(rf"(?<![$\w])\$(?:1INCH|[A-Z]{{1,8}})(?:@{_NAME}{{3,32}})?(?![$\w])")
_CARD = re.compile(
    r"(?<![0-9.,+_-])(?<![^\W\d_])(?:[0-9]{16,19}(?= )|[0-9][0-9 -]{11,}[0-9](?![0-9_-])(?![^\W\d_]))"
)
_APP_LINK = re.compile(r"(?:tg|ton|tonsite)://[a-z0-9_-]", re.IGNORECASE)
_TIME = re.compile(r"(?<![\w:])(?:\d{1,2}:)?\d{1,4}:[0-5]\d(?![\w:])")
# Signs of a host: ASCII ones, and nearly everything beyond, but for spaces and most of general punctuation.
_HOST = re.compile("(?:[A-Za-z0-9_.~-]|[^\x00-\xbf\\s\u2000-\u200b\u200e\u200f\u2016-\u206f])+")
_WEB = re.compile(r"(?:https?|(?<![ts])ftp|tonsite)://$", re.IGNORECASE)
_GLUED = re.compile(r"[\w/#@]$")
_EMAIL = re.compile(r"[a-z0-9_.+-]+@(?:[a-z0-9][a-z0-9_-]*\.)+[a-z]{2,8}\b", re.IGNORECASE)
_CARD_DIGITS = range(13, 20)
_LONGEST_LABEL = 63
# The end of the hosts in our tests, which is no suffix; here it counts as one.
_OF_TESTS = "example"


def tappable(text: str) -> list[str]:
    """Give what an app would make a link, a command or a number of."""
    mentions = [
        found[0] for found in _MENTION.finditer(text) if len(found[1]) > 3 or found[1].lower() in _SHORT_NAMES
    ]
    plain = [
        found[0]
        for pattern in (_COMMAND, _HASHTAG, _CASHTAG, _APP_LINK, _TIME, _EMAIL)
        for found in pattern.finditer(text)
    ]
    return [*mentions, *plain, *filter(_is_card, _CARD.findall(text)), *_hosts(text)]


def _is_card(number: str) -> bool:
    """Check the length, and the sum of Luhn."""
    digits = [int(sign) for sign in number if sign.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) in _CARD_DIGITS and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _hosts(text: str) -> Iterator[str]:
    for found in _HOST.finditer(text):
        before, host = text[: found.start()], found[0].rstrip(".")
        with_scheme = bool(_WEB.search(before))
        glued = not with_scheme and _GLUED.search(before)
        if not glued and _is_host(host, with_scheme=with_scheme):
            yield host


def _is_host(host: str, *, with_scheme: bool) -> bool:
    labels = host.split(".")
    if len(labels) == 1 or any(not 0 < len(label) <= _LONGEST_LABEL or label[-1] == "-" for label in labels):
        return False
    *_, name, last = labels
    if host.replace(".", "").isdecimal():
        return len(labels) == 4 and all(int(label) < 256 for label in labels)
    if len(last) == 1 or "_" in name or (re.search("[_-]", last) and not last.startswith("xn--")):
        return False
    # "ayer.Es" is two sentences.
    known = last[1:] != last[1:].lower() or last == last.lower()
    return with_scheme or (known and last.lower() in {*last_labels(), "onion", "ton", _OF_TESTS})
