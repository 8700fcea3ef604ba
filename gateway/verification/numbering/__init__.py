"""Reading phone numbers: a fast path built from libphonenumber's metadata, and the library behind it.

There are two doors. `phone.judge` asks `understanding.understand` which number a value means; suppression asks
`candidates.numbers` for every number that it may stand for. `Tel. 030 901820` is a number and nothing else: `alone.py`
reads it at once. `030 901820 / 0171 1234567` is more: `understanding.py` divides it (`ending.py`, `pieces.py`), has
each part read in each country (`single.py`, `reading.py`), and by the plan of its calling code (`plan.py`).

From the bottom up:

- a text, whatever the country: `characters.py`, `vocabulary.py`, `writing.py` (digits as people write them),
  `beginning.py` and `ending.py` (where a number begins and ends), `other_data.py` (what is none), `pieces.py`;
- digits in a country: `territory.py`, `plan.py`, `home.py`, `retired.py`; the library: `guard.py`, `library.py`;
- both together: `reading.py`, and `single.py` for one text in several countries;
- a value: `alone.py`; `repair.py`, `guess.py`, `odd_signs.py` and `short.py` for what `understanding.py` asks of all
  that are more, or less, than a number; and `candidates.py`;
- the verdict: `outcome.py`, `making.py`, `details.py`, and `hints.py` for who told the country.
"""
