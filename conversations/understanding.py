"""What a reporter means by a few plain words, in any script and spelling; links are address.py's."""

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """The words that every reporter may type instead of tapping."""

    START = "start"
    STOP = "stop"
    YES = "yes"
    NO = "no"
    HELP = "help"


_SPELLINGS = {
    Meaning.START: """
        start begin hello hi empezar comenzar hola inicio ola começar bonjour salut commencer salam assalam
        namaste namaskar mulai halo mula anza jambo mbote nanga shuru bastau sain salem ابدأ ابدا مرحبا سلام
        शुरू नमस्ते सुरु почати привіт бастау сәлем эхлэх شروع پیل
    """,
    Meaning.STOP: """
        stop cancel quit parar cancelar salir arreter arrêter annuler berhenti batal tamat
        sitisha tika tëyël band rukna roko toqta khatam توقف إلغاء الغاء बंद रोको रद्द стоп скасувати
        тоқта зогс بند روکو ودروه
    """,
    Meaning.YES: """
        yes y ok okay yeah acha accha si sí sim oui ouais ya iya ndiyo naam na'am aiwa haan han ha ji
        waaw waaw-waaw iyo iä ia tiim نعم ايوه हाँ हां जी हो так иә тийм ہاں جی هو
    """,
    Meaning.NO: """
        no nope non não nao tidak hapana la laa nahi nahin deedeet ni joq zhok ugui لا नहीं होइन ні жоқ
        үгүй نہیں نه
    """,
    Meaning.HELP: """
        help ayuda ajuda aide aidez bantuan tolong msaada lisungi ndimbal madad sahayata musada musaada komek
        tuslamj مساعدة मदद सहायता допомога көмек тусламж مدد مرسته
    """,
}
_MEANINGS = {word: meant for meant, spellings in _SPELLINGS.items() for word in spellings.split()}

_POLITE = frozenset(("please", "pls", "plz", "me", "por", "favor", "svp", "kripya"))
_REQUEST_LENGTH = 80
_THINGS = r"(?:videos?|vids?|pics?|pictures?|photos?|v[ií]deos?|fotos?|im[aá]genes|cp)"
_MORE = r"(?:(?:some|more|the|any|your|new|good|m[aá]s|unos|unas|algunos|algunas|los|las)\s+)*"
_ASKS_FOR_MATERIAL = re.compile(
    rf"(?:(?:hi|hey|hello|hola|please|pls|por\s+favor)[\s,]+)*"
    rf"(?:(?:send|give|sell|show|trade)\s+(?:me\s+|us\s+)?|(?:i\s+)?(?:want|need|buy|am\s+looking\s+for)\s+"
    rf"|where\s+(?:can|do)\s+i\s+(?:find|watch|get|buy)\s+"
    rf"|(?:m[aá]nd[ae](?:me|nos)?|env[ií]a(?:me|nos)?|d[aá]me|pas[aá](?:me|nos)?|vend[eé](?:me|s)?)\s+"
    rf"|(?:quiero|busco|compro)\s+(?:ver\s+)?|d[oó]nde\s+(?:hay|encuentro|veo)\s+)"
    rf"{_MORE}{_THINGS}(?:\s+(?:please|pls|now|por\s+favor|ahora))*[\s.!?]*",
    re.IGNORECASE,
)


def meaning(text: str) -> Meaning | None:
    """Give what a short text means, whatever its case, marks and polite words; None for anything longer."""
    words = text.casefold().strip(" \t\n.!?¡¿…،۔।/'\"").split()
    plain = [word for word in words if word not in _POLITE] or words
    return _MEANINGS.get(plain[0]) if len(plain) == 1 else None


def number(text: str) -> int | None:
    """Read one or two digits of any script, such as ٣ or ३, alone in a message; None for anything else."""
    digits = text.strip(" \t\n.)(")
    values = [unicodedata.decimal(digit, None) for digit in digits]
    if not 0 < len(values) <= 2 or None in values:  # noqa: PLR2004 - no card has a hundred buttons
        return None
    return int("".join(str(value) for value in values))


def asks_for_material(text: str) -> bool:
    """Tell whether a whole message asks to be given pictures or videos, which leads to the exit for that.

    Only bare requests in English and Spanish: somebody who was sent pictures, who is asked for pictures, or
    who wants theirs taken down must never be mistaken for it.
    """
    return len(text) <= _REQUEST_LENGTH and _ASKS_FOR_MATERIAL.fullmatch(text.strip()) is not None
