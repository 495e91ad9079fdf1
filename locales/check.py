"""Checks that a language is complete: each message is translated, and keeps to the language's rules."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from locales.catalogues import ENGLISH, FOLDER, catalogue_path, english_of, forms_of, is_known, shown_path
from locales.extraction import SOURCES, English, english, merged, template, template_path
from locales.glossary import (
    Glossary,
    GlossaryUnreadable,
    glossary_faults,
    glossary_path,
    read_glossary,
    refused_in,
    terms_missing,
)
from locales.limits import length_faults
from locales.orthography import likeness_faults, orthography_faults, orthography_of
from locales.review import review_faults

GROWTH = 1.4
_GROWTH_COUNTS_FROM = 40
_BUTTON = "button."
_UPDATE = "run `reportline locales update`"


def check(languages: Iterable[str], folder: Path = FOLDER, sources: Path = SOURCES) -> list[str]:
    """Give every fault of some languages, as lines like `locales/es/...po:12: name: what is wrong`."""
    messages, text = english(sources), template(sources)
    faults = [*_template_faults(folder, text), *_names_faults(messages)]
    names = {message.context for message in messages}
    for language in languages:
        faults += review_faults(language, messages, folder)
        if not is_known(language):
            continue
        try:
            glossary = read_glossary(language, folder)
        except GlossaryUnreadable as unreadable:
            faults.append(f"{shown_path(glossary_path(language, folder))}:1: {unreadable}")
            continue
        where = shown_path(glossary_path(language, folder))
        faults += [
            f"{where}:1: {fault}"
            for fault in glossary_faults(glossary, names, is_english=language == ENGLISH)
        ]
        if language == ENGLISH:
            faults += _english_faults(messages, glossary)
        else:
            path = catalogue_path(language, folder)
            faults += _language_faults(language, path, glossary, messages, text)
    return faults


def _template_faults(folder: Path, text: str) -> Iterator[str]:
    path = template_path(folder)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        yield f"{shown_path(path)}:1: the template is not what the sources say; {_UPDATE}"


def _names_faults(messages: Sequence[English]) -> Iterator[str]:
    texts: dict[str, str] = {}
    for message in messages:
        if texts.setdefault(message.context, message.text) != message.text:
            yield f"{_place(message)}: another text has this name already; give each its own"


def _english_faults(messages: Sequence[English], glossary: Glossary) -> Iterator[str]:
    orthography = orthography_of(ENGLISH, glossary)
    for message in messages:
        for text in filter(None, (message.one, message.text)):
            if text != text.strip():
                yield f"{_place(message)}: the text has spaces around it; write it without them"
            for fault in (
                *_text_faults(message.context, text, glossary),
                *orthography_faults(orthography, text),
            ):
                yield f"{_place(message)}: {fault}"


def _language_faults(
    language: str, path: Path, glossary: Glossary, messages: Sequence[English], template_text: str
) -> Iterator[str]:
    where = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8")
        catalog = read_po(BytesIO(text.encode()), locale=language, abort_invalid=True)
    except (OSError, ValueError, LookupError, PoFileError) as error:
        yield f"{where}:1: the catalogue cannot be read ({type(error).__name__}: {error}); mend it by hand"
        return
    yield from (f"{where}:{fault}" for fault in _catalogue_faults(language, catalog, glossary, messages))
    if merged(template_text, text, language) != text:
        yield f"{where}:1: the catalogue is not as it is written; {_UPDATE}"


def _catalogue_faults(
    language: str, catalog: Catalog, glossary: Glossary, messages: Sequence[English]
) -> Iterator[str]:
    for old in catalog.obsolete.values():
        yield f"{old.lineno or 1}: {old.context}: obsolete; {_UPDATE}"
    translated = {(message.context, message.id): message for message in catalog if message.id}
    labels = _labels(catalog)
    for message in messages:
        found = translated.pop((message.context, message.msgid), None)
        if found is None:
            yield f"1: {message.context}: missing; {_UPDATE}"
            continue
        for fault in dict.fromkeys(_faults(language, found, glossary, labels)):
            yield f"{found.lineno}: {message.context}: {fault}"
    for stray in translated.values():
        yield f"{stray.lineno}: {stray.context}: no such message in English; {_UPDATE}"


def _labels(catalog: Catalog) -> dict[str, str]:
    """Give the buttons that sentences name, by their English; a sentence must use the button's own word."""
    return {
        _first_line(message.id): _first_line(message.string)
        for message in catalog
        if str(message.context).startswith(_BUTTON)
    }


def _first_line(label: object) -> str:
    return str(label).partition("\n")[0]


def _faults(language: str, message: Message, glossary: Glossary, labels: Mapping[str, str]) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy; compare it with the English, then take the mark away"
    if not all(text.strip() for text in forms_of(message)):
        yield "untranslated; write the translation"
        return
    orthography = orthography_of(language, glossary)
    name, source = str(message.context), english_of(message)
    for text in forms_of(message):
        yield from _text_faults(name, text, glossary)
        yield from orthography_faults(orthography, text)
        yield from likeness_faults(
            orthography,
            source,
            text,
            as_in_english=name in glossary.as_in_english,
            is_label=name.startswith(_BUTTON),
        )
        yield from _translation_faults(source, text)
        yield from terms_missing(glossary, name, source, text)
        for label, own in labels.items():
            if _names_button(label, source) and own.lower() not in text.lower():
                yield f'the button is named "{own}"; write it so'


def _names_button(label: str, source: str) -> bool:
    """Tell whether an English sentence names a button: in quotation marks, or `Send` after "tap"."""
    return f"“{label}”" in source or re.search(rf"\b[Tt]ap {re.escape(label)}\b", source) is not None


def _translation_faults(source: str, text: str) -> Iterator[str]:
    if _edges(text) != _edges(source):
        yield "other spaces around the text than in English; write the same"
    if _placeholders(text) != _placeholders(source):
        yield f"other placeholders than in English; write {' '.join(_placeholders(source) or ['none'])}"
    most = int(GROWTH * len(source))
    if len(source) > _GROWTH_COUNTS_FROM and len(text) > most:
        yield f"{len(text)} characters for {len(source)} in English; write at most {most}"


def _text_faults(name: str, text: str, glossary: Glossary) -> Iterator[str]:
    if _placeholders(text) is None:
        yield "braces that are no placeholder; write only {name}"
    yield from length_faults(name, text)
    yield from refused_in(glossary, text)


def _placeholders(text: str) -> list[str] | None:
    """Give the placeholders of a text, sorted; None where its braces are anything but plain names."""
    if "{{" in text or "}}" in text:
        return None
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(not (name or "").isidentifier() or form or turned for _, name, form, turned in parts):
        return None
    return sorted("{" + str(name) + "}" for _, name, _, _ in parts)


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _place(message: English) -> str:
    return f"{shown_path(message.file)}:{message.line}: {message.context}"
