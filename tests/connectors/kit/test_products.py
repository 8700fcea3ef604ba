"""Products under whatever name a vendor gives them."""

import pytest

from connectors.kit.products import Product, category_of, completed, slug_of, table
from connectors.kit.reading import read
from connectors.kit.technology import rules


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Google Analytics", "google-analytics"),
        ("  reCAPTCHA v3 ", "recaptcha-v3"),
        ("google_tag_manager", "google-tag-manager"),
        ("Häagen & Söhne", "haagen-sohne"),
        ("--", ""),
        ("\u6771\u4eac", ""),
        ("a" * 200, "a" * 80),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    """In lower case and ASCII, with hyphens; a name of nothing else has none."""
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    ("raw", "slug", "category"),
    [
        ({"name": "Google Apps", "category": "Other"}, "google-workspace", "mail"),
        ({"slug": "google_apps"}, "google-workspace", "mail"),
        ({"slug": "office_365", "name": "Microsoft Office 365"}, "microsoft-365", "mail"),
        ({"name": "Acme CMS", "category": "Content Management Platform"}, "acme-cms", "cms"),
        ({"name": "Acme Talk", "category": ["Never Heard Of", "Live Chat", "widgets"]}, "acme-talk", "chat"),
        ({"name": "Acme Talk", "category": "Never Heard Of"}, "acme-talk", "other"),
        ({"slug": "acme-talk", "name": "Acme Talk", "category": "crm"}, "acme-talk", "crm"),
        ({"name": "Acme Talk", "category": None}, "acme-talk", "other"),
    ],
)
def test_a_product_is_known_by_any_of_its_names(raw: dict[str, object], slug: str, category: str) -> None:
    """What the table knows is told in its words; what it does not know keeps its name, in a category of ours."""
    value = read("company.technologies", raw)
    assert isinstance(value, dict)
    assert (value["slug"], value["category"]) == (slug, category)
    assert value["name"]


def test_a_product_keeps_its_other_parts() -> None:
    """Version and dates come along; parts that are none of ours do not."""
    raw = {"name": "Hubspot", "version": 3, "first_seen": "2024-01-02", "live": "yes", "spend": "much"}
    assert read("company.technologies", raw) == {
        "slug": "hubspot",
        "name": "HubSpot",
        "category": "crm",
        "version": "3",
        "first_seen": "2024-01-02",
        "live": True,
    }


@pytest.mark.parametrize(
    "raw",
    [
        {"name": "German", "category": ["language"]},
        {"name": "", "slug": " "},
        {"name": "\u6771\u4eac"},
        {"category": "crm"},
        {"name": True},
        "hubspot",
        ["hubspot"],
        None,
    ],
)
def test_what_is_no_product_gives_nothing(raw: object) -> None:
    """Words for what nobody chooses, blank names, and other shapes."""
    assert read("company.technologies", raw) is None


def test_what_is_no_object_is_left_alone() -> None:
    """So that whoever reads it decides."""
    assert completed("hubspot") == "hubspot"


def test_our_own_rules_use_the_same_slugs() -> None:
    """A product that both know has one name and one category, whoever saw it."""
    own = {rule.slug: (rule.name, rule.category) for rule in rules()}
    theirs: dict[str, Product] = {product.slug: product for product in table().products.values()}
    assert len(own.keys() & theirs.keys()) > 20
    for slug, product in theirs.items():
        if slug in own:
            assert (product.name, product.category) == own[slug]


def test_categories_are_told_apart_by_the_most_telling_word() -> None:
    """The first word that is known counts."""
    assert category_of(["CRM", "ads"]) == "crm"
    assert category_of(["ads", "CRM"]) == "advertising"
    assert category_of([]) == "other"
