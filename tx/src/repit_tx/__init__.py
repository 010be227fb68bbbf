"""A Répit hotline as an exchange of `threatexchange`: `tx config extensions add repit_tx`.

In: what `tx` imports. Out: `TX_MANIFEST`, which names the exchange. Next: `exchange`.
"""

from threatexchange.extensions.manifest import ThreatExchangeExtensionManifest

from repit_tx.exchange import RepitExchange

TX_MANIFEST = ThreatExchangeExtensionManifest(apis=(RepitExchange,))
