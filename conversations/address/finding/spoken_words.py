"""How the signs and endings of addresses are said, in the languages of the portals and some beside them.

A draft that no native speaker has read. A word that is missing, or wrong, costs a question that is not asked,
or is answered "no".
"""

from typing import Final

# Longer ones before those that begin so. Latin letters first, then Cyrillic, Indian, Arabic and others.
DOTS: Final = (
    "dot|punto|ponto|point|titik|noktah|nukta|nokta|punkt|punt|kropka|tomb|крапка|точка|нүкте|нукте|цэг"
    "|डॉट|डाट|डट|बिन्दु|बिंदु|نقطة|دوت|ڈاٹ|نقطہ|ډاټ|ټکی|نقطه|წერტილი|ነጥብ|ចុច|ডট"
)
STROKES: Final = (
    "slash|forward slash|barra diagonal|barra inclinada|barra|barre oblique|barre|garis miring|mkwaju"
    "|eğik çizgi|schrägstrich|ukośnik|слеш|слэш|скісна|налуу зураас|स्लैश|स्ल्यास|سلاش|شرطة مائلة|سلیش|سلېش|სლეში"
    "|স্ল্যাশ"
)
HYPHENS: Final = (
    "dash|hyphen|minus|guion medio|guión medio|guion|guión|traço|traco|hífen|hifen|tiret du six|tiret du 6"
    "|tiret|trait d'union|tanda hubung|tanda sempang|sengkang|strip|setrip|kistari|bindestrich|trattino"
    "|myślnik|дефіс|дефис|тире|мінус|минус|сызықша|зураас|डैश|ड्यास|हाइफन|हाइफ़न|شرطة|داش|ڈیش|ہائفن|ډېش|ډش|ډیش"
    "|ტირე|დეფისი|ড্যাশ|হাইফেন"
)
LOW_LINES: Final = (
    "underscore|guion bajo|guión bajo|barra baja|tiret bas|underline|sublinhado|garis bawah"
    "|нижнє підкреслення|нижнее подчеркивание|अंडरस्कोर|شرطة سفلية|انڈر اسکور|انډرسکور"
)
_W = "(?:w|double u|doble u|doble ve|double v)"
TRIPLE_W: Final = rf"(?:triple|tres|trois|três|three) {_W}|{_W} {_W} {_W}"
# Endings that are said, or written in the letters of the language.
ENDINGS: Final = {
    "كوم": "com",
    "کوم": "com",
    "کام": "com",
    "کم": "com",
    "कॉम": "com",
    "काम": "com",
    "कम": "com",
    "ком": "com",
    "კომ": "com",
    "კომი": "com",
    "ኮም": "com",
    "কম": "com",
    "نت": "net",
    "نيت": "net",
    "نیٹ": "net",
    "نټ": "net",
    "नेट": "net",
    "нет": "net",
    "нэт": "net",
    "ნეტ": "net",
    "নেট": "net",
    "أورغ": "org",
    "اورج": "org",
    "أورج": "org",
    "آرگ": "org",
    "اورګ": "org",
    "ऑर्ग": "org",
    "ओआरजी": "org",
    "орг": "org",
    "ორგ": "org",
    "инфо": "info",
    "को": "co",
    "सीओ": "co",
    "کو": "co",
    "ко": "co",
    "इन": "in",
    "आईएन": "in",
    "एनपी": "np",
    "एन पी": "np",
    "پی کے": "pk",
    "پاک": "pk",
    "یو کے": "uk",
    "अफ": "af",
    "اې اېف": "af",
    "اے ایف": "af",
    "ру": "ru",
    "кз": "kz",
    "мн": "mn",
    "уа": "ua",
    "юа": "ua",
    "ге": "ge",
    "გე": "ge",
}
# Endings of countries that are no word in any language of the portals, as "es", "in" and "my" are.
_COUNTRIES = (
    "ae af ar az bd bg bo br cd cl cn co cr cz dk dz ec eg fi fr ge gh gr gt hk hn hu iq ir jo jp kg kh kr kw"
    " kz lk ly mn mx mz ng nl np nz om pe ph pk pl py ro ru rw sd sn sv sy th tj tm tn tr tw tz ua ug uk uy"
    " uz vn zm zw"
)
COUNTRY_ENDINGS: Final = frozenset(_COUNTRIES.split())
