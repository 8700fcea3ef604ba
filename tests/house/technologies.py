"""The page of technologies: every one that a rule can find, by category, with its signs and where they are stated."""

from collections import defaultdict

from connectors.kit.technology import CATEGORIES, Rule, rules

_SIGNS = {
    "mx": "MX",
    "spf": "SPF",
    "txt": "TXT",
    "cname": "CNAME",
    "ns": "NS",
    "dmarc": "DMARC",
    "dkim": "DKIM",
    "header": "header",
    "cookie": "cookie",
    "script": "script",
    "link": "link",
    "file": "file",
    "path": "path",
    "generator": "generator",
    "meta": "meta",
    "html": "HTML",
}


def page() -> str:
    """One table per category: a technology, who makes it, and a link per sign to the vendor's page."""
    by: dict[str, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules():
        by[rule.category][rule.slug].append(rule)
    lines = [f"{len(rules())} rules about {len({rule.slug for rule in rules()})} technologies.", ""]
    for category, title in CATEGORIES.items():
        lines += [f"## {title}", "", "| technology | `slug` | signs |", "|---|---|---|"]
        lines += [_row(found) for _, found in sorted(by[category].items())]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(found: list[Rule]) -> str:
    first = found[0]
    name = f"{first.name} ({first.vendor})" if first.vendor and first.vendor not in first.name else first.name
    signs = ", ".join(f"[{_SIGNS[rule.record]}]({rule.page}){'' if rule.confirmed else ' *'}" for rule in found)
    return f"| {name} | `{first.slug}` | {signs} |"
