"""A name that a reporter says is theirs is left out wherever it stands, and nothing else is."""

import pytest

from conversations.hearing.leaving_out import left_out


def test_a_name_is_left_out_as_a_word_and_the_text_grows_no_longer() -> None:
    assert left_out("Ana likes bananas, says Ana", ("Ana",)) == "(…) likes bananas, says (…)"
    assert left_out("My name is Jo. It is post 15", ("Jo",)) == "My name is …. It is post 15"


def test_a_name_is_left_out_wherever_it_stands_again() -> None:
    said = "My name is Anna Smith. Please tell Anna it is on page 5. ANNA"
    assert left_out(said, ("Anna Smith",)) == "My name is (…). Please tell (…) it is on page 5. (…)"
    assert left_out("call9841234567x", ("9841234567",)) == "call(…)x"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("@rosa99", "my user there is rosa99", "my user there is (…)"),
        ("@rosa99", "not rosa999", "not rosa999"),
        ("bob99:secret1", "login was bob99 with secret1", "login was (…) with (…)"),
        ("+49 151 23456789", "4915123456789", "(…)"),
        ("4915123456789", "+49 (151) 2345-6789", "(…)"),
        ("me@m.example", "/unsub/me%40m.example", "/unsub/(…)"),
    ],
)
def test_a_name_is_left_out_in_its_usual_spellings(name: str, text: str, left: str) -> None:
    assert left_out(text, (name,)) == left


def test_another_name_of_which_it_is_a_part_stays_whole() -> None:
    assert left_out("@bob and @bob.smith", ("@bob",), among=("@bob", "@bob.smith")) == "(…) and @bob.smith"
    assert left_out("@bob and @bob.smith", ("@bob.smith",), among=("@bob",)) == "@bob and (…)"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("+55 (11) 91234 - 5678", "meu zap +55 (11) 91234 - 5678", "meu zap (…)"),
        ("+55 11 91234-5678", "call 11 91234 5678", "call (…)"),
        ("+380/67/1234567", "067–123–4567", "(…)"),
        ("José Núñez", "jose nunez lo vio", "(…) (…) lo vio"),
        ("Anne-Marie Smith", "Marie saw it", "(…) saw it"),
        ("Zoe O'Brien", "Zoë O’Brien", "(…) (…)"),
        ("أحمد", "احمد وأحمد هنا", "(…) (…) هنا"),
        ("Олена Петренко", "Олени і Олену", "(…) і (…)"),
        ("Айгүл", "Айгүлдің", "(…)"),
        ("राहुल शर्मा", "राहुल को लिखें", "(…) को लिखें"),
        ("सीता राई", "सीताले देखिन्", "(…) देखिन्"),
        ("Rina", "Rinanya, Rina's", "(…), (…)"),
        ("Mark", "the market is marked", "the market is marked"),
        ("Kate Miller", "posted by @kate and kate_b", "posted by @kate and kate_b"),
        ("kate_b", "dont tell. kate_b is me", "dont tell. (…) is me"),
    ],
)
def test_a_name_is_left_out_in_other_forms_and_what_is_only_like_it_stays(
    name: str, text: str, left: str
) -> None:
    assert left_out(text, (name,)) == left


def test_a_user_name_that_is_kept_does_not_keep_a_name_of_the_same_letters() -> None:
    said = left_out("@anna posts it, my name is Anna", ("Anna",), among=("@anna", "Anna"))
    assert said == "@anna posts it, my name is (…)"
