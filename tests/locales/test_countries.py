"""A country is named in the reporter's language, and never by nothing."""

from locales.countries import country_name


def test_a_country_is_named_in_the_language_or_in_english_or_by_its_code() -> None:
    assert country_name("MA", "ar") == "المغرب"
    # CLDR's Lingala has no name for this one.
    assert country_name("MK", "ln") == "North Macedonia"
    assert country_name("7", "en") == "7"
