"""A dictated address is read, and prose is not."""

from conversations.address.finding.spoken import spoken_in
from tests.cases import for_every

DICTATED = [
    ("its forum dot example dot com slash thread 4711", "https://forum.example.com/thread"),
    ("example . com", "https://example.com"),
    ("foro punto ejemplo punto org barra chicos", "https://foro.ejemplo.org/chicos"),
    ("triple w dot forum dot com slash boys", "https://www.forum.com/boys"),
    ("\u0441\u0430\u0439\u0442 forum \u043a\u0440\u0430\u043f\u043a\u0430 com", "https://forum.com"),
    ("t. me/made_up", "https://t.me/made_up"),
    ("made dash up dash forum dot com slash bad underscore page", "https://made-up-forum.com/bad_page"),
    ("made guion up guion forum punto com barra fotos", "https://made-up-forum.com/fotos"),
    ("its w w w dot made dash up dot com", "https://www.made-up.com"),
    ("galerie tiret inventee point fr", "https://galerie-inventee.fr"),
    ("made tiret du six up point com", "https://made-up.com"),
    ("madeup punto com barra diagonal uno", "https://madeup.com/uno"),
    ("made traço up ponto com ponto br", "https://made-up.com.br"),
    ("made-up point es", "https://made-up.es"),
    ("jukwaa-la-kubuni nukta co nukta ke", "https://jukwaa-la-kubuni.co.ke"),
    ("madeup точка кз", "https://madeup.kz"),
    ("madeup нүкте kz, өшіріңізші", "https://madeup.kz"),
    ("madeup цэг mn", "https://madeup.mn"),
    ("made тире up крапка ком", "https://made-up.com"),
    ("madeup डॉट कॉम है", "https://madeup.com"),
    ("made डैश up डॉट com डॉट np", "https://made-up.com.np"),
    ("madeup نقطة نت", "https://madeup.net"),
    ("madeup دوت كوم سلاش x", "https://madeup.com/x"),
    ("made ڈیش up ڈاٹ پی کے ہے", "https://made-up.pk"),
    ("madeup ټکی af ده", "https://madeup.af"),
    ("madeup წერტილი ge", "https://madeup.ge"),
    ("madeup . com . br", "https://madeup.com.br"),
    ("made-up . my", "https://made-up.my"),
    ("www,madeup,com/t/3", "https://www.madeup.com/t/3"),
    ("www.madeup,com", "https://www.madeup.com"),
    ("t,me/made_up", "https://t.me/made_up"),
    ("the page is www madeup net", "https://www.madeup.net"),
    ("www madeup com br/fotos", "https://www.madeup.com.br/fotos"),
    ("madeup.\ncom/a", "https://madeup.com/a"),
    ("madeup\n.com/a", "https://madeup.com/a"),
]
PROSE = [
    "at this point no one knows",
    "I saw it. Me too",
    "il est au point de partir",
    "We saw it yesterday. It was bad.",
    "no dots at all",
    "they sent it. Me/you know",
    "el punto es que no se",
    "un point de vue",
    "ele falou,com a menina",
    "I saw it.\nCom is bad",
    "c'est mal . la page",
    "j'ai 14 . me dire",
]


@for_every(case=DICTATED)
def test_a_dictated_address_is_read(case: tuple[str, str]) -> None:
    text, address = case
    assert list(spoken_in(text)) == [address]


@for_every(text=PROSE)
def test_prose_is_no_address(text: str) -> None:
    assert list(spoken_in(text)) == []
