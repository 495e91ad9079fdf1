"""Each language has the plural forms that CLDR gives it."""

import pytest

from locales.catalogues import KNOWN_LOCALES
from locales.plurals import categories, form_of, header, with_rule_of

LANGUAGES = [locale.code for locale in KNOWN_LOCALES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals(language: str) -> None:
    """Every number that we say has a form, and the header counts as many forms as there are categories."""
    forms = range(len(categories(language)))
    assert {form_of(count, language) for count in range(1001)} <= set(forms)
    assert header(language).startswith(f"nplurals={len(forms)}; plural=")
    assert " e " not in header(language).replace("(", " ").replace(")", " ")


def test_plurals_of_some() -> None:
    """CLDR's rules: six forms in Arabic, three that differ in Ukrainian, none in Wolof, Malay, Indonesian."""
    assert [form_of(count, "ar") for count in (0, 1, 2, 3, 11, 100)] == [0, 1, 2, 3, 4, 5]
    assert [form_of(count, "uk") for count in (1, 3, 5, 11, 21, 1000)] == [0, 1, 2, 2, 0, 2]
    assert {form_of(count, language) for language in ("wo", "ms", "id") for count in range(100)} == {0}
    assert [form_of(count, "fr") for count in (0, 1, 2, 1_000_000)] == [0, 0, 2, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_that_is_spelled_otherwise_is_kept(language: str) -> None:
    """Versions of Babel write the same rule in several ways."""
    written = f'"Plural-Forms: {header(language)}\\n"\n'
    forms, _, rule = header(language).removesuffix(";").partition("; plural=")
    otherwise = written.replace(header(language), f"{forms}; plural=(({rule}) + 0);")
    assert with_rule_of(otherwise, written, language) == otherwise
    wrong = written.replace(header(language), f"{forms}; plural=({rule}) + 1;")
    for other in (
        wrong,
        written.replace("nplurals=", "nplurals=1"),
        "no rule",
        otherwise.replace("0)", "x)"),
    ):
        assert with_rule_of(other, written, language) == written
