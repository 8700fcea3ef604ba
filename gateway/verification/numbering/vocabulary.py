"""The words that people write behind a number or before it: extensions in many languages, opening hours, floors."""

import re
from typing import Final

LONGEST_EXTENSION: Final = 7
"""Digits of an extension; more are a number of their own."""
AROUND_THE_CLOCK: Final = frozenset({"5", "7"})
"""An extension that may be no such thing: 24x7."""
EXTENSION: Final = re.compile(
    rf"""
    (?: e?xtn? | extensi[oó]n | x                               # English, Spanish
      | app | apparat | dw | durchwahl | nst | nebenstelle | kl | klappe  # German
      | poste | int | interno | interne | anexo | ramal            # French, Italian, Spanish, Portuguese
      | toestel | tst | wewn? | wewnętrzny | доб | добавочный | вн # Dutch, Polish, Russian
      | ankn | anknytning | lok | lokal | linka | dahili           # Nordic, Czech, Turkish
      | 内線 | 內線 | 内线 | 轉 | 转 | 分機 | 分机 | 내선                  # Japanese, Chinese, Korean
    )
    [.:\-\s#]* (?P<extension> [0-9]{{1,{LONGEST_EXTENSION}}} ) (?! \d )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HOUR: Final = r"(?: [01]?[0-9] | 2[0-4] ) (?: [:.][0-9]{2} )?"
_HOURS: Final = rf"{_HOUR} \s? (?: [-\u2013\u2014] | bis | to | till | à ) \s? {_HOUR}"
_FLOOR: Final = "(?: [oued]g | stock | etage | étage | floor | fl | piso | planta | piano | verdieping )"
REMARK: Final = rf"""
    (?: 24 \s? [/x] \s? [57] (?! \d )                                # around the clock
      | (?: {_HOURS} (?: \s? (?: [,+&] | und | and | et ) \s? {_HOURS} )? | {_HOUR} )  # 9-12, 13:00-17:00
        \s? (?: h | hrs? | std | stunden | uhr | uur | heures? | horas? | [ap]\.?m | o'?clock | days? | tage | jours? )
        (?! [^\W_] )                                                 # opening hours
      | [0-9]{{1,2}} (?: st | nd | rd | th ) (?! [^\W_] )            # the second floor
      | [0-9]{{1,2}} \s? (?: \. | º | e | er | ème | [eè]me )? \s? {_FLOOR} (?! [^\W_] )
    )"""
"""A pattern (verbose, in any case) for remarks that begin with a digit: no number goes on into one, however well its
digits would fit."""
WARNING: Final = re.compile(
    r"[^\d+]{0,40}\b(?:do not|don't|dont|wrong|former|disconnected|dead|tps|ctps|dnc|nicht|falsche?|ne pas|faux|mauvais"
    r"|no llamar|non chiamare|niet bellen|nie dzwoni\w{0,3})\b[^\d+]{0,40}[\d+]",
    re.IGNORECASE,
)
"""What warns of the number behind it: it is no label that may go without a word."""
PLACE: Final = r"""
    (?: \b (?: suite | ste | room | rm | apt | apartment | flat | unit | bldg | building | block | blk | lot | level
        | box | postfach | acct | account | customer | cust | client | ref | id | kunden? (?: -?nr | nummer )? | kd -?nr
        | zimmer | raum | haus | top | stiege | kamer | bus | escalier | piso | ul | street | road | rd | avenue | ave
        | rue | via | calle | rua ) \b
      | (?: str | stra(?: ss | \u00df )e | weg | platz | gasse | gatan | vej | veien | straat | laan ) \b )"""
"""A pattern (verbose, in any case) for words behind which a few digits are a room's, a house's or a customer's."""
AND_WORD: Final = "(?:and|or|u|und|oder|et|ou|y|o|e|i|lub)"
AND: Final = re.compile(rf"[/,;&|\n\r]|\b{AND_WORD}\b", re.IGNORECASE)
"""What stands between two numbers, of which the second may go without what both begin with."""
