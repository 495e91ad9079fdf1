"""Digits are those of the reader's language and country."""

import pytest

from locales.digits import in_digits_of


@pytest.mark.parametrize(
    ("language", "region", "written"),
    [("ps", None, "۰۹"), ("ne", "NP", "०९"), ("ar", "KM", "٠٩"), ("ar", None, "09"), ("ar", "AR", "09")],
)
def test_digits(language: str, region: str | None, written: str) -> None:
    """Digits are CLDR's for language and region; where CLDR does not know the pair, the language's."""
    assert in_digits_of("09", language, region) == written
