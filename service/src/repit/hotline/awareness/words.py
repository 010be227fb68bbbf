"""A text in both languages, of which one may be missing. Pure but for the page's language.

In: what someone wrote, in English, French or both. Out: `here`: what a page shows, and in which language it
is. Next: the pages.
"""

from typing import Final, Literal, NamedTuple

from django.utils.translation import get_language

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")


class Stated(NamedTuple):
    """`foreign`: the text's language where it is not the page's, for its `lang`; else nothing."""

    text: str
    foreign: str


class Words(NamedTuple):
    """Unlike `errors.Text` it may lack a language: people see the other one rather than nothing."""

    en: str = ""
    fr: str = ""

    def __bool__(self) -> bool:
        return bool(self.en or self.fr)

    @property
    def here(self) -> Stated:
        """In the page's language, or in the other."""
        first: Language = "fr" if (get_language() or "").startswith("fr") else "en"
        other: Language = "en" if first == "fr" else "fr"
        own: str = getattr(self, first)
        return Stated(own, "") if own else Stated(getattr(self, other), other if self else "")

    @property
    def missing(self) -> str:
        """The language that lacks where the other is there; else nothing."""
        if not self:
            return ""
        return "" if self.en and self.fr else ("fr" if self.en else "en")


NOTHING: Final = Words()
