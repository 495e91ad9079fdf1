"""Finds where a link ends and the sentence or the page around it goes on."""

import re

from ..parts import public_endings

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

# A word of another script, glued to a link: "/p/12\u0432\u0438\u0434"; "/p/\u0432\u0438\u0434" is whole.
_OTHER_LETTER = r"[^\x00-\u024f\u1e00-\u1eff\W\d_]"
_OTHER_WORD = re.compile(rf"(?<=[A-Za-z0-9/])[.,;:!]+(?={_OTHER_LETTER})|(?<=[A-Za-z0-9])(?={_OTHER_LETTER})")
_IN_OTHER_LETTERS = re.compile(_OTHER_LETTER)
# The next sentence, glued: "/t/301....please", "/t/301!!please"; with words behind, "/t/77.Please remove it".
_CALLED = re.compile(r"(?<=\w)(?:\.{2,}|!{2,})(?=[^\W\d_])")
# A small letter begins one only behind a number: "/t/77.please remove it", but "/t/made.up".
_SENTENCE = re.compile(
    r"(?:(?<=[a-z0-9/_-])\.(?=[A-Z\u00c0-\u00de])|(?<=[0-9])\.(?=[a-z]{2}))(?P<word>[^\W\d_]+)[^\d/?&=]*\Z"
)
_MAY_GO_ON = re.compile(r"[.!][.!A-Z]|[0-9]\.[a-z]{2,}\Z")
# Titles and branches are written so, as "/wiki/C\u8a9e\u8a00", "/compare/main...other"; and names of people.
_WRITTEN_SO = ("/wiki/", "/compare/")
_HOSTS_OF_NAMES = ("facebook.com", "fb.com", "instagram.com", "linkedin.com", "tiktok.com", "ok.ru")
_NUMBERED = re.compile(r"[/=][0-9]+\Z")
_FILES = (
    "apk asp aspx avi bmp cfm cgi csv do doc docx epub exe flv gif gz heic htm html iso jpeg jpg js json jsp"
    " mkv mov mp3 mp4 mpeg mpg ogg pdf phtml php png ppt pptx rar shtml svg tar tiff torrent ts txt wav webm"
    " webp wmv xhtml xls xlsx xml zip"
)
FILE_ENDINGS = frozenset(_FILES.split())


def may_go_on(link: str) -> bool:
    """Tell at sight whether a link of plain signs may hold the beginning of the next sentence."""
    return bool(_MAY_GO_ON.search(link))


def without_next_sentence(tail: str, host: str, *, words_follow: bool) -> str:
    """Cut off what follows a link without a space: a word of another script, or a new sentence.

    `words_follow` says that more words come behind; without them, ".Please" may be part of the link.
    """
    if any(part in tail for part in _WRITTEN_SO):
        return tail
    if not tail.isascii():
        word = _OTHER_WORD.search(tail)
        if word and not _IN_OTHER_LETTERS.search(tail, 0, word.start()):
            tail = tail[: word.start()]
    if called := _CALLED.search(tail):
        tail = tail[: called.start()]
    sentence = _SENTENCE.search(tail) if words_follow else None
    if sentence is None or sentence["word"].lower() in FILE_ENDINGS:
        return tail
    page = tail[: sentence.start()]
    if sentence["word"].islower() and ("?" in page or sentence["word"] in public_endings()):
        return tail  # "?topic=881.new", "/sites/24.com"
    segment = page.rpartition("/")[2]
    is_name = host.endswith(_HOSTS_OF_NAMES) or "@" in segment or segment[:1].isupper()
    return tail if is_name and not _NUMBERED.search(page) else page


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
