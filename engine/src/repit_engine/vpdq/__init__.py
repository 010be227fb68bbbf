"""vPDQ's features, as others exchange hashes of videos: both texts read and written.

In: a text of Meta's C++ programs, or of its Python extension. Out: `Features`, and the inverse. Next:
`repit_engine.moments.features` makes moments of them. docs/en/moments.md, section 9.

Source: facebook/ThreatExchange, vpdq/cpp/io/vpdqio.cpp, and python-threatexchange, extensions/vpdq.
"""

from repit_engine.vpdq.features import MOST_FEATURES, Features
from repit_engine.vpdq.texts import from_json, from_lines, to_json, to_lines

__all__ = ["MOST_FEATURES", "Features", "from_json", "from_lines", "to_json", "to_lines"]
