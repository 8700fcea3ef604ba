"""Numbers drawn from the ranges that libphonenumber's metadata describe, and some beside them."""

from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

KINDS = (
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
    "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip
PLACES = tuple((code, region) for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()) for region in regions)
"""Every calling code with every region that shares it; 001 stands for the codes of no country."""
REGIONS = tuple(region for _, region in PLACES if region != "001")


def national(random: Random, code: int, region: str, kinds: Sequence[str] = KINDS) -> str:
    """A national number: usually in a range of the region, sometimes beside one or of any length."""
    draw = random.random()
    if draw < 0.04:
        return digits(random, random.randint(1, 18))
    known = _patterns(code, region)
    chosen = [known[kind] for kind in kinds if kind in known] or list(known.values())
    number = random.choice(chosen)(random)
    if draw < 0.12 and number:
        place = random.randrange(len(number))
        return number[:place] + random.choice("0123456789") + number[place + 1 :]
    return number


def digits(random: Random, count: int) -> str:
    """So many digits, each as likely as the others."""
    return "".join(random.choices("0123456789", k=count))


@cache
def _patterns(code: int, region: str) -> dict[str, Callable[[Random], str]]:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    descriptions = {kind: getattr(metadata, kind) for kind in KINDS}
    return {
        kind: _drawn(description.national_number_pattern)
        for kind, description in descriptions.items()
        if description is not None and description.national_number_pattern
    }


def _drawn(pattern: str) -> Callable[[Random], str]:
    """What draws from a pattern of digits, classes, groups, alternatives and counts: all that the metadata uses."""
    draw, end = _alternatives(pattern, 0)
    assert end == len(pattern), pattern
    return draw


def _alternatives(pattern: str, at: int) -> tuple[Callable[[Random], str], int]:
    choices: list[list[Callable[[Random], str]]] = [[]]
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            choices.append([])
            at += 1
            continue
        one, at = _atom(pattern, at)
        least, most, at = _count(pattern, at)
        choices[-1].append(_repeated(one, least, most))
    return lambda random: "".join(part(random) for part in random.choice(choices)), at


def _repeated(one: Callable[[Random], str], least: int, most: int) -> Callable[[Random], str]:
    return lambda random: "".join(one(random) for _ in range(random.randint(least, most)))


def _atom(pattern: str, at: int) -> tuple[Callable[[Random], str], int]:
    if pattern.startswith("(?:", at):
        inner, end = _alternatives(pattern, at + 3)
        return inner, end + 1
    if pattern[at] == "[":
        end = pattern.index("]", at)
        return _one_of(_members(pattern[at + 1 : end])), end + 1
    if pattern.startswith(r"\d", at):
        return _one_of("0123456789"), at + 2
    assert pattern[at].isdigit(), pattern[at:]
    return _one_of(pattern[at]), at + 1


def _one_of(members: str) -> Callable[[Random], str]:
    return lambda random: random.choice(members)


def _members(inside: str) -> str:
    members = ""
    while inside:
        if inside[1:2] == "-":
            members += "".join(map(str, range(int(inside[0]), int(inside[2]) + 1)))
            inside = inside[3:]
        else:
            members += inside[0]
            inside = inside[1:]
    return members


def _count(pattern: str, at: int) -> tuple[int, int, int]:
    if pattern.startswith("?", at):
        return 0, 1, at + 1
    if pattern.startswith("{", at):
        end = pattern.index("}", at)
        least, _, most = pattern[at + 1 : end].partition(",")
        return int(least), int(most or least), end + 1
    return 1, 1, at
