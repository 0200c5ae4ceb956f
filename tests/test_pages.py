"""The pages that people read first: short where they must be, and every link leads somewhere."""

import re

import pytest
from checkout import ROOT

PAGES = (
    "README.md", "zoomstack/README.md", "zoomstack/bench/README.md", "zoomstack/farm/README.md",
    "tests/README.md",
    ".github/CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("web/docs/*.md")),
)  # fmt: skip
MAP = ROOT / "zoomstack" / "README.md"
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


def rows(page, heading):
    """The cells of the table under a heading."""
    part = page.read_text("utf-8").partition(f"\n{heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def named(cell):
    return re.findall(r"`([\w./]+)`", cell)


def found(path, *folders):
    """Whether a module or a folder of that name is in one of the folders."""
    names = (path, f"{path}.py", f"{path}.mjs")
    return any((ROOT / folder / name).exists() for folder in folders for name in names)


def test_the_map_names_every_package_and_what_is_in_it():
    packages = rows(MAP, "## zoomstack/: from the bottom to the top")
    assert {named(name)[0] for name, *_ in packages} == {
        f"{each.parent.name}/" for each in (ROOT / "zoomstack").glob("*/__init__.py")
    }
    for name, _, inside in packages:
        (folder,) = named(name)
        missing = [
            part for part in named(inside)
            if not found(part, f"zoomstack/{folder}") and not found(part, "web", ".")
        ]  # fmt: skip
        assert missing == [], folder


def test_every_path_on_the_map_leads_somewhere():
    paths = {path for path in named(prose(MAP)) if "/" in path.rstrip("/") and "NAME" not in path}
    assert len(paths) > 40
    assert sorted(path for path in paths if not found(path, ".", "zoomstack", "nodes", "web")) == []
