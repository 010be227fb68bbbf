"""A catalogue of which equal contents are equal files.

In: messages. Out: the same under a header without dates and names of tools. Next: `catalogues`,
`plugin_catalogue`.
"""

from babel.messages.catalog import Catalog


class StableCatalogue(Catalog):
    """A catalogue whose header holds no dates and no names of tools: equal contents are equal files."""

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
