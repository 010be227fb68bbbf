"""Text as it is compared where capitals and accents tell nothing apart.

In: a text. Out: the same in small letters without accents. Next: the aliases of the staff, what is searched
for among cases.
"""

import unicodedata


def folded(text: str) -> str:
    """Without capitals and accents; for comparing, not for showing."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))
