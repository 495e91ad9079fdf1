"""What a reporter means by a plain word such as "stop", in any script and spelling."""

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a typed word can mean in place of a tap."""

    START = "start"
    STOP = "stop"
    YES = "yes"
    NO = "no"
    HELP = "help"
    PRIVACY = "privacy"
    STATUS = "status"


# Understood in every talk. A word that means different things in two of the languages is left out. What is
# compared has no polite words such as "you" and "it".
_SPELLINGS = {
    Meaning.START: """
        start begin hello hi
        empezar comenzar hola inicio olá ola oi começar iniciar início bom-dia boa-tarde buenos-dias
        buenas-tardes buenas
        good-morning good-evening good-afternoon hey hi-there
        bonjour bonsoir salut coucou allo commencer démarrer demarrer début debut
        السلام-علیکم доброго-дня добрий-день сайн-байна-уу sain-baina-uu namaste-dai dai-namaste kak
        salam assalam assalamualaikum assalam-o-alaikum assalamu-alaikum السلام-عليكم السلام سلام
        ابدأ ابدا مرحبا أهلا اهلا بدء بداية ahlan marhaba
        namaste namaskar नमस्ते नमस्कार शुरू शुरु सुरु हैलो हेलो स्टार्ट shuru suru آداب شروع پیل
        سلامونه adab
        mulai halo mula mbote losako nanga salaam
        anza anzisha jambo hujambo habari habari-yako habari-zenu mambo shikamoo
        привіт вітаю почати розпочати pryvit vitayu pochaty
        bastau sain salem бастау сәлем салем сәлеметсіз
        эхлэх эхэл сайнуу ehleh sainuu
    """,
    Meaning.STOP: """
        stop cancel quit stop-now i-want-to-stop want-to-stop quiero-parar quero-parar je-veux-arreter
        je-veux-arrêter parar pare cancelar cancela salir sair terminar
        arreter arrêter arrête arrete annuler annule quitter stopper
        توقف قف وقف أوقف اوقف إلغاء الغاء كفى خروج
        band bandh rukna ruko roko rokna bandha बंद बन्द रोको रुको रोक्नुहोस् रद्द
        بند روکو روکیں رکیں منسوخ کینسل ختم khatam mansookh ودروه ودروئ ودرېږه wadarawa
        berhenti batal batalkan hentikan henti keluar tamat
        sitisha ghairi simamisha tika kotika telema tëyël taxawal bàyyi bayyi
        стоп скасувати зупинити досить zupynyty skasuvaty toqta toqtat тоқта токта тоқтат
        зогс зогсоо болих zogs zogsoo
    """,
    Meaning.HELP: """
        help i-need-help need-help help-me help.me help-sos ayuda ayúdame ayudame ayudenme necesito-ayuda
        ajuda ajude preciso-de-ajuda socorro aide aidez aidez-moi aide-moi au-secours besoin-d-aide
        secours sos
        مساعدة محتاج-مساعدة ساعدني ساعدوني النجدة musaada
        madad madat मदद-करो मदद-चाहिए मुझे-मदद-चाहिए mujhe-madad-chahiye مجھے-مدد-چاہیے मदद मद्दत
        सहायता सहयोग हेल्प sahayata sahayog musada مدد ہیلپ مرسته کومک komak mrasta
        bantuan tolong bantu msaada nisaidie naomba-msaada saidia lisungi lisalisi salisa ndimbal
        wallu dimbali
        допомога допоможіть рятуйте dopomoha dopomozhit көмек комек көмектесіңіз komek
        тусламж туслаач tuslamj tuslaach көмектесіңізші
    """,
    Meaning.PRIVACY: """
        is-this-anonymous is-anonymous am-i-anonymous anonymous are-a-bot is-this-a-bot
        who-reads-this who-will-read-this do-know-who-i-am will-know-who-i-am is-this-safe
        es-anonimo es-anónimo eres-un-bot quien-lee-esto quién-lee-esto saben-quien-soy
        c'est-anonyme est-ce-anonyme c-est-anonyme qui-lit-ça qui-lit-ca tu-es-un-robot
        é-anonimo é-anónimo é-anônimo quem-lê-isto quem-le-isto apakah-ini-anonim ini-anonim siapa-yang-baca
        adakah-ini-tanpa-nama هل-هذا-سري هل-هذا-مجهول هل-ستعرفون-من-أنا je-ni-siri цe-анонімно це-анонімно
        क्या-यह-गुमनाम-है kya-ye-gumnam-hai کیا-یہ-گمنام-ہے
    """,
    Meaning.STATUS: """
        status what-happened-with-my-report what-happened-to-my-report what-happens-with-my-report
        can-remove did-remove when-will-be-removed is-removed
        que-paso-con-mi-reporte qué-pasó-con-mi-reporte estado
    """,
}
# Understood in a talk of their own language, and the English ones in every talk.
_YES_AND_NO = {
    "en": ("yes y ok okay yeah yep sure", "no nope none nothing"),
    "es": ("si sí claro", "no nunca ninguna ninguno nada"),
    "fr": ("oui ouais", "non aucun aucune rien"),
    "pt": ("sim claro", "não nao nunca nenhum nenhuma nada"),
    "ar": ("نعم ايوه أيوا ايوا أجل naam na'am na3am aiwa", "لا كلا la laa lla kalla"),
    "hi": ("haan han ha haanji hanji ji theek thik accha हाँ हां हा जी ठीक", "nahi nahin nahee nhi नहीं नही"),
    "ne": ("hajur huncha ho हो हजुर हुन्छ ठीक", "छैन होइन hoina chaina"),
    "ur": ("haan han haanji ji theek accha ہاں جی ٹھیک", "nahi nahin nhi نہیں نہ"),
    "ps": ("ho wo هو ښه", "na نه"),
    "id": ("ya iya betul benar", "tidak nggak enggak bukan gak"),
    "ms": ("ya iya betul benar", "tidak bukan tak"),
    "sw": ("ndiyo ndio sawa haya", "hapana sio siyo"),
    "ln": ("iyo ee oui", "te apana non"),
    "wo": ("waaw waw waaw-waaw oui", "deedeet déedéet dedet non"),
    "uk": ("так ага добре гаразд harazd dobre tak", "ні нє ni"),
    "kk": ("иә ия iä ia", "жоқ joq zhok"),
    "mn": ("тийм тиймээ tiim tiimee", "үгүй угуй ugui ugvi"),
}
_MEANINGS = {word: meant for meant, spellings in _SPELLINGS.items() for word in spellings.split()}
_ANSWERS = {
    language: {
        word: meant
        for meant, spellings in zip((Meaning.YES, Meaning.NO), both, strict=True)
        for word in spellings.split()
    }
    for language, both in _YES_AND_NO.items()
}

# What may stand beside such a word.
_POLITE = frozenset(
    (
        *("please", "pls", "plz", "me", "it", "thanks", "thank", "you"),
        *("por", "favor", "gracias", "svp", "stp", "merci", "obrigado", "obrigada"),
        *("kripya", "कृपया", "धन्यवाद", "dhanyabad", "shukriya", "شکریہ", "shukran", "شكرا"),
        *("sila", "mohon", "terima", "kasih", "tafadhali", "asante", "дякую"),
    )
)
# "And", in each of the languages.
_JOINING = frozenset(
    (
        *("and", "y", "e", "et", "dan", "na", "mpe", "ak", "aur", "aw", "ra"),
        *("و", "और", "र", "اور", "او", "і", "й", "та", "және", "ба", "болон"),
    )
)
_AGREEING = frozenset(
    (
        *("ok", "okay", "sure", "yep", "claro", "accha", "theek", "thik", "ji", "hajur", "huncha", "sawa"),
        *("haya", "dobre", "harazd", "добре", "гаразд", "ठीक", "जी", "हजुर", "हुन्छ", "ٹھیک", "جی", "ښه"),
    )
)
_LONGEST_OF_NO_USE = 6
_MARKS = " \t\n.,!?¡¿…،۔।/'\""
# The variation selector, and the frame of a keycap such as 3 in a square.
_AROUND_EMOJI = "\ufe0f\u20e3"
_REQUEST_LENGTH = 80
_THINGS = (
    r"(?:videos?|vids?|pics?|pictures?|photos?|v[ií]deos?|fotos?|im[aá]genes"
    r"|cp(?:\s+(?:links?|videos?|vids?))?)"
)
_SOME = r"(?:(?:some|any|new|good|unos|unas|algunos|algunas)\s+)*"
# No form that is also the third person, such as "manda" or "vende", and nothing of "your" or "more": so
# people tell of the one who demands pictures of them.
_ASKS_FOR_MATERIAL = re.compile(
    rf"(?:(?:hi|hey|hello|hola|please|pls|por\s+favor)[\s,]+)*"
    rf"(?:(?:give|sell|show|trade)\s+(?:me\s+|us\s+)?|(?:i\s+)?(?:want|need|buy|am\s+looking\s+for)\s+"
    rf"|where\s+(?:can|do)\s+i\s+(?:find|watch|get|buy)\s+|(?:any|got|have)\s+(?=cp|some|any)"
    rf"|(?:send|share|dm)\s+(?:me\s+|us\s+)?(?=cp\b)"
    rf"|(?:env[ií]a|d[aá]|p[aá]sa|v[eé]nde|m[aá]nda)(?:me|nos)\s+"
    rf"|(?:quiero|busco|compro)\s+(?:ver\s+)?|d[oó]nde\s+(?:hay|encuentro|veo)\s+)"
    rf"{_SOME}{_THINGS}(?:\s+(?:please|pls|now|por\s+favor|ahora))*[\s.!?]*",
    re.IGNORECASE,
)


def agrees(text: str) -> bool:
    """Tell whether a text only agrees, as "ok" does: that is not sure enough to undo anything."""
    return _shown(text).casefold().strip(_MARKS) in _AGREEING


def is_polite(text: str) -> bool:
    """Tell whether a text is nothing but polite words, such as "thank you"."""
    words = [word.strip(_MARKS) for word in _shown(text).casefold().split()]
    return bool(words) and all(word in _POLITE for word in words if word)


def only_joins(text: str) -> bool:
    """Tell whether a text is nothing but words that join, such as "and"."""
    words = [word.strip(_MARKS) for word in _shown(text).casefold().split()]
    return all(word in _JOINING for word in words if word)


def says_little(text: str) -> bool:
    """Tell whether a text tells an analyst nothing: polite words, or a single short one, such as "ok"."""
    single = len(text.split()) == 1 and len(text.strip()) <= _LONGEST_OF_NO_USE
    return single or is_polite(text) or not any(map(str.isalnum, text))


def meaning(text: str, language: str) -> Meaning | None:
    """Give what a short text means in a talk of this language; None for a longer one.

    Case, marks, emoji and polite words do not count.
    """
    words = [word.strip(_MARKS) for word in _shown(text).casefold().split()]
    said = [word for word in words if word]
    plain = "-".join(dict.fromkeys([word for word in said if word not in _POLITE] or said))
    return _ANSWERS.get(language, {}).get(plain) or _ANSWERS["en"].get(plain) or _MEANINGS.get(plain)


def number(text: str) -> int | None:
    """Read one or two digits of any script, such as ٣ or ३, alone in a message; None for anything else."""
    digits = _shown(text).strip(" \t\n.)(")
    values = [unicodedata.decimal(digit, None) for digit in digits]
    if not 0 < len(values) <= 2 or None in values:  # noqa: PLR2004 - no card has a hundred buttons
        return None
    return int("".join(str(value) for value in values))


def _shown(text: str) -> str:
    """Give a text in Unicode's composed form, without invisible characters and emoji; a thumb means yes."""
    spoken = text.replace("\N{THUMBS UP SIGN}", " ok ").replace("\N{SQUARED SOS}", " sos ")
    composed = unicodedata.normalize("NFC", spoken)
    return "".join(
        character
        for character in composed
        if unicodedata.category(character) not in {"Cf", "So", "Sk"} and character not in _AROUND_EMOJI
    )


def asks_for_material(text: str) -> bool:
    """Tell whether a whole message asks to be given pictures or videos, which leads to the exit for that.

    Only bare requests in English and Spanish count. A reporter who was sent pictures, who is asked for
    pictures, or who wants their own taken down must never be taken for one who asks.
    """
    return len(text) <= _REQUEST_LENGTH and _ASKS_FOR_MATERIAL.fullmatch(text.strip()) is not None
