"""Finds where a link ends and the sentence around it goes on."""

_SENTENCE_MARKS = frozenset(".,:;!?#'|\u00b7\u2019\u200c\u200d")
_EMPHASIS = frozenset("*_~")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def trimmed(link: str, before: str) -> str:
    """Remove closing marks that belong to the sentence; `before` is the character before the link.

    Brackets that the link opened itself stay; a "*", "_" or "~" goes only when the link follows the same one.
    """
    end = len(link)
    balance = {closing: link.count(opening) - link.count(closing) for closing, opening in _BRACKETS.items()}
    while end:
        last = link[end - 1]
        if last in balance and balance[last] < 0:
            balance[last] += 1
        elif last not in _SENTENCE_MARKS and not (last in _EMPHASIS and last == before):
            break
        end -= 1
    return link[:end]
