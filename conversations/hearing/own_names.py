"""Names that somebody tells, as in "my name is", in each language: whole, as far as it can be read."""

import re
from collections.abc import Iterator

from conversations.hearing.speaking import SMALL_WORDS
from conversations.hearing.spelling import plain

_LETTER = r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0955-\u0957]"
_WORD = re.compile(rf"{_LETTER}+(?:['’.-]{_LETTER}+)*")
_MOST_WORDS = 5
_GAP = re.compile(r"[ \t\u00a0]{1,3}")
# "Jean de la Croix", "Ahmad bin Ali": they stand within a name, and never at its end.
_WITHIN = frozenset(
    (
        *("de", "del", "da", "do", "dos", "das", "di", "la", "le", "van", "von", "bin", "binti", "bint"),
        *("ben", "ibn", "ould", "al", "el", "wa", "y"),
    )
)
# "mera naam Ali hai", "aku Rina dari Bekasi"
_BEHIND = SMALL_WORDS | {"hai", "hun", "hoon", "cha", "ho", "from", "here", "dari", "dan", "se"}
_MARKED = re.compile(
    r"\b(?:my (?:full )?name(?:['’]?s| is)|i am called"
    r"|me llamo|mi nombre(?: completo)? es|mis apellidos son"
    r"|je m['’]appelle|mon nom(?: complet)? (?:est|c['’]est)|moi[, ]+c['’]est"
    r"|meu nome(?: completo)? [ée]|me chamo|chamo-me"
    r"|jina langu(?: kamili)? ni|naitwa|ninaitwa"
    r"|nama (?:saya|aku|gue|gw)(?: ialah| adalah)?|namaku|saya bernama"
    r"|n?kombo na ngai(?: ezali)?|sama tur(?: mooy)?|ma+ ?ngi tudd|dama tudd"
    r"|mera naam|mera nam|mero naam|mero nam|zama num|मेरा नाम|मेरो नाम|میرا نام|زما نوم|اسمي|سميتي"
    r"|мене звати|мене звуть|моє ім['’ʼ]?я|менің (?:атым|есімім)|миний нэр|намайг)"
    r"(?:\s+(?:is|es|est))?[\s:]+",
    re.IGNORECASE,
)
# These tell a name only before a word that is written as one.
_CAPITALISED = re.compile(
    r"\b(?:[Ii](?:['’]?m| am)|[Ss]oy|[Jj]e suis|[Ss]ou(?: [oa])?|[Mm]imi ni|[Ss]aya|[Aa]ku|[Tt]his is"
    r"(?=(?: [A-Z]\S+){1,3} (?:from|here|speaking|calling)\b))\s+(?=[A-ZÀ-ÖØ-Þ])"
)
_MY_ACCOUNT_IS = re.compile(
    r"\b(?:my|mi|mon|meu|minha|mera|mero) (?:insta|instagram|snap|snapchat|facebook|telegram|tiktok|whatsapp)"
    r"(?:\s+(?:is|es|est|é|hai|ho|username|user|name|number|num|no|nr|nomor|numero|número))*[\s:]+(\S{3,})",
    re.IGNORECASE,
)
# "john at mail dot com"
_SPOKEN_EMAIL = re.compile(
    r"[\w.+-]{1,64} (?:at|arroba|arobase) [\w-]{1,63} (?:dot|punto|point|ponto) [a-z]{2,10}\b", re.IGNORECASE
)


def names_told(text: str) -> Iterator[tuple[int, int]]:
    """Give where in a text somebody tells a name or an account as theirs; a place may be given twice."""
    for pattern in (_MARKED, _CAPITALISED):
        for marked in pattern.finditer(text):
            if end := _end_of_name(text, marked.end()):
                yield marked.end(), end
    yield from (said.span(1) for said in _MY_ACCOUNT_IS.finditer(text))
    yield from (said.span() for said in _SPOKEN_EMAIL.finditer(text))


def words_of_name(name: str) -> tuple[str, ...]:
    """Give the words of a name of several, by each of which its bearer may be called too."""
    words = name.split() if all(word.replace("'", "").isalpha() for word in name.split()) else []
    return tuple(word for word in words if len(words) > 1 and word.casefold() not in _WITHIN)


def _end_of_name(text: str, start: int) -> int | None:
    """Find where a name ends that begins here: at a small word, or where capitals end."""
    first = _WORD.match(text, start)
    if first is None:
        return None
    end = reached = first.end()
    for _ in range(_MOST_WORDS - 1):
        gap = _GAP.match(text, reached)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None:
            break
        if any(map(str.isdigit, word[0])):
            break
        within = word[0].casefold() in _WITHIN
        if not within and _ends_before(word[0], first[0]):
            break
        reached = word.end()
        end = end if within else reached
    return end


def _ends_before(word: str, first: str) -> bool:
    lost_capital = first[0].isupper() and word[0].islower()
    return lost_capital or plain(word) in _BEHIND
