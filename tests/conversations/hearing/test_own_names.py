"""Of a name that somebody tells, no part is left in the text, whatever language, case and length it has."""

import pytest

from conversations.hearing.own_names import names_told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("página 3, me llamo Juan Carlos Pérez López", ["Juan Carlos Pérez López"]),
        ("me llamo juan carlos perez lopez y vi esto", ["juan carlos perez lopez"]),
        ("nama saya Siti Nurhaliza binti Hassan, minit 3", ["Siti Nurhaliza binti Hassan"]),
        ("mera naam ali khan hai", ["ali khan"]),
        ("मेरा नाम सुनीता देवी शर्मा है", ["सुनीता देवी शर्मा"]),
        ("je m’appelle Jean de la Croix Kabila et", ["Jean de la Croix Kabila"]),
        ("chamo-me Ana Machava", ["Ana Machava"]),
        ("maa ngi tudd Fatou Diop", ["Fatou Diop"]),
        ("this is Mary O'Brien from Leeds", ["Mary O'Brien"]),
        ("my name's mary ann o'connor", ["mary ann o'connor"]),
        ("намайг Бат гэдэг", ["Бат"]),
        ("moi c'est Paul", ["Paul"]),
        ("aku Rina dari bekasi", ["Rina"]),
        ("سميتي كريم", ["كريم"]),
        ("اسمي عبد الله العلوي الإدريسي", ["عبد الله العلوي الإدريسي"]),
        ("nkombo na ngai Jean Ilunga wa Ilunga", ["Jean Ilunga wa Ilunga"]),
        ("naitwa Juma Hassan Ali Omari", ["Juma Hassan Ali Omari"]),
        ("мене звати Олена Петренко, я з Києва", ["Олена Петренко"]),
        ("i am Anna call me 0770 900123", ["Anna"]),
        ("john at mail dot com", ["john at mail dot com"]),
        ("my insta is anna.99", ["anna.99"]),
        ("my name is Md. Rahim Uddin", ["Md. Rahim Uddin"]),
        ("me llamo María del Carmen Fernández de la Vega", ["María del Carmen Fernández de la Vega"]),
        ("اسمي فاطمة علي", ["فاطمة علي"]),
        ("أسمي سارة", ["سارة"]),
        ("اسمي أحمد وأنا رأيت هذا", ["أحمد"]),
        ("Me llamo Ana y Pedro es el que publica", ["Ana"]),
        ("my name is ana lopez please help", ["ana lopez"]),
        ("Nama : Rina", ["Rina"]),
        ("Я Олена", ["Олена"]),
        ("bad site\nRegards,\nMary Thomas", ["Mary Thomas"]),
        ("this is from Ram Prasad Sharma, ward 4", ["Ram Prasad Sharma"]),
        ("my insta is kate_b, dont tell", ["kate_b"]),
        ("ana arroba mail.example", ["ana arroba mail.example"]),
        ("ana @ mail.example", ["ana @ mail.example"]),
        ("thanks\nits bad", []),
        ("look @ this site, call me at 5", []),
        ("my name is", []),
        ("i am scared, this is bad", []),
        ("this is Telegram channel kids", []),
        ("its name is written there", []),
    ],
)
def test_a_name_is_found_whole(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in dict.fromkeys(names_told(text))] == names
