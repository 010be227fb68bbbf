"""A catalogue of which equal contents are equal files.

In: messages. Out: the same under a header without dates and names of tools. Next: `catalogues`,
`plugin_catalogue`.
"""

from typing import Final

from babel.messages.catalog import Catalog

# Two forms in both languages, as the catalogues are written. Babel follows newer tables, where French has a
# third one for whole millions: under that rule every plural is looked for in a form that is not there.
_PLURALS: Final = {"fr": "(n > 1)", "en": "(n != 1)"}


class StableCatalogue(Catalog):
    """A catalogue whose header holds no dates and no names of tools: equal contents are equal files."""

    @property
    def num_plurals(self) -> int:
        return 2

    @property
    def plural_expr(self) -> str:
        return _PLURALS[str(self.locale)]

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Répit"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
