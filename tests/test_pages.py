"""The pages that people read first: short where they must be, and every link leads somewhere."""

import re

import pytest
from checkout import ROOT

PAGES = (
    "README.md", "zoomstack/README.md", "zoomstack/bench/README.md", "tests/README.md",
    ".github/CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("web/docs/*.md")),
)  # fmt: skip
MOST = 12 * 1024  # bytes of the README: a newcomer finishes it


def prose(page):
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """What a forge makes of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_between_pages_leads_somewhere(name):
    page = ROOT / name
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    for path, _, anchor in (link.partition("#") for link in links if "://" not in link):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_bytes()) <= MOST
