"""A language is whole: every message is there, says what the English says, and nothing that is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from locales import ENGLISH, FOLDER, catalogue_path, english_of, forms_of
from locales.extraction import SOURCES, English, english, merged, template, template_path
from locales.refused_words import refused_in

GROWTH = 1.4
_GROWTH_COUNTS_FROM = 40
_UPDATE = "run `reportline locales update`"
_HIDDEN = frozenset("\t\r\v\f\u200b\u2060\ufeff\u061c\u200e\u200f\u2028\u2029") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def check(languages: Iterable[str], folder: Path = FOLDER, sources: Path = SOURCES) -> list[str]:
    """Say what keeps languages from being whole, as lines like `locales/es/...po:12: name: what is wrong`."""
    messages = english(sources)
    faults = [*_english_faults(messages), *_template_faults(folder, sources)]
    for language in languages:
        if language != ENGLISH:
            faults += _language_faults(language, catalogue_path(language, folder), messages, sources)
    return faults


def _english_faults(messages: Sequence[English]) -> Iterator[str]:
    texts: dict[str, str] = {}
    for message in messages:
        where = f"{_shown(message.file)}:{message.line}: {message.context}"
        if texts.setdefault(message.context, message.text) != message.text:
            yield f"{where}: another text has this name already; give each its own"
        for fault in _text_faults(ENGLISH, message.text, message.comments):
            yield f"{where}: {fault}"
        if message.text != message.text.strip():
            yield f"{where}: the text has spaces around it; write it without them"


def _template_faults(folder: Path, sources: Path) -> Iterator[str]:
    path = template_path(folder)
    if not path.exists() or path.read_text(encoding="utf-8") != template(sources):
        yield f"{_shown(path)}:1: the template is not what the sources say; {_UPDATE}"


def _language_faults(language: str, path: Path, messages: Sequence[English], sources: Path) -> Iterator[str]:
    where = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        catalog = read_po(BytesIO(text.encode()), locale=language, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError) as error:
        yield f"{where}:1: the catalogue cannot be read ({type(error).__name__}); mend it, or {_UPDATE}"
        return
    yield from (f"{where}:{fault}" for fault in _catalogue_faults(language, catalog, messages))
    if merged(template(sources), text, language) != text:
        yield f"{where}:1: the catalogue is not as it is written; {_UPDATE}"


def _catalogue_faults(language: str, catalog: Catalog, messages: Sequence[English]) -> Iterator[str]:
    for old in catalog.obsolete.values():
        yield f"{old.lineno or 1}: {old.context}: obsolete; {_UPDATE}"
    translated = {(message.context, message.id): message for message in catalog if message.id}
    for message in messages:
        found = translated.pop((message.context, message.msgid), None)
        if found is None:
            yield f"1: {message.context}: missing; {_UPDATE}"
        else:
            yield from (f"{found.lineno}: {message.context}: {fault}" for fault in _faults(language, found))
    for stray in translated.values():
        yield f"{stray.lineno}: {stray.context}: no such message in English; {_UPDATE}"


def _faults(language: str, message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy; compare it with the English, then take the mark away"
    for text in forms_of(message):
        yield from _form_faults(language, message, text)


def _form_faults(language: str, message: Message, text: str) -> Iterator[str]:
    source = english_of(message)
    if not text.strip():
        yield "untranslated; write the translation"
        return
    yield from _text_faults(language, text, message.auto_comments)
    if _edges(text) != _edges(source):
        yield "other spaces around the text than in English; write the same"
    if _placeholders(text) != _placeholders(source):
        yield f"other placeholders than in English; write {' '.join(_placeholders(source) or ['none'])}"
    most = int(GROWTH * len(source))
    if len(source) > _GROWTH_COUNTS_FROM and len(text) > most:
        yield f"{len(text)} characters for {len(source)} in English; write at most {most}"


def _text_faults(language: str, text: str, comments: Iterable[str]) -> Iterator[str]:
    if _placeholders(text) is None:
        yield "braces that are no placeholder; write only {name}"
    if _HIDDEN & set(text):
        yield "characters that nobody sees; type the text anew"
    told = re.search(r"[Aa]t most (\d+) characters", " ".join(comments))
    if told and len(text) > int(told[1]):
        yield f"{len(text)} characters; write at most {told[1]}, as translators are told"
    yield from refused_in(language, text)


def _placeholders(text: str) -> list[str] | None:
    """Give the placeholders of a text, sorted; None where its braces are anything but plain names."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(not (name or "").isidentifier() or form or turned for _, name, form, turned in parts):
        return None
    return sorted("{" + str(name) + "}" for _, name, _, _ in parts)


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
