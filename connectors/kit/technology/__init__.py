"""Which technologies a company's public records and pages show, by rules of our own that cite the vendors.

`rules.py` reads the rules in `rules/`, `detect.py` holds them against signals through the indexes of `lookup.py`.
`domain.py` says what mail records mean. `page.py` makes signals of a page's bytes: `markup.py` reads its tags,
`charset.py` its encoding, `urls.py` its addresses, `text.py` its visible text. `wappalyzer.py` reads a file of
fingerprints that the operator supplies (`patterns.py` one pattern, `closure.py` what implies what). Nothing here opens
a file but its own rules, reads a clock or calls out.
"""

from connectors.kit.technology import domain
from connectors.kit.technology.detect import CONFIDENCE, Detected, Detector, Found, Signals, detector
from connectors.kit.technology.page import Link, Page, cookie_names, read
from connectors.kit.technology.rules import CATEGORIES, Record, Rule, rules
from connectors.kit.technology.text import visible_text

__all__ = [
    "CATEGORIES",
    "CONFIDENCE",
    "Detected",
    "Detector",
    "Found",
    "Link",
    "Page",
    "Record",
    "Rule",
    "Signals",
    "cookie_names",
    "detector",
    "domain",
    "read",
    "rules",
    "visible_text",
]
