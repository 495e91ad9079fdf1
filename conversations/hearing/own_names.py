"""Names that somebody tells, as in "my name is", in each language: whole, as far as it can be read."""

import re
from collections.abc import Iterator

from conversations.hearing.speaking import SMALL_WORDS
from conversations.hearing.spelling import plain

LETTER = r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0955-\u0957]"
_WORD = re.compile(rf"{LETTER}+(?:['’.-]{LETTER}+)*")
_MOST_WORDS = 9
_GAP = re.compile(r"[ \t\u00a0]{1,3}")
# "Md. Rahim", "J. Smith".
_GAP_BEHIND_SHORT = re.compile(r"\.?[ \t\u00a0]{1,3}")
_LONGEST_SHORT = 3
_OF_A_PERSON = re.compile(rf"(?:(?![\d_]){LETTER}|['’.\s-])+")
# "Jean de la Croix", "Ahmad bin Ali": they stand within a name, and never at its end.
_WITHIN = frozenset(
    (
        *("de", "del", "da", "do", "dos", "das", "di", "la", "le", "van", "von", "bin", "binti", "bint"),
        *("ben", "ibn", "ould", "al", "el", "wa"),
    )
)
# "mera naam Ali hai", "aku Rina dari Bekasi"
_BEHIND = SMALL_WORDS | {
    *(
        "hai",
        "hun",
        "hoon",
        "cha",
        "ho",
        "from",
        "here",
        "dari",
        "dan",
        "se",
        "please",
        "pls",
        "help",
        "thanks",
    ),
}
# "اسمي فاطمة علي": a small word of Arabic that is also a name.
_SMALL_AND_NAME = frozenset({"علي"})
_MARKED = re.compile(
    r"\b(?:my (?:full |real |first |last )?name(?:['’]?s| is)|i am called"
    r"|me llamo|mi nombre(?: completo)?(?: es)?|mis apellidos son"
    r"|je m['’ ]?appelle|mon (?:nom|prénom|prenom)(?: complet)? (?:est|c['’]est)|moi[, ]+c['’]est"
    r"|meu nome(?: completo)? (?:[ée]|eh)|me chamo|chamo-me|aqui [ée] [ao]"
    r"|jina langu(?: kamili)?(?: ni)?|naitwa|ninaitwa"
    r"|nama (?:saya|sy|aku|gue|gua|gw|ku)(?: ialah| adalah)?|namaku|saya bernama"
    r"|n?kombo na (?:ngai|nga)(?: ezali)?|sama tur(?: mooy)?|ma+ ?ngi tudd|dama tudd"
    r"|mera naam|mera nam|mera name|mero naam|mero nam|zama num|मेरा नाम|मेरो नाम|م[یي]را نام|زما نوم"
    r"|و?[اأإ]سمي|سميتي"
    r"|мене звати|звати мене|мене звуть|моє ім['’ʼ]?я|(?:менің )?(?:атым|есімім)|миний нэр|намайг"
    r"|(?:^|(?<=\n))(?:full )?(?:name|nama|nombre|nom|nome|jina|нэр|аты|ім['’ʼ]?я)(?=\s?:))"
    r"(?:\s+(?:is|es|est))?[\s:]+[\"“«]?",
    re.IGNORECASE,
)
# These tell a name only before a word that is written as one.
_CAPITALISED = re.compile(
    r"\b(?:[Ii](?:['’]?m| am)|[Ss]oy|[Jj]e suis|[Ss]ou(?: [oa])?|[Mm]imi(?: ni)?|[Ss]aya|[Aa]ku|[Nn]azali"
    r"|[Cc]all me|Я|Мен|Би|[Tt]his is from(?=(?: [A-Z]\S+){2})"
    r"|[Tt]his is(?=(?: [A-Z]\S+){1,3} (?:from|here|speaking|calling)\b))\s+(?=[A-ZÀ-ÖØ-ÞЁІЇЄҐА-ЯӘҒҚҢӨҰҮҺ])"
)
# A name alone behind what letters end with: "Regards,\nMary Thomas".
_SIGNED = re.compile(
    r"\b(?:regards|sincerely|thanks|thank you|yours(?: truly)?|saludos|atentamente|gracias|cordialement"
    r"|merci|atenciosamente|cumprimentos|obrigad[oa]|salam|terima kasih|wako|asante|дякую|з повагою|рахмет"
    r"|баярлалаа|धन्यवाद|भवदीय|شكرا|تحياتي|شکریہ|مننه)[,.!]*[ \t]*\n\s*(?=\S+(?: \S+){0,3}\s*\Z)",
    re.IGNORECASE,
)
_MY_ACCOUNT_IS = re.compile(
    r"\b(?:my|mi|mon|meu|minha|mera|mero) (?:insta|instagram|ig|snap|snapchat|facebook|fb|telegram|tiktok"
    r"|whatsapp|discord|twitter|signal|viber|imo|username|usuario|usuário|nick)"
    r"(?:\s+(?:is|es|est|é|hai|ho|username|user|name|number|num|no|nr|nomor|numero|número))*[\s:]+"
    r"(\S{2,}[^\s,.;:!?)])",
    re.IGNORECASE,
)
# "john at mail dot com", "john(at)mail.example", "john @ mail.example"; but "look at mail.example".
_SPOKEN_EMAIL = re.compile(
    r"[\w.+-]{1,64}(?: ?[(\[](?:at|arroba|arobase|@)[)\]] ?| (?:arroba|arobase) | @ )"
    r"[\w-]{1,63}(?: ?[(\[]?(?:\.|dot|punto|point|ponto)[)\]]? ?)[a-z]{2,10}\b"
    r"|[\w.+-]{1,64} at [\w-]{1,63} dot [a-z]{2,10}\b",
    re.IGNORECASE,
)


def names_told(text: str) -> Iterator[tuple[int, int]]:
    """Give where in a text somebody tells a name or an account as theirs; a place may be given twice."""
    for pattern in (_MARKED, _CAPITALISED, _SIGNED):
        for marked in pattern.finditer(text):
            is_signed = pattern is _SIGNED
            if (end := _end_of_name(text, marked.end())) and not (is_signed and text[marked.end()].islower()):
                yield marked.end(), end
    yield from (said.span(1) for said in _MY_ACCOUNT_IS.finditer(text))
    yield from (said.span() for said in _SPOKEN_EMAIL.finditer(text))


def words_of_name(name: str) -> tuple[str, ...]:
    """Give the words of somebody's name, by each of which they may be called too; none of a user name."""
    words = re.split(r"[\s.-]+", name) if _OF_A_PERSON.fullmatch(name) else []
    return tuple(
        word for word in words if word and word.casefold() not in _WITHIN and plain(word) not in SMALL_WORDS
    )


def _end_of_name(text: str, start: int) -> int | None:
    """Find where a name ends that begins here: at a small word, or where capitals end."""
    first = _WORD.match(text, start)
    if first is None or first[0][0].isdigit():
        return None
    end = reached = first.end()
    for _ in range(_MOST_WORDS - 1):
        is_short = reached - len(first[0]) == start and len(first[0]) <= _LONGEST_SHORT
        gap = (_GAP_BEHIND_SHORT if is_short else _GAP).match(text, reached)
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
    small = plain(word)
    return lost_capital or (
        small not in _SMALL_AND_NAME and (small in _BEHIND or small.removeprefix("و") in _BEHIND)
    )
