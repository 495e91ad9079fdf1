"""In which language a message seems to be: by its script, by letters of one language, by its small words."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from conversations.hearing.spelling import LONGEST_HEARD, plain, sentences

_SCRIPTS = {
    "arabic": (re.compile("[\u0600-\u06ff\u0750-\u077f]"), ("ar", "ur", "ps")),
    "devanagari": (re.compile("[\u0900-\u097f]"), ("hi", "ne")),
    "cyrillic": (re.compile("[\u0400-\u04ff]"), ("uk", "kk", "mn")),
    "latin": (re.compile("[a-z\u00c0-\u024f]"), ("en", "es", "fr", "pt", "id", "ms", "sw", "ln", "wo")),
}
# Letters that one of the languages of a script has and the others have not.
_LETTERS = {
    "ur": "ٹڈڑےں",
    "ps": "ټډړښږځڅېۍڼګ",
    "ar": "ةأإ",
    "uk": "їєґ",
    "kk": "әғқңұһ",
    "es": "¿¡",
    "fr": "çœèêà",
    "pt": "ãõ",
    "wo": "ŋë",
}
# Small words, as they are plainly spelt (`spelling.plain`).
_WORDS = {
    "ar": "في من علي هذا هذه انا ما لا هو هي الي عن كان مع كيف لم هل انت شي فيه",
    "ur": "میں ہے ہوں کی کے کا سے کو نے پر اور یہ وہ نہیں مجھے میرے میری کیا ہیں رہا",
    "ps": "زه ما ته يم يې ده دي نه چې په د دا له سره هغه زما مې کوي شته یم یی",
    "hi": "है हूं में से को का की के मैं मुझे नहीं और यह वह मेरे मेरी क्या हैं कर रहा रही ने भी था गया गई करो कोई",
    "ne": "छ छन् छु मलाई म को मा ले लाई र यो त्यो छैन मेरो हो भयो गर्छ गर्नु हुन्छ पनि के थियो गरे",
    "uk": "я в не на що це мене і до за він вона мені так як у з є й та бо мій моя",
    "kk": "мен бір ол мені бар жоқ не деп мына менің маған керек емес ма ме болды",
    "mn": "би нь юм байна намайг энэ тэр надад миний болон гэж вэ бол биш хэн ийм",
    "en": "the is i me my it this to a of and in he she they you not was that are have what how",
    "es": "el la los las de que y en un una me mi es no con por para lo se esta como pero",
    "fr": "le la les de des un une je me mon ma est et il elle que pas pour dans ce cette sur comment j",
    "pt": "o a os as de que e em um uma me meu minha nao com por para eu se ele ela isso como esta",
    "id": "yang di dan ini itu saya aku tidak ada untuk dengan dia ke dari bagaimana gimana apa sudah mau",
    "ms": "yang di dan ini itu saya aku tidak ada untuk dengan dia ke dari macam mana apa dah nak tak boleh",
    "sw": "ya wa na ni kwa mimi hii hiyo yangu katika nina sina la za kwenye yeye nini naomba si je",
    "ln": "na ya nga ngai oyo ezali te mpe ye nini azali moko yango po kasi awa",
    "wo": "ma la na mu dafa ci bi ak nga man di dina moom fii ba yi naka lan du",
}
# Endings of words that one language of a script has and the others have not.
_ENDINGS = {
    "ne": ("लाई", "हरू", "हरु", "छु", "छन्", "एछ", "एको", "नुस्", "किन", "इयो", "कियो", "थियो"),
    "kk": ("мін", "мын", "ймін", "дім", "дым", "ған", "ген", "лған", "лды", "лді", "маған", "ым келеді"),
    "mn": ("аар", "ээр", "даг", "дэг", "сан", "сэн", "сон", "жээ", "байна", "аад", "ээд", "хгүй"),
    "uk": ("ться", "ють", "ала", "али", "ити", "ати", "ого", "ому", "ння", "ськ"),
}
_SMALL = {language: frozenset(plain(words).split()) for language, words in _WORDS.items()}
SMALL_WORDS = frozenset[str]().union(*_SMALL.values())
_LEAST_LETTERS = 4
_LEAST_WORDS = 2


_ALL = tuple(language for _, written in _SCRIPTS.values() for language in written)


def spoken(text: str, languages: Sequence[str] = _ALL) -> tuple[str, ...]:
    """Give those of these languages (or of all) in which a text may be, none where nothing tells.

    Latin letters alone tell nothing: two small words of one language must. Other scripts are of few
    languages; where words do not tell these apart, all of them are given.
    """
    lowered = text[:LONGEST_HEARD].casefold()
    counted = Counter({name: len(letters.findall(lowered)) for name, (letters, _) in _SCRIPTS.items()})
    script, letters = counted.most_common(1)[0]
    candidates = [language for language in languages if language in _SCRIPTS[script][1]]
    if letters < _LEAST_LETTERS or not candidates:
        return ()
    words = [word for sentence in sentences(text) for word in sentence]
    of_letters = Counter(lowered)
    scores = {language: _score(words, of_letters, language) for language in candidates}
    best = [language for language in candidates if scores[language] == max(scores.values())]
    if script == "latin":
        return tuple(best) if len(best) == 1 and scores[best[0]] >= _LEAST_WORDS else ()
    return tuple(best)


def _score(words: Sequence[str], letters: Mapping[str, int], language: str) -> int:
    """Count what speaks for a language: each small word, and twice each letter of its own."""
    own = sum(letters.get(letter, 0) for letter in _LETTERS.get(language, ""))
    endings = _ENDINGS.get(language, ())
    return sum((word in _SMALL[language]) + word.endswith(endings) for word in words) + 2 * own
