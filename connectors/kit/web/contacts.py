"""Contact points of a company that are nobody's in particular: role addresses, and telephone numbers of the house."""

import re
from typing import Final

import phonenumbers

from connectors.kit.reading import read_domain

_ROLES: Final = """
info information contact contacto contatto contato kontakt contactus hello hallo hola bonjour ciao mail email post
office buero biuro bureau kontor sekretariat secretariat secretaria segreteria reception empfang recepcja zentrale
sales vertrieb ventas vendite vendas verkoop sprzedaz commercial comercial commerciale verkauf
support help helpdesk service services kundenservice kundendienst soporte assistenza suporte klantenservice
clients customercare customerservice customer team enquiries enquiry inquiries inquiry anfrage general admin
administration administracion amministrazione administracao administratie verwaltung
marketing press presse prensa stampa imprensa pers media pr newsroom
jobs job careers career karriere recruiting hr bewerbung empleo lavoro recrutement rekrutacja
billing accounts accounting invoice invoices rechnung buchhaltung finance facturacion contabilidad fatturazione
legal impressum datenschutz privacy dpo compliance security abuse webmaster postmaster hostmaster
shop store orders order bestellung pedidos ordini commandes export import partner partners investors ir
"""
ROLES: Final = frozenset(_ROLES.split())
"""Local parts of a role, as they stand; a name joined to one is somebody's address."""

_ADDRESS: Final = re.compile(r"([a-z0-9_+-]{1,40})@([a-z0-9.-]{3,253})", re.ASCII)
_LONGEST: Final = 60
_NOBODYS: Final = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.VOIP,
        phonenumbers.PhoneNumberType.UAN,
    }
)
"""Kinds of numbers that companies have; a mobile phone is in somebody's pocket."""


def role_address(raw: str) -> str | None:
    """An e-mail address of a role, in lower case; None for every other, which may be a person's."""
    text = raw.strip().lower().removeprefix("mailto:").partition("?")[0].strip()
    found = _ADDRESS.fullmatch(text)
    if found is None or found[1] not in ROLES or read_domain(found[2]) is None:
        return None
    return text


def house_number(raw: str) -> str | None:
    """A telephone number in E.164, if it is written internationally, can be right and is no mobile phone's."""
    text = raw.strip().removeprefix("tel:")
    if len(text) > _LONGEST or "+" not in text:
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):  # an extension is somebody's desk
        return None
    if phonenumbers.number_type(number) not in _NOBODYS:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
