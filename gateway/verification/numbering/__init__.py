"""Reading phone numbers: a fast path built from libphonenumber's metadata, and the library behind it.

Start at `understanding.understand`, which finds the number that a value means; for one number, at `reading.read`. From
the bottom up:

- a text, whatever the country: `characters.py`, `vocabulary.py`, `writing.py` (digits as people write them),
  `beginning.py` and `ending.py` (where a number begins and ends), `other_data.py` (what is none), `pieces.py`;
- digits in a country: `territory.py`, `plan.py`, `home.py`, `retired.py`; the library: `guard.py`, `library.py`;
- both together: `reading.py`, and `single.py` for one text in several countries;
- a value: `alone.py` for those that are a number and nothing else; `repair.py`, `guess.py`, `odd_signs.py` and
  `short.py` for what `understanding.py` asks of all others, and `candidates.py` for every number that one may stand
  for;
- the verdict: `outcome.py`, `making.py`, `details.py`, and `hints.py` for who told the country.
"""
