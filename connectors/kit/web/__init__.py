"""What a company's own pages say of it: schema.org's JSON-LD, OpenGraph, and the numbers of an imprint. Pure.

`jsonld.py` reads the blocks, leniently, and finds the organisation that the site is about; `types.py` says which types
are one. `organisation.py` maps it to the schema: `told.py` holds its properties, `identifiers.py` reads its numbers,
`contacts.py` addresses and telephone numbers of nobody in particular. `imprint.py` reads numbers behind the labels that
`labels.py` finds in a page's text, `numbers.py` checks their digits, and `legal.py` finds the page where they stand.
What names a person is never read, or left out where it comes along (`people.py`); `plain.py` makes texts plain.
"""

from connectors.kit.web.imprint import labelled, unequivocal
from connectors.kit.web.jsonld import Graph, read_blocks
from connectors.kit.web.labels import Numbered
from connectors.kit.web.legal import legal_links
from connectors.kit.web.organisation import Fact, facts
from connectors.kit.web.people import speaks_of_people
from connectors.kit.web.plain import plain, registrable

__all__ = [
    "Fact",
    "Graph",
    "Numbered",
    "facts",
    "labelled",
    "legal_links",
    "plain",
    "read_blocks",
    "registrable",
    "speaks_of_people",
    "unequivocal",
]
