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
        stop cancel end quit parar cancelar salir basta arreter arrêter annuler fin berhenti batal tamat
        acha sitisha tika tëyël band bas rukna roko toqta khatam توقف إلغاء الغاء बंद रोको रद्द стоп скасувати
        тоқта зогс بند روکو ودروه
    """,
    Meaning.YES: """
        yes y ok okay yeah si sí sim oui ouais ya iya ndiyo naam na'am aiwa haan han ha ji waaw waaw-waaw iyo
        iä ia tiim نعم ايوه हाँ हां जी हो так иә тийм ہاں جی هو
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

_ASKS_FOR_MATERIAL = re.compile(
    r"\b(?:send|give|sell|share|show|trade)\s+(?:me|us)\b.*\b(?:videos?|vids?|pics?|pictures?|links?|photos?)\b"
    r"|\b(?:want|need|buy|looking\s+for|where\s+(?:can|do)\s+i\s+(?:find|watch|get))\b"
    r".*\b(?:videos?|vids?|pics?|pictures?|photos?|cp)\b"
    r"|\b(?:manda(?:me|d)?|mánda(?:me|nos)|env[ií]a(?:me|nos)?|d[aá]me|pas[aá](?:me|nos)?|vend[eé](?:me|s)?)\b"
    r".*\b(?:videos?|v[ií]deos?|fotos?|im[aá]genes|links?|enlaces?)\b"
    r"|\b(?:quiero|busco|compro|d[oó]nde\s+(?:hay|encuentro|veo))\b.*\b(?:videos?|v[ií]deos?|fotos?|im[aá]genes)\b",
    re.IGNORECASE,
)


def meaning(text: str) -> Meaning | None:
    """Give what a short text means, whatever its case and closing marks; None for anything longer."""
    return _MEANINGS.get(text.casefold().strip(" \t\n.!?¡¿…،۔।/'\""))


def number(text: str) -> int | None:
    """Read one or two digits of any script, such as ٣ or ३, alone in a message; None for anything else."""
    digits = text.strip(" \t\n.)(")
    values = [unicodedata.decimal(digit, None) for digit in digits]
    if not 0 < len(values) <= 2 or None in values:  # noqa: PLR2004 - no card has a hundred buttons
        return None
    return int("".join(str(value) for value in values))


def asks_for_material(text: str) -> bool:
    """Tell whether somebody asks to be given pictures or videos, so that they meet the own-behaviour exit.

    Only plain requests in English and Spanish are known; whoever is mistaken for it reads a calm sentence.
    """
    return _ASKS_FOR_MATERIAL.search(text) is not None
