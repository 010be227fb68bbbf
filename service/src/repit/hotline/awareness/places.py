"""Countries under which helplines stand, in the order of the page.

In: nothing. Out: `PLACES`: a short name for addresses, the name in both languages. Next: `defaults`,
`fields`.
"""

from typing import Final

from repit.hotline.awareness.words import Words

PLACES: Final[dict[str, Words]] = {
    "france": Words("France", "France"),
    "belgium": Words("Belgium", "Belgique"),
    "switzerland": Words("Switzerland", "Suisse"),
    "luxembourg": Words("Luxembourg", "Luxembourg"),
    "canada": Words("Canada", "Canada"),
    "united-kingdom": Words("United Kingdom", "Royaume-Uni"),
    "ireland": Words("Ireland", "Irlande"),
    "germany": Words("Germany", "Allemagne"),
    "netherlands": Words("Netherlands", "Pays-Bas"),
    "spain": Words("Spain", "Espagne"),
    "italy": Words("Italy", "Italie"),
    "portugal": Words("Portugal", "Portugal"),
    "poland": Words("Poland", "Pologne"),
    "europe": Words("Elsewhere in Europe", "Ailleurs en Europe"),
    "morocco": Words("Morocco", "Maroc"),
    "algeria": Words("Algeria", "Algérie"),
    "tunisia": Words("Tunisia", "Tunisie"),
    "senegal": Words("Senegal", "Sénégal"),
    "ivory-coast": Words("Ivory Coast", "Côte d’Ivoire"),
    "united-states": Words("United States", "États-Unis"),
    "world": Words("Anywhere in the world", "Partout dans le monde"),
}
