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


# A word that means different things in two of the languages, such as tak, bas or acha, is left out.
_SPELLINGS = {
    Meaning.START: """
        start begin hello hi
        empezar comenzar hola inicio olá ola oi começar iniciar início bom-dia
        bonjour bonsoir salut coucou allo commencer démarrer demarrer début debut
        salam assalam assalamualaikum السلام سلام ابدأ ابدا مرحبا أهلا اهلا بدء بداية ahlan marhaba
        namaste namaskar नमस्ते नमस्कार शुरू शुरु सुरु हैलो हेलो स्टार्ट shuru suru آداب شروع پیل سلامونه adab
        mulai halo hai mula mbote losako nanga salaam
        anza anzisha jambo hujambo habari shikamoo
        привіт вітаю почати розпочати pryvit vitayu pochaty
        bastau sain salem бастау сәлем салем сәлеметсіз
        эхлэх эхэл сайнуу ehleh sainuu
    """,
    Meaning.STOP: """
        stop cancel quit parar pare cancelar cancela salir sair terminar
        arreter arrêter arrête arrete annuler annule quitter stopper
        توقف قف وقف أوقف اوقف إلغاء الغاء كفى خروج
        band bandh rukna ruko roko rokna bandha बंद बन्द रोको रुको रोक्नुहोस् रद्द
        بند روکو روکیں رکیں منسوخ کینسل ختم khatam mansookh ودروه ودروئ ودرېږه wadarawa
        berhenti batal batalkan hentikan henti keluar tamat
        sitisha ghairi simamisha tika kotika telema tëyël taxawal bàyyi bayyi
        стоп скасувати зупинити досить zupynyty skasuvaty toqta toqtat тоқта токта тоқтат
        зогс зогсоо болих zogs zogsoo
    """,
    Meaning.YES: """
        yes y ok okay yeah si sí sim claro oui ouais accha
        نعم ايوه أيوا ايوا أجل naam na'am na3am aiwa
        haan han ha haanji hanji ji jee hajur huncha theek thik हाँ हां हा जी हो ठीक हजुर हुन्छ
        ہاں جی ٹھیک هو ښه
        ya iya betul benar ndiyo ndio sawa haya iyo waaw waw waaw-waaw
        так ага добре гаразд harazd dobre иә ия iä ia
        тийм тиймээ tiim tiimee
    """,
    Meaning.NO: """
        no nope non não nao nunca
        لا كلا la laa lla kalla
        nahi nahin nahee nhi नहीं नही छैन होइन hoina chaina نہیں نہ نه
        tidak nggak enggak bukan hapana sio siyo apana deedeet déedéet dedet
        ні нє жоқ joq zhok үгүй угуй ugui ugvi ni
    """,
    Meaning.HELP: """
        help ayuda ajuda ajude socorro aide aidez aidez-moi secours sos
        مساعدة ساعدني ساعدوني النجدة musaada
        madad madat मदद मद्दत सहायता सहयोग हेल्प sahayata sahayog musada مدد ہیلپ مرسته کومک komak mrasta
        bantuan tolong bantu msaada nisaidie saidia lisungi lisalisi salisa ndimbal wallu dimbali
        допомога допоможіть рятуйте dopomoha dopomozhit көмек комек көмектесіңіз komek
        тусламж туслаач tuslamj tuslaach
    """,
}
_MEANINGS = {word: meant for meant, spellings in _SPELLINGS.items() for word in spellings.split()}

_POLITE = frozenset(
    (
        "please",
        "pls",
        "plz",
        "me",
        "por",
        "favor",
        "svp",
        "stp",
        "kripya",
        "कृपया",
        "sila",
        "mohon",
        "tafadhali",
    )
)
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
    """Give what a short text means, without regard to case, marks and polite words; None for a longer one."""
    words = _composed(text).casefold().strip(" \t\n.!?¡¿…،۔।/'\"").split()
    plain = [word for word in words if word not in _POLITE] or words
    return _MEANINGS.get(plain[0]) if len(plain) == 1 else None


def number(text: str) -> int | None:
    """Read one or two digits of any script, such as ٣ or ३, alone in a message; None for anything else."""
    digits = _composed(text).strip(" \t\n.)(")
    values = [unicodedata.decimal(digit, None) for digit in digits]
    if not 0 < len(values) <= 2 or None in values:  # noqa: PLR2004 - no card has a hundred buttons
        return None
    return int("".join(str(value) for value in values))


def _composed(text: str) -> str:
    """Give a text in Unicode's composed form, without invisible characters."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(character for character in composed if unicodedata.category(character) != "Cf")


def asks_for_material(text: str) -> bool:
    """Tell whether a whole message asks to be given pictures or videos, which leads to the exit for that.

    Only bare requests in English and Spanish count. A reporter who was sent pictures, who is asked for
    pictures, or who wants their own taken down must never be taken for one who asks.
    """
    return len(text) <= _REQUEST_LENGTH and _ASKS_FOR_MATERIAL.fullmatch(text.strip()) is not None
