"""The pack says the same things in all its languages, and all of them.

After a change of a schema, ZOOMSTACK_WRITE_LOCALES=1 makes this file write the English again.
"""

import asyncio
import json
import os
import re
import urllib.request

import pytest
from locale_kit import leaves, node_words, read, write

LANGUAGES = ("en", "fr")
WRITE = "ZOOMSTACK_WRITE_LOCALES"
# What the front end's own message format would take for a gap, a link or a plural.
SYNTAX = re.compile(r"[{}@|]")


@pytest.fixture(scope="module")
def words(pack):
    """The words of all nodes, from their schemas."""
    return node_words(asyncio.run(pack.nodes.ZoomStackExtension().get_node_list()))


def test_the_english_is_what_the_schemas_say(words):
    if os.environ.get(WRITE):
        write(words, "en", "nodeDefs")
    assert read("en", "nodeDefs") == words, f"run this file again with {WRITE}=1"


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", ["main", "nodeDefs"])
def test_every_language_has_the_same_words(language, name):
    english, theirs = leaves(read("en", name)), leaves(read(language, name))
    assert theirs.keys() == english.keys()
    for path, text in theirs.items():
        assert gaps(text) == gaps(english[path]), path


def gaps(text):
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_something_that_the_front_end_can_show(language):
    for path, text in leaves(read(language, "nodeDefs")).items():
        assert text.strip() == text != "", path
        assert not SYNTAX.search(text), path


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_in_english(language):
    english, theirs = leaves(read("en", "nodeDefs")), leaves(read(language, "nodeDefs"))
    tooltips = [path for path in english if path.endswith(("tooltip", "description"))]
    assert [path for path in tooltips if theirs[path] == english[path]] == []


def test_a_server_hands_all_languages_to_the_front_end(server):
    with urllib.request.urlopen(f"{server.url}/i18n") as answer:
        served = json.loads(answer.read())
    for language in LANGUAGES:
        assert served[language]["nodeDefs"] == read(language, "nodeDefs")
        assert served[language]["zoomStack"] == read(language, "main")["zoomStack"]
