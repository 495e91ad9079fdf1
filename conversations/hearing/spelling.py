"""A text as plain words, so that a rule need not know how somebody's phone or hurry spells them."""

import re
import unicodedata

# Of a longer message the beginning and the end are heard, so that none keeps the bot busy.
LONGEST_HEARD = 1500

# Accents of Latin and Cyrillic, Arabic vowel marks and the stretching stroke, the Indic dot below.
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed\u093c]")
_SAME = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیېۍئ", "ي"),
        **dict.fromkeys("ةهۀہھە", "ه"),
        "ک": "ك",
        "ګ": "گ",
        "ؤ": "و",
        "ँ": "ं",
        "ё": "е",
        "ґ": "г",
    }
)
# Apostrophes, and characters that nobody sees.
_UNSEEN = re.compile("['’‘ʼʻ`´\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_REPEATED = re.compile(r"([^\d\s])\1{2,}")
# A full stop without a space may stand for one: "he.is hurting me.now".
_SENTENCE_END = re.compile(r"(?:[!?;…\n۔।؟]|\.(?![^\W\d_]))+")
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0903\u093e-\u094f\u0955-\u0957\u0962\u0963]+[^\W_]*)*")


def plain(text: str) -> str:
    """Give a text without case, accents, apostrophes, and letters that are repeated for stress."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    without = unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_SAME)
    return _REPEATED.sub(r"\1", _UNSEEN.sub("", without))


def sentences(text: str) -> list[tuple[str, ...]]:
    """Give the words of each sentence of a text, plainly spelt, as far as it is listened to."""
    found = (tuple(_WORD.findall(part)) for part in _SENTENCE_END.split(plain(_as_far_as_heard(text))))
    return [words for words in found if words]


def _as_far_as_heard(text: str) -> str:
    if len(text) <= 2 * LONGEST_HEARD:
        return text
    return f"{text[:LONGEST_HEARD]}\n{text[-LONGEST_HEARD:]}"
