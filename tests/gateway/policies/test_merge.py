"""The merge policy: what comes along, what a file of one's own may say, and what is refused."""

from pathlib import Path

import pytest
import yaml

from gateway.errors import SetupError
from gateway.policies.loading import load_merge, parse_merge, shipped_merge
from gateway.policies.merge import FieldRule, MergePolicy, Strategy, place_in, rows

TEXT = shipped_merge()


def test_the_shipped_policy_reads_back_from_what_it_tells() -> None:
    """Nothing of it is lost in its JSON form, which is the form of the file."""
    policy = load_merge()
    assert parse_merge(yaml.safe_dump(policy.to_json())) == policy
    assert policy.rule("company.employees.range").strategy is Strategy.RANGE_INTERSECT
    assert policy.rule("company.technologies").strategy is Strategy.UNION
    assert policy.rule("company.name").strategy is Strategy.PRIORITY


def test_registers_stand_before_the_site_the_vendors_and_what_is_concluded() -> None:
    """The default order of authority, from own records down."""
    policy = load_merge()
    names = ["static_csv", "gleif", "website", "apollo", "wikidata", "dns_footprint"]
    places = [policy.place("company.name", name) for name in names]
    assert places == sorted(set(places))
    alike = {policy.place("company.name", name) for name in ("companies_house", "gleif", "sec_edgar", "vies")}
    assert len(alike) == 1


def test_a_field_may_have_an_order_of_its_own() -> None:
    """A rule's authority counts for its field alone."""
    own = parse_merge(
        TEXT.replace(
            "fields:", 'fields:\n  company.name: {strategy: priority, authority: [[wikidata], ["*"]]}', 1
        ).replace("one: {strategy: priority}", "one: {strategy: consensus, sources: 3}")
    )
    assert own.place("company.name", "wikidata") < own.place("company.name", "gleif")
    assert own.place("company.industry", "wikidata") > own.place("company.industry", "gleif")
    assert own.rule("company.industry") == FieldRule(strategy=Strategy.CONSENSUS, sources=3)
    assert parse_merge(yaml.safe_dump(own.to_json())) == own


def test_who_is_not_named_stands_where_the_star_does() -> None:
    """Without a star the last place is theirs."""
    assert place_in((("a",), ("*",), ("b",)), "x") == 1
    assert place_in((("a",), ("b",)), "x") == 2


def test_the_fingerprint_says_what_a_policy_says() -> None:
    """It names the version, stays with the order of names in a step, and changes with anything that counts."""
    policy = load_merge()
    assert policy.fingerprint.startswith("merge-1:")
    same = parse_merge(
        TEXT.replace("[companies_house, gleif, sec_edgar, vies]", "[vies, gleif, sec_edgar, companies_house]")
    )
    assert same.fingerprint == policy.fingerprint
    assert parse_merge(TEXT.replace("  - [wikidata]\n", "")).fingerprint != policy.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: '1'", "version: is 1, without quotes"),
        ("one: {strategy: priority}", "one: {strategy: best}", "one.strategy: is one of"),
        ("one: {strategy: priority}", "one: {strategy: union}", "union is for fields that a company has several of"),
        ("one: {strategy: priority}", "one: {strategy: consensus}", "consensus needs sources"),
        ("one: {strategy: priority}", "one: {strategy: priority, sources: 2}", "sources belongs to consensus"),
        ("one: {strategy: priority}", "one: {strategy: consensus, sources: 1}", "one.sources: is 2 at least"),
        ("one: {strategy: priority}", "", "one: is missing"),
        (
            "many: {strategy: union}",
            "many: {strategy: range_intersect}",
            "many: range_intersect is for fields that hold",
        ),
        ("company.revenue.range:", "company.turnover:", "is no field of the schema"),
        ("company.revenue.range:", "company.founded_year:", "company.founded_year: range_intersect is for fields"),
        ('  - ["*"]\n', "", 'authority: has no ["*"]'),
        ("  - [website]\n", "  - [website, vies]\n", "authority: vies stands there twice"),
        ("  - [website]\n", "  - []\n", "authority: has an empty step"),
        ("  - [website]\n", "  - [Own Site]\n", "authority.2.0: "),
        ("fields:", "also: 1\nfields:", "also: is no name that belongs here"),
        ("fields:", "many: {strategy: union}\nfields:", "the key many is given twice"),
    ],
)
def test_a_file_with_a_fault_is_refused_by_its_place(old: str, new: str, said: str) -> None:
    """Each fault stops the start, and the message says where it is."""
    assert old in TEXT
    with pytest.raises(SetupError) as refused:
        parse_merge(TEXT.replace(old, new, 1), name="own.yaml")
    assert "own.yaml" in str(refused.value)
    assert said in str(refused.value)


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    """A file takes the place of the policy that comes along; one that is not there is named."""
    own = tmp_path / "merge.yaml"
    own.write_text(TEXT.replace("one: {strategy: priority}", "one: {strategy: most_recent}"), encoding="utf-8")
    assert load_merge(own).one.strategy is Strategy.MOST_RECENT
    with pytest.raises(SetupError, match=r"gone\.yaml cannot be read"):
        load_merge(tmp_path / "gone.yaml")


def test_a_policy_made_by_hand_is_held_to_the_same() -> None:
    """A rule that does not fit its field cannot be made."""
    with pytest.raises(ValueError, match="several"):
        MergePolicy(fields={"company.name": FieldRule(strategy=Strategy.UNION)})


def test_the_table_tells_order_and_rules() -> None:
    """A row for the order, for both kinds of fields, and for each rule of its own."""
    own = parse_merge(
        TEXT.replace(
            "fields:", 'fields:\n  company.name: {strategy: consensus, sources: 2, authority: [["*"], [vies]]}'
        )
    )
    table = {row["case"]: row["then"] for row in rows(own)}
    assert table["who is believed first"].startswith("static_csv, then companies_house or gleif or sec_edgar or vies")
    assert table["a single value"] == "priority"
    assert table["company.name"] == "consensus of 2 sources; by all others, then vies"
    assert table["company.revenue.range"] == "range intersect"
    assert rows(MergePolicy())[0]["then"] == "all alike"
