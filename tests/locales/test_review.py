"""A language is said to be reviewed only when native readers read its present words."""

from pathlib import Path

from locales.catalogues import FOLDER, KNOWN_LOCALES
from locales.review import fingerprint, read_language, state

TRANSLATED = [locale.code for locale in KNOWN_LOCALES if locale.code != "en"]


def test_nobody_is_said_to_have_reviewed_what_nobody_did() -> None:
    """Each language is a draft until native readers were asked, and the file says when."""
    for code in TRANSLATED:
        reviewed = read_language(code).review is not None
        assert ("reviewed on" in state(code)) == reviewed
        assert ("not reviewed by a native speaker" in state(code)) != reviewed


def test_a_review_holds_for_the_words_that_were_read(tmp_path: Path) -> None:
    """When a word changes after a review, the state says so."""
    po = tmp_path / "es" / "LC_MESSAGES" / "reportline.po"
    po.parent.mkdir(parents=True)
    text = (FOLDER / "es" / "LC_MESSAGES" / "reportline.po").read_text(encoding="utf-8")
    po.write_text(text, encoding="utf-8")
    review = (
        f'[review]\non = 2026-12-01\nreaders = 5\nright = 5\ncatalogue = "{fingerprint("es", tmp_path)}"\n'
    )
    (tmp_path / "es" / "language.toml").write_text(f'own_name = "Español"\ndrafted = 2026-11-23\n{review}')
    assert state("es", tmp_path) == "reviewed on 2026-12-01 by 5 native readers"
    po.write_text(text.replace('msgstr "Hola', 'msgstr "Buenas'), encoding="utf-8")
    assert state("es", tmp_path) == "reviewed on 2026-12-01, and changed since"
