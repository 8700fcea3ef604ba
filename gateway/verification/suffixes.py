"""Names under which anybody may register a domain, as far as they are commonly met: `co.uk`, `com.br`.

The list is our own and not complete: it keeps a slip from reaching half a country, no more. A top-level domain alone is
no domain here anyway.
"""

from typing import Final

_SET_ASIDE: Final = "ac co com edu gob gouv gov govt gub gv ltd mil mod muni net nhs nic nom org plc police sch school"
_SECOND_LEVEL: Final = frozenset(_SET_ASIDE.split())
"""What registries set aside before a country code, whichever it is."""
_FLAT: Final = frozenset({"ch", "de", "dk", "eu", "fi", "li", "lu", "nl"})
"""Country codes directly under which everything is registered: there, such a name is somebody's own."""
_NAMES: Final = """
ad.jp ed.jp go.jp gr.jp lg.jp ne.jp or.jp go.kr ne.kr or.kr pe.kr re.kr go.th in.th or.th go.id my.id or.id web.id
go.ke me.ke ne.ke or.ke go.tz or.tz me.uk asn.au id.au gen.nz geek.nz kiwi.nz maori.nz law.za web.za idv.tw idv.hk
adv.br blog.br eco.br eng.br ind.br med.br firm.in gen.in ind.in res.in av.tr bel.tr biz.tr dr.tr gen.tr info.tr k12.tr
tel.tr web.tr asso.fr or.at biz.pl info.pl waw.pl info.hu firm.ro info.ro msk.ru spb.ru kiev.ua per.sg name.my
br.com cn.com co.com com.de de.com eu.com gb.com gb.net jp.net jpn.com mex.com ru.com sa.com se.net uk.com uk.net us.com
za.com
"""
_LISTED: Final = frozenset(_NAMES.split())
_COUNTRY_LETTERS: Final = 2


def is_public_suffix(domain: str) -> bool:
    """Whether a domain, in lower case and ASCII form, is one that holds everybody's domains instead of being one."""
    if domain in _LISTED:
        return True
    first, _, country = domain.partition(".")
    if len(country) != _COUNTRY_LETTERS or country in _FLAT:
        return False
    # `ny.us`: the states; elsewhere two letters before a country code are mostly somebody's own.
    return first in _SECOND_LEVEL or (country == "us" and len(first) == _COUNTRY_LETTERS)
