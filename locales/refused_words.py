"""What no message may say: words that the field refuses, and promises or demands that nobody may make.

They stand here, and nowhere else, so that they can be refused. The names for the material are refused by the
IWF (iwf.org.uk, report process); the rest is what our talk never says. A pattern is matched against small
letters, from a word's start.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A pattern (a regular expression in small letters), and what to write instead."""

    pattern: str
    instead: str


_LEGITIMISES = "it legitimises the material; say child sexual abuse, or pictures of it"
_REPORTER = "whoever writes to us is a reporter; say you"
_PROMISE = "nobody can promise it; say only what has happened"
_ASKS = "it asks for what a reporter must never do; leave it out"
_BLAMES = "it asks what is never asked; leave it out"
_CALM = "it shouts; end the sentence with a full stop"
_HOME = "alone it is where somebody lives; say web link"

EVERYWHERE = (
    Refused("porn", _LEGITIMISES),
    Refused("kidd(ie|y)", _LEGITIMISES),
    Refused("[!¡]", _CALM),
)

REFUSED: dict[str, tuple[Refused, ...]] = {
    "en": (
        Refused(r"(victim|user)s?\b", _REPORTER),
        Refused(r"(?<!e-mail )(?<!web )address(es)?\b", _HOME),
        Refused(r"will (be|get) (removed|taken down|deleted|blocked)", _PROMISE),
        Refused(r"(the )?child (is|will be) safe", _PROMISE),
        Refused(r"(completely|totally|fully|entirely|100 ?%) anonym", _PROMISE),
        Refused(r"(the )?police (won't|will not|cannot|can't|never) ", _PROMISE),
        Refused(r"(looking|watching|viewing|seeing)( at)?( it)? is (legal|allowed|no crime)", _PROMISE),
        Refused(r"nothing (more|else) (to do|you can do)", _PROMISE),
        Refused(r"screen ?shots?\b", _ASKS),
        Refused(r"save\b", _ASKS),
        Refused(r"(delete|destroy) (the |any |all )?(evidence|proof)", _ASKS),
        Refused(r"(look|watch|open it|view it) (at it |it )?again", _ASKS),
        Refused(r"search (for|again|the|more|it)\b", _ASKS),
        Refused(r"describe\b", _ASKS),
        Refused(r"why (did|do|were|are) you", _BLAMES),
    ),
    "es": (
        Refused(r"víctimas?\b|usuari[oa]s?\b", _REPORTER),
        Refused(r"denunci", "it is a formal complaint, or informing on somebody; say reportar or avisar"),
        Refused(r"direcci(ón|ones)\b(?! (de correo|web|electrónica))", _HOME),
        Refused(r"(será|serán|va a ser|van a ser) (eliminad|retirad|borrad|quitad|bloquead)", _PROMISE),
        Refused(r"(el niño|la niña) (está|estará) (a salvo|segur)", _PROMISE),
        Refused(r"(completa|total|absoluta)mente anónim|100 ?% anónim", _PROMISE),
        Refused(r"(la )?policía (no|nunca) ", _PROMISE),
        Refused(r"(mirar|ver)(lo|la|los|las)? (es legal|no es delito|está permitido)", _PROMISE),
        Refused(r"nada más (que|para|por) hacer", _PROMISE),
        Refused(r"capturas? de pantalla|pantallazos?\b", _ASKS),
        Refused(r"guard(e|en|á|ar)\b|guárd[ae]l[oa]s?\b|guardal[oa]s?\b", _ASKS),
        Refused(r"(borr|elimin|destru)\w+ (la |las )?(pruebas?|evidencias?)", _ASKS),
        Refused(r"(mir|v)(a|á|e|er|ar|uelva a mirar)(lo|la)? (de nuevo|otra vez)", _ASKS),
        Refused(r"busc(a|á|ar|alo|ala)\b|busque|búscal[oa]", _ASKS),
        Refused(r"descri(be|ba|bí|bir)(lo|la)?\b", _ASKS),
        Refused(r"por qué (lo|la|te|se|has|ha|hiciste|hizo|miraste|miró|estabas|estaba|entraste)\b", _BLAMES),
    ),
}


def refused_in(language: str, text: str) -> list[str]:
    """Say what is refused in a text, and what to write instead; the words of English count everywhere."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").lower()
    found = []
    for refused in (*EVERYWHERE, *REFUSED.get(language, ())):
        match = re.search(rf"(?<!\w)(?:{refused.pattern})", plain)
        if match:
            found.append(f'"{match[0]}" is refused: {refused.instead}')
    return found
