"""Takes the English words from the sources into the template, and from there into each catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from locales.catalogues import ENGLISH, FOLDER, catalogue_path, english_of, forms_of
from locales.plurals import categories, with_rule_of
from locales.plurals import header as plural_header

SOURCES = FOLDER.parent / "conversations"
_KEYWORDS = {"words": ((1, "c"), 2), "counted": ((1, "c"), 2, 3)}
_COMMENT_TAG = "Translators:"
_FORMERLY = "The English was: "
_LINE_WIDTH = 100
_FORMS = "Forms, in this order: "


@dataclass(frozen=True, slots=True)
class English:
    """One English message of the sources: its name, its text, its file and line.

    `one` is its text for exactly one, where the message has a number.
    """

    context: str
    text: str
    one: str
    comments: tuple[str, ...]
    file: Path
    line: int

    @property
    def msgid(self) -> str | tuple[str, str]:
        """The message as gettext names it."""
        return (self.one, self.text) if self.one else self.text


def english(sources: Path = SOURCES) -> list[English]:
    """Find every call of `words(name, text)` and `counted(name, one, text)` below a folder, by name."""
    return sorted(_found(sources), key=lambda message: (message.context, message.text))


def _found(sources: Path) -> Iterator[English]:
    extracted = extract_from_dir(
        sources, keywords=_KEYWORDS, comment_tags=[_COMMENT_TAG], strip_comment_tags=True
    )
    for file, line, text, comments, context in extracted:
        one, said = ("", text) if isinstance(text, str) else text
        if said and context:
            yield English(context, said, one, tuple(comments), sources / file, line)


def template(sources: Path = SOURCES) -> str:
    """Give the text of locales/reportline.pot: every message with its note to translators."""
    catalog = Catalog(fuzzy=False)
    for message in english(sources):
        catalog.add(message.msgid, context=message.context, auto_comments=message.comments)
    return _written(catalog, "every message that a reporter can read, to be translated", language=None)


def merged(template_text: str, catalogue_text: str, language: str) -> str:
    """Bring a language's catalogue up to date with the template.

    A translation stays as long as its English does. Where the English changed, the translation is marked
    fuzzy, next to the former English. A message that the template no longer has is dropped.
    """
    before = {message.context: message for message in _messages(catalogue_text, language)}
    catalog = Catalog(language, fuzzy=False)
    catalog.mime_headers = [("Plural-Forms", plural_header(language))]
    for message in _messages(template_text, ENGLISH):
        _add(catalog, message, before.get(message.context), categories(language))
    written = _written(catalog, "translated messages", language)
    return with_rule_of(catalogue_text, written, language)


def _add(catalog: Catalog, new: Message, old: Message | None, forms: Sequence[str]) -> None:
    changed = old is not None and any(forms_of(old)) and old.id != new.id
    fuzzy = changed or (old is not None and old.fuzzy)
    catalog.add(
        new.id,
        _strings(new, old, len(forms)),
        context=new.context,
        auto_comments=(*new.auto_comments, *([_FORMS + ", ".join(forms)] if new.pluralizable else [])),
        user_comments=_remarks(old, changed=changed) if old else (),
        flags={"fuzzy"} if fuzzy else (),
    )


def _strings(new: Message, old: Message | None, count: int) -> str | tuple[str, ...]:
    """Keep the translation; a message that newly has plural forms, or no longer has them, begins with it."""
    kept = forms_of(old) if old else ("",)
    if not new.pluralizable:
        return kept[-1]
    return (*kept, *[kept[-1]] * count)[:count]


def _remarks(old: Message, *, changed: bool) -> list[str]:
    """Keep translators' remarks, and the former English as long as the translation is fuzzy.

    The former English is a remark, since Babel writes the format's own mark for it (`#|`) but cannot read it.
    """
    remarks = list(takewhile(lambda remark: not remark.startswith(_FORMERLY), old.user_comments))
    if changed:
        return [*remarks, _FORMERLY + " ".join(english_of(old).split())]
    return list(old.user_comments) if old.fuzzy else remarks


def _messages(text: str, language: str) -> list[Message]:
    catalog = read_po(BytesIO(text.encode()), locale=language, abort_invalid=True)
    return [message for message in catalog if message.id]


def _written(catalog: Catalog, what: str, language: str | None) -> str:
    """Write a catalogue under our own header: Babel's has dates and a name, which change at every run."""
    body = BytesIO()
    write_po(body, catalog, width=_LINE_WIDTH, no_location=True, omit_header=True)
    header = [f"# Reportline: {what}.", "# Written by `reportline locales update`.", 'msgid ""', 'msgstr ""']
    if language:
        header += [f'"Language: {language}\\n"', f'"Plural-Forms: {plural_header(language)}\\n"']
    header += ['"Content-Type: text/plain; charset=UTF-8\\n"', '"Content-Transfer-Encoding: 8bit\\n"']
    return "\n".join(header) + "\n\n" + body.getvalue().decode().strip() + "\n"


def template_path(folder: Path = FOLDER) -> Path:
    """Give the path of the template below a folder."""
    return folder / "reportline.pot"


def languages_begun(folder: Path, known: Iterable[str]) -> list[str]:
    """Name the languages that are known or have a catalogue already, without English."""
    begun = {path.parents[1].name for path in folder.glob(str(catalogue_path("*", Path())))}
    return sorted((begun | set(known)) - {ENGLISH})


def update(known: Iterable[str], folder: Path = FOLDER, sources: Path = SOURCES) -> list[Path]:
    """Write the template and bring every catalogue up to date with it; gives the files that changed."""
    text = template(sources)
    new = {template_path(folder): text}
    for language in languages_begun(folder, known):
        path = catalogue_path(language, folder)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        new[path] = merged(text, before, language)
    return [path for path, content in new.items() if _write(path, content)]


def _write(path: Path, content: str) -> bool:
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="\n")
    return True
