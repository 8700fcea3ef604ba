"""Names of functions instead of persons, in eight languages: RFC 2142's and those that businesses use."""

import re
import unicodedata
from typing import Final

ROLE_LIST: Final = "leadgate-roles@4"
"""Name and version of the list, for the evidence."""

_NAMES: Final = """
abuse accounting accounts accountspayable accountsreceivable admin administration administrator all billing board
booking bookings career careers ceo cfo compliance contact contactus cto customercare customerservice customersupport
data dataprotection developer developers devnull dns dpo editor employment enquiries enquiry event events everyone
feedback finance ftp general hello help helpdesk hi hiring hostmaster hr humanresources info information inquiries
inquiry invoice invoices investor investors it jobs legal list logistics mail mailbox mailerdaemon maintenance
management manager marketing marketingteam media membership newsletter noc noreply donotreply nobody office
officemanager operations orders order partners partnerships payments payroll postmaster pr press privacy procurement
purchasing quotes reception recruiting recruitment registrar reservations returns root sales salesteam secretary
security service services shipping shop spam staff subscribe support supportteam sysadmin team tech technical
tickets training unsubscribe usenet uucp webmaster welcome www

anfrage anfragen angebot angebote ausbildung bestellung bestellungen bewerbung bewerbungen buchhaltung buero
datenschutz disposition einkauf empfang geschaeftsfuehrung gf hallo hausverwaltung impressum kanzlei karriere kasse
kontakt kundendienst kundenservice lager leitung personal personalabteilung poststelle praxis presse rechnung rechnungen
redaktion reklamation sekretariat service technik terminvergabe vertrieb verkauf versand verwaltung werbung werkstatt
zentrale

accueil achat achats administratif bonjour boutique commande commandes commercial communication compta comptabilite
contacter courrier devis direction emploi equipe facturation facture factures formation infos juridique livraison
magasin reclamations recrutement reservation rgpd rh sav secretariat serviceclient standard ventes

administracion atencion atencionalcliente ayuda calidad citas clientes compras comunicacion consultas contabilidad
contacto direccion empleo facturacion facturas gerencia hola informacion logistica oficina pagos pedidos prensa
presupuestos proveedores recepcion reclamaciones recursoshumanos reservas rrhh secretaria soporte taller tienda ventas

acquisti amministrazione assistenza clienti commerciale comunicazione contabilita contatti direzione fatture
fatturazione informazioni lavoraconnoi magazzino ordini prenotazioni preventivi qualita reclami risorseumane
segreteria spedizioni stampa tecnico ufficio ufficiotecnico vendite

administratie bestelling bestellingen boekhouding crediteuren debiteuren directie facturatie facturen financien
inkoop klachten klantenservice magazijn offerte offertes onthaal pers personeel personeelszaken planning receptie
reserveringen secretariaat vacatures verhuur verkoop winkel

administracao atendimento cobranca comercial compras contato contabilidade contas diretoria encomendas faleconosco
faturamento faturacao financeiro geral imprensa juridico loja orcamento orcamentos ouvidoria qualidade recepcao
recrutamento reservas rh sac suporte vagas vendas

biuro dyrekcja faktura faktury handlowy hurtownia informacja iod kadry kariera kontakt ksiegowosc logistyka magazyn
marketing obsluga oferty pomoc praca recepcja reklamacje rekrutacja rezerwacje rodo sekretariat serwis sklep
sprzedaz szkolenia uslugi zakupy zamowienia zapytania zarzad zgloszenia
"""
"""Accents are left out as in French, or written out as in German; a local part may have them. No given name is here.

Nor are `ap` and `ar` (accounts payable, receivable): in many companies two letters are a person's initials."""
_ROLES: Final = frozenset(_NAMES.split())
_UMLAUTS: Final = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue"})
_LETTERS: Final = str.maketrans({"\u0142": "l", "\u00f8": "o"})
_PARTS: Final = re.compile(r"[._-]+")
_PAIR_NAMES: Final = """
accounts.payable accounts.receivable atencion.al.cliente customer.care customer.service customer.support
data.protection do.not.reply donot.reply fale.conosco help.desk host.master human.resources lavora.con.noi
mailer.daemon no.reply post.master recursos.humanos risorse.umane service.client sys.admin web.master kunden.dienst
kunden.service klanten.service ufficio.tecnico
"""
_PAIRS: Final = frozenset(_PAIR_NAMES.split())
"""Functions of several words, which a dot may part as it parts a person's names."""
_PLACE_NAMES: Final = """
ae ar at au be br ca ch cl cn cz de dk ee eg es fi fr gb gr hk hr hu ie il in it jp kr lt lv mx nl no nz pl pt ro rs
ru sa se sg sk th tr tw ua us za cs da en eu sv uk
"""
_PLACES: Final = frozenset(_PLACE_NAMES.split())
"""Countries (ISO 3166-1) and languages (ISO 639-1) that a function may be named for, and the European Union.

Without those that are also short given names: `jo.sales` is Jo Sales, and so with al, bo, li, lu, my, na and others.
"""
_NUMBER: Final = re.compile(r"\d{1,4}")


def is_role(local_part: str) -> bool:
    """Whether the part before the @ names a function: `info`, `support+x`, `sales.de`, `no-reply`, `hr2`.

    A function beside a name (`sales.smith`) is a person: every part must be a function, the code of a language or
    country, or a number. A single letter is an initial, however the whole reads (`s.ales`); and a dot parts a function
    only where it is known to be of several words.
    """
    name = local_part.partition("+")[0].casefold()
    if not name.isascii():
        return any(is_role(spelled) for spelled in {_without_marks(name), _without_marks(name.translate(_UMLAUTS))})
    if name.isalpha():
        return name in _ROLES
    if _is_word(name):
        return True
    if _PARTS.search(name) is None:
        return False
    parts = [part for part in _PARTS.split(name) if part]
    if ".".join(parts) in _PAIRS or (
        "." not in name and min(map(len, parts), default=0) > 1 and _is_word("".join(parts))
    ):
        return True
    return any(map(_is_word, parts)) and all(map(_belongs, parts))


def _belongs(part: str) -> bool:
    return part in _PLACES or _is_word(part) or _NUMBER.fullmatch(part) is not None


def _is_word(name: str) -> bool:
    return name in _ROLES or name.rstrip("0123456789") in _ROLES


def _without_marks(name: str) -> str:
    apart = unicodedata.normalize("NFD", name.translate(_LETTERS))
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare if bare.isascii() else ""
