"""Finds where a link ends and the sentence or the page around it goes on."""

import re

# "Is it https://example.com/a?!", "(https://example.com/a).", but "https://example.com/Made_(up)".
_SENTENCE_MARKS = frozenset(".,:;!?#'|\u00b7\u2019\u200c\u200d")
_EMPHASIS = frozenset("*_~")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_TRIMMED = frozenset({*_SENTENCE_MARKS, *_EMPHASIS, *_BRACKETS})
# "https://example.com/a\u2019s owner".
_POSSESSIVE = re.compile("\u2019s\\Z")
# The markup of forums after what it holds: "[url]https://example.com/a[/url]".
_CLOSING_TAG = re.compile(r"\[/?\w{1,12}(?:=[^\]]*)?\]")
# "*look at https://example.com/a*": marks of emphasis open before a word and close behind one.
_OPENS = re.compile(r"(?<![\w*_~])[*_~]{1,3}(?=\w)")
_CLOSES = re.compile(r"(?<=\w)[*_~]{1,3}(?!\w)")


def cut(tail: str, before: str) -> str:
    """Cut off what the markup of a forum, a wiki or a page adds to a link.

    `before` is the line before the link. A tag, and a "]" that nothing in the link opened, end it; so does
    a "|" where the link stands in brackets: "[https://example.com/a|its name]".
    """
    if "|" in tail and before.rfind("[") > before.rfind("]"):
        tail = tail.partition("|")[0]
    if "]" not in tail:
        return tail
    if (tag := _CLOSING_TAG.search(tail)) and _is_markup(tag[0], before):
        tail = tail[: tag.start()]
    depth = 0
    for place, sign in enumerate(tail):
        depth += (sign == "[") - (sign == "]")
        if depth < 0:
            return tail[:place]
    return tail


def _is_markup(tag: str, before: str) -> bool:
    """Tell a tag of a forum from an index such as `name[0]`: it closes, or the line has opened one."""
    return tag.startswith("[/") or before.endswith("]")


def trimmed(link: str, before: str) -> str:
    """Remove closing marks that belong to the sentence; `before` is the line before the link.

    Brackets that the link opened itself stay; a "*", "_" or "~" goes only when the line has an open one.
    """
    end = len(link)
    if link[-1:] not in _TRIMMED:
        return _POSSESSIVE.sub("", link) if link.endswith("\u2019s") else link
    balance = {closing: link.count(opening) - link.count(closing) for closing, opening in _BRACKETS.items()}
    while end:
        last = link[end - 1]
        if last in balance and balance[last] < 0:
            balance[last] += 1
        elif last not in _SENTENCE_MARKS and not (last in _EMPHASIS and _is_open(last, before)):
            break
        end -= 1
    return link[:end]


def _is_open(mark: str, before: str) -> bool:
    """Tell whether a mark of emphasis is open where a link begins, right before it or before its words."""
    if before.endswith(mark):
        return True
    opened, closed = ("".join(pattern.findall(before)) for pattern in (_OPENS, _CLOSES))
    return opened.count(mark) > closed.count(mark)
