"""Companies' names: what is put aside when two are compared, and what never is."""

from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.names import LONGEST, SOLE, core, fold, forms_agree, read_name, without_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne G.m.b.H.", "MULLER UND SOHNE Gesellschaft mit beschränkter Haftung"),
        ("Amazon.com, Inc.", "AMAZON COM INC"),
        ("The Boeing Company", "Boeing Co."),
        ("J.P. Morgan Chase & Co.", "JPMORGAN CHASE & CO"),
        ("Société Générale S. A.", "SOCIETE GENERALE SA"),
        ("Acme Sp. z o.o.", "ACME SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"),
        ("Kommstart 174 AB (publ)", "Kommstart 174 Aktiebolag"),
        ("SIA Tele2", 'Sabiedrība ar ierobežotu atbildību "Tele2"'),
        ("株式会社トヨタ", "トヨタ株式会社"),
        ("Novo Nordisk A/S", "NOVO NORDISK AS"),
        ("Foo, spol. s r.o.", "FOO s.r.o."),
        ("Foo Co., Ltd.", "Foo Limited"),
        ("Straße UG (haftungsbeschränkt)", "STRASSE Unternehmergesellschaft"),
        ("Ben & Jerry's Ltd", "Ben and Jerry’s Limited"),
        ("ООО Ромашка", "РОМАШКА ООО"),
        ("ΑΛΦΑ Α.Ε.", "αλφα ανώνυμη εταιρεία"),
        ("Ｆｏｏ　Ｌｔｄ", "Foo Ltd"),
        ("Orlen S.A.", "ORLEN SPÓŁKA AKCYJNA"),
        ("Bianchi S.a.s.", "Bianchi società in accomandita semplice"),
        ("AB Volvo", "Volvo Aktiebolag"),
        ("㈱トヨタ", "トヨタ株式会社"),
        ("삼성전자 주식회사", "주식회사 삼성전자"),
        ("Acme Ltée", "ACME LIMITED"),
        ("Kanzlei Acme PartG mbB", "Kanzlei Acme Partnerschaftsgesellschaft mbB"),
        ("Acme FZ-LLC", "ACME FZ LLC"),
        ("Acme DMCC", "Acme D.M.C.C."),
        ("Acme SARL AU", "Acme S.A.R.L. à associé unique"),
        ("Acme Scop", "Acme société coopérative et participative"),
        ("Société coopérative Acme", "Acme Société Coopérative"),
        ("PT Acme Tbk", "Acme Tbk."),
        ("PT Acme (Persero) Tbk.", "P.T. Acme Tbk"),
        ("PT. Acme", "Acme, PT"),
        ("Oy Acme Ab", "Acme Oy"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    """Case, accents, punctuation and the way a legal form is written say nothing."""
    assert read_name(one).identical(read_name(other))
    assert read_name(one).form


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Müller GmbH", "Müller GmbH i.L."),
        ("Müller GmbH", "Müller GmbH i. L."),
        ("Müller GmbH", "Müller GmbH in Liquidation"),
        ("Müller GmbH", "Müller in Liquidation GmbH"),
        ("Müller GmbH", "Müller GmbH i. Ins."),
        ("Müller GmbH & Co. KG", "Müller GmbH & Co. KG i.L."),
        ("Acme SA", "Acme SA en liquidation"),
        ("Acme SA", "Acme S.A. en liquidation judiciaire"),
        ("Acme Ltd", "Acme Ltd (in administration)"),
        ("Acme Ltd", "ACME LIMITED - IN CREDITORS' VOLUNTARY LIQUIDATION"),
        ("Acme S.r.l.", "Acme S.r.l. in liquidazione"),
        ("Acme SL", "Acme S.L. (en liquidación)"),
        ("Acme Lda", "Acme Lda - em liquidação"),
        ("Acme sp. z o.o.", "Acme sp. z o.o. w likwidacji"),
        ("Acme s.r.o.", "Acme s.r.o. v likvidaci"),
        ("Acme d.o.o.", "Acme d.o.o. u stečaju"),
        ("Acme Kft.", "Acme Kft. f.a."),
        ("Acme B.V.", "Acme B.V. in liquidatie"),
        ("Acme AB", "Acme AB i likvidation"),
        ("Acme Ltd. Şti.", "Tasfiye Halinde Acme Limited Şirketi"),
        ("ООО Ромашка", "ООО «Ромашка» в ликвидации"),
        ("Acme", "Acme in Liquidation"),
    ],
)
def test_a_company_that_is_wound_up_keeps_its_name(name: str, told: str) -> None:
    """Registers write it beside the name, with or without brackets, before or behind the form."""
    assert read_name(told).identical(read_name(name))
    assert core(told) == core(name)
    assert core(without_form(told)) == core(name)


@pytest.mark.parametrize("name", ["Acme IL", "Administration", "In Liquidation", "Acme Liquidation", "Acme GmbH II"])
def test_what_only_looks_like_a_liquidation_is_a_name(name: str) -> None:
    """Initials behind no form, a name that is nothing else, a word of it, and a numeral."""
    assert read_name(name).core == fold(without_form(name)).replace(" ", "")


@pytest.mark.parametrize(
    ("one", "other", "countries"),
    [
        ("Acme", "Acme GmbH", ""),
        ("Acme AG", "Acme Aktiengesellschaft", ""),
        ("AS Roma", "AS Roma S.p.A.", ""),
        ("Acme SLU", "Acme S.L.", ""),
        ("Acme SAU", "Acme SA", ""),
        ("PT Acme", "PT Acme Tbk", ""),
        ("PT Acme Tbk", "Acme Tbk PT", ""),
        ("Acme Company, Inc.", "Acme Inc.", ""),
        ("OOO Acme", "Acme LLC", ""),
        ("Acme K.K.", "Acme Co., Ltd.", ""),
        ("Acme & Co", "Acme & Co. KG", ""),
        ("Acme AG", "Acme SA", "CH"),
        ("Acme NV", "Acme SA", "BE"),
    ],
)
def test_forms_of_one_company(one: str, other: str, countries: str) -> None:
    """A form that is missing, a wider one, its translation, and the same in another language of the country."""
    assert forms_agree(one, other, countries.split())
    assert forms_agree(other, one, countries.split())


@pytest.mark.parametrize(
    ("one", "other", "countries"),
    [
        ("Acme AG", "Acme GmbH", "CH"),
        ("Acme GmbH & Co. KG", "Acme GmbH", "DE"),
        ("Acme GmbH & Co. KG", "Acme KG", "DE"),
        ("Acme B.V. & Co. KG", "Acme KG", "DE"),
        ("Acme B.V. & Co. KG", "Acme B.V.", "DE"),
        ("Acme sp. z o.o. S.K.A.", "Acme S.K.A.", "PL"),
        ("Acme AG", "Acme SA", "DE"),
        ("Acme Ltd", "Acme PLC", "GB"),
        ("AB Acme", "Acme Oy", ""),
        ("Max Muster e.K.", "Max Muster GmbH", ""),
        ("Acme GmbH i.L.", "Acme AG i.L.", ""),
    ],
)
def test_forms_of_two_companies(one: str, other: str, countries: str) -> None:
    """Two forms, or one with an addition, are of two."""
    assert not forms_agree(one, other, countries.split())
    assert not forms_agree(other, one, countries.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller AG", "Müller GmbH"),
        ("Acme GmbH & Co. KG", "Acme GmbH"),
        ("Acme AG & Co. KG", "Acme GmbH & Co. KG"),
        ("Acme Holding GmbH", "Acme GmbH"),
        ("Acme Germany GmbH", "Acme GmbH"),
        ("SAS Institute Inc.", "Institute Inc."),
        ("3M Company", "4M Company"),
        ("Acme Fund II", "Acme Fund"),
        ("華为有限公司", "華为股份有限公司"),
        ("バンク株式会社", "ハンク株式会社"),
        ("", ""),
        ("GmbH", ""),
        ("...", "---"),
    ],
)
def test_names_of_two(one: str, other: str) -> None:
    """Another form or another word is another company; no name at all is nobody's."""
    assert not read_name(one).same(read_name(other))


def test_a_missing_form_leaves_it_open() -> None:
    """It may be the same company, and it is not written the same."""
    short, full = read_name("Acme"), read_name("Acme GmbH")
    assert short.same(full)
    assert full.same(short)
    assert not short.identical(full)


@pytest.mark.parametrize(
    "name",
    ["Max Muster e.K.", "Hotel Sacher e.U.", "Jean Dupont EIRL", "Jan Smit Eenmanszaak", "Ion Popa PFA", "ИП Иванов"],
)
def test_a_person_who_trades_is_told(name: str) -> None:
    """By the form that only natural persons have."""
    assert read_name(name).form == SOLE


def test_a_form_alone_is_a_name() -> None:
    """Nothing would be left of it otherwise."""
    assert (read_name("Limited").core, read_name("Limited").form) == ("limited", "")


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_read(text: str) -> None:
    """Without an error, the same every time, and no longer than what is looked at."""
    name = read_name(text)
    assert name == read_name(text)
    assert fold(fold(text)) == fold(text) or len(text) > LONGEST or len(fold(text)) > LONGEST
    assert " " not in name.core


def test_no_spelling_stands_for_two_forms() -> None:
    """The file's lists do not overlap, and none of its spellings is too long to be found."""
    read = yaml.safe_load(files("connectors.kit").joinpath("legal_forms.yaml").read_text(encoding="utf-8"))
    spellings = [(spelling, form[0]) for form in read["forms"] for spelling in form]
    spellings += [(spelling, SOLE) for spelling in read["sole"]]
    meant: dict[str, str] = {}
    for spelling, form in spellings:
        name = read_name(f"Acme {spelling}")
        assert (name.core, name.form) == ("acme", form), spelling
        assert meant.setdefault(fold(spelling), form) == form
    assert set(read["before"]) <= {form[0] for form in read["forms"]} | {SOLE}
    for lists in (read["agree"], *read["languages"].values()):
        assert {form for forms in lists for form in forms} <= {form[0] for form in read["forms"]}
    for name in (*read["core"]["not_behind"], *read["core"]["not_before"]):
        assert read_name(f"Acme {name}").form, name


def test_a_person_may_stand_behind_the_form() -> None:
    """Some countries write it first."""
    assert read_name("F.H.U. Jan Kowalski").form == SOLE


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Müller & Söhne GmbH", "Müller & Söhne"),
        ("Acme GmbH & Co. KG", "Acme"),
        ("Amazon.com, Inc.", "Amazon.com"),
        ("Acme Gesellschaft mit beschränkter Haftung", "Acme"),
        ("SARL Dupont", "Dupont"),
        ("Acme", "Acme"),
        ("GmbH", "GmbH"),
        ("PT Acme Indonesia Tbk", "Acme Indonesia"),
        ("Acme GmbH i. L.", "Acme"),
        ("Acme  in Liquidation", "Acme"),
        ("", ""),
    ],
)
def test_the_form_is_taken_off_as_it_is_written(name: str, bare: str) -> None:
    """What is left is for a search, so it keeps its own spelling."""
    assert without_form(name) == bare


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Acme GmbH & Co. KG", "acme"),
        ("Società Esempio S.p.A.", "societa esempio"),
        ("A.P. Møller - Mærsk A/S", "ap moller maersk"),
        ("Acme UG (haftungsbeschränkt)", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("ООО «Ромашка»", "ромашка"),
        ("トヨタ自動車株式会社", "トヨタ自動車"),
        ("㈱トヨタ", "トヨタ"),
        ("삼성전자 주식회사", "삼성전자"),
        ("华为技术有限公司", "华为技术"),
        ('שלום בע"מ', "שלום"),
        ("บริษัท สยาม จำกัด", "สยาม"),
        ("İstanbul Gıda San. ve Tic. A.Ş.", "istanbul gida"),
        ("Acme, S.A. de C.V.", "acme"),
        ("PT Telkom Indonesia (Persero) Tbk", "telkom indonesia"),
        ("J.P. Morgan & Co.", "jp morgan"),
        ("Müller und Söhne OHG", "muller and sohne"),
        ("AS Roma S.p.A.", "roma"),
        ("SAS Institute Inc.", "sas institute"),
        ("SARL Dupont", "dupont"),
        ("Acme PC", "acme pc"),
        ("The Boeing Company", "boeing"),
        ("AG", "ag"),
        ("株式会社", "株式会社"),
        ("!!!", "!!!"),
    ],
)
def test_a_core_is_without_any_form(name: str, left: str) -> None:
    """Forms of many countries fall away, before and behind, but not initials; a name is never left empty."""
    assert core(name) == left


@given(st.text(max_size=60))
def test_any_text_has_a_core(name: str) -> None:
    """Empty only where there was nothing."""
    assert bool(core(name)) == bool(name.strip())
