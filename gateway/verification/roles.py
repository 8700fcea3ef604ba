"""Names of functions instead of persons, in eight languages: RFC 2142's and those that businesses use."""

import re
from typing import Final

ROLE_LIST: Final = "leadgate-roles@1"
"""Name and version of the list, for the evidence."""

_NAMES: Final = """
abuse admin administration administrator all billing board booking bookings careers compliance contact
customercare customerservice customersupport data dataprotection dev devnull dns dpo editor employment
enquiries enquiry event events everyone feedback finance ftp general hello help helpdesk hi hiring
hostmaster hr info information inquiries inquiry invoice invoices investor investors it jobs legal list mail
mailbox mailerdaemon marketing media newsletter noc noreply donotreply office operations orders order
partners payroll postmaster pr press privacy procurement purchasing reception recruiting recruitment
registrar returns root sales secretary security service services shop spam staff subscribe support sysadmin
team tech technical training unsubscribe usenet uucp webmaster welcome www

anfrage anfragen bestellung bestellungen bewerbung buchhaltung datenschutz einkauf empfang
geschaeftsfuehrung gf impressum kasse kontakt kundendienst kundenservice leitung personal poststelle praxis
presse rechnung rechnungen redaktion sekretariat service vertrieb verkauf verwaltung werbung zentrale

accueil achat achats bonjour commande commandes commercial communication compta comptabilite contacter
direction emploi facturation facture factures juridique recrutement rgpd rh secretariat serviceclient ventes

administracion atencion atencionalcliente clientes compras comunicacion contabilidad contacto empleo
facturacion gerencia hola informacion pedidos prensa proveedores reservas rrhh secretaria soporte ventas

acquisti amministrazione assistenza clienti commerciale comunicazione contabilita contatti direzione fatture
fatturazione informazioni ordini prenotazioni segreteria stampa ufficio vendite

administratie bestellingen boekhouding facturatie facturen inkoop klantenservice onthaal pers personeel
receptie secretariaat vacatures verkoop

administracao atendimento comercial compras contato contabilidade contas encomendas faturamento faturacao
financeiro imprensa ouvidoria reservas rh sac suporte vendas

biuro faktury handlowy informacja kadry kontakt ksiegowosc marketing obsluga oferty pomoc praca reklamacje
rekrutacja rodo sekretariat sklep sprzedaz zamowienia zapytania
"""
_ROLES: Final = frozenset(_NAMES.split())
_PARTS: Final = re.compile(r"[._-]+")
_QUALIFIER: Final = re.compile(r"[a-z]{2}|\d{1,4}")


def is_role(local_part: str) -> bool:
    """Whether the part before the @ names a function: `info`, `support+x`, `sales.de`, `no-reply`, `hr2`.

    A function beside a name (`sales.smith`) is a person: every part must be a function, a language or
    country of two letters, or a number.
    """
    name = local_part.partition("+")[0].casefold()
    if name.isalpha():
        return name in _ROLES
    if _is_word(name) or _is_word(_PARTS.sub("", name)):
        return True
    parts = [part for part in _PARTS.split(name) if part]
    return any(map(_is_word, parts)) and all(_is_word(part) or _QUALIFIER.fullmatch(part) for part in parts)


def _is_word(name: str) -> bool:
    return name in _ROLES or name.rstrip("0123456789") in _ROLES
