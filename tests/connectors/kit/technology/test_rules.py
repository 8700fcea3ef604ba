"""The rules: enough of them, each with its page, none twice, and a model that refuses what it does not know."""

from collections import defaultdict

import pytest
from pydantic import ValidationError

from connectors.kit.technology.rules import CATEGORIES, Rule, read_rules, rules

WHOLE: dict[str, object] = {
    "slug": "acme-chat",
    "name": "Acme Chat",
    "category": "chat",
    "record": "script",
    "match": ["chat.acme.example"],
    "page": "https://acme.example/docs/install",
}


def text(*found: dict[str, object]) -> str:
    """A file of rules, as YAML (which JSON is)."""
    return repr({"rules": list(found)})


def test_there_are_enough_rules_and_most_were_read_at_the_vendor() -> None:
    """At least 220 rules; those whose page was not read are few, and say so."""
    found = rules()
    assert len(found) >= 220
    assert sum(not rule.confirmed for rule in found) <= len(found) // 6


def test_every_rule_cites_an_https_page_and_stands_once() -> None:
    """The id names one rule, and the page is one that a reader can open."""
    found = rules()
    assert all(rule.page.scheme == "https" and "." in (rule.page.host or "") for rule in found)
    assert len({rule.id for rule in found}) == len(found)


def test_every_category_is_used() -> None:
    """The closed list holds nothing that no rule is about."""
    assert {rule.category for rule in rules()} == set(CATEGORIES)


def test_one_technology_is_told_in_the_same_words_by_all_its_rules() -> None:
    """Whoever finds it by another sign finds the same name, category and vendor."""
    told = defaultdict(set)
    for rule in rules():
        told[rule.slug].add((rule.name, rule.category, rule.vendor))
    assert {slug: words for slug, words in told.items() if len(words) > 1} == {}


def test_no_page_is_a_collection_of_fingerprints() -> None:
    """Facts come from the vendor that states them, never from somebody's list."""
    strangers = ("wappalyzer", "webappanalyzer", "builtwith", "whatruns", "stackshare")
    assert [rule.id for rule in rules() if any(name in str(rule.page) for name in strangers)] == []


def test_no_rule_shadows_another_by_a_shorter_text() -> None:
    """Of two texts of one record none begins or ends the other, unless both are about one technology."""
    found = [(rule, text) for rule in rules() if rule.record == "txt" for text in rule.match]
    clashes = [
        (one.id, other.id)
        for one, head in found
        for other, longer in found
        if one.slug != other.slug and longer.startswith(head)
    ]
    assert clashes == []


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"slug": "Acme"},
        {"slug": "-acme"},
        {"name": ""},
        {"category": "nonsense"},
        {"record": "favicon"},
        {"match": []},
        {"match": ["chat.acme.example", "chat.acme.example"]},
        {"match": ["Chat.Acme.example"]},
        {"match": ["localhost"]},
        {"match": ["https://chat.acme.example"]},
        {"match": ["chat.acme.example/a b"]},
        {"match": ["chat.acme.example/(.*)"]},
        {"match": [".acme.example"]},
        {"page": "http://acme.example/docs"},
        {"page": "acme.example"},
        {"at": ["www"]},
        {"record": "txt", "match": ["Acme-Verify="]},
        {"record": "txt", "match": ["ab="]},
        {"record": "header", "match": ["X-Acme"]},
        {"record": "header", "match": ["x-acme: Yes"]},
        {"record": "cookie", "match": ["a*b*"]},
        {"record": "cookie", "match": ["*"]},
        {"record": "path", "match": ["/acme/"]},
        {"record": "generator", "match": ["Acme"]},
        {"record": "html", "match": ["abc"]},
        {"record": "dkim", "match": ["acme.example"]},
        {"record": "dkim", "match": ["acme.example"], "at": ["a.b"]},
    ],
)
def test_a_rule_that_is_not_exact_is_refused(change: dict[str, object]) -> None:
    """Unknown keys, other forms and pages without https end the loading; nothing is guessed."""
    with pytest.raises(ValidationError):
        Rule.model_validate({**WHOLE, **change})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"match": ["chat.acme.example/widget/v2", "acme.example"]},
        {"record": "ns", "match": ["acmedns-*.com"]},
        {"record": "cname", "match": ["acme.example"], "at": ["status"]},
        {"record": "dkim", "match": ["s1._domainkey"], "at": ["s1"]},
        {"record": "header", "match": ["x-acme", "server: acme/"]},
        {"record": "cookie", "match": ["Acme_Id", "ac_*_me"]},
        {"record": "path", "match": ["wp-content/plugins/acme"]},
        {"vendor": "Acme", "confirmed": False},
    ],
)
def test_every_form_of_match_can_be_written(change: dict[str, object]) -> None:
    """Each record takes the literal texts that are looked for in it."""
    assert Rule.model_validate({**WHOLE, **change}).slug == "acme-chat"


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({}, "stands twice"),
        ({"record": "link", "name": "Acme chat"}, "disagree"),
        ({"slug": "acme-talk", "name": "Acme Talk"}, "match the same"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(second: dict[str, object], says: str) -> None:
    """Two rules are not one sign of two technologies, nor one technology under two names."""
    with pytest.raises(ValueError, match=says):
        read_rules({"a.yaml": text(WHOLE), "b.yaml": text({**WHOLE, **second})})


def test_a_file_is_rules_and_nothing_else() -> None:
    """A key beside `rules` is a mistake, not a comment."""
    with pytest.raises(ValidationError):
        read_rules({"a.yaml": "rules: []\nmore: 1"})
