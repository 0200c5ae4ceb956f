"""The words of the nodes as ComfyUI's front end looks them up, made from the nodes' own schemas."""

import json

from zoomstack.setup.places import REPOSITORY

LOCALES = REPOSITORY / "locales"


def node_words(nodes):
    """{node id: its name, description, inputs and outputs with names and tooltips}."""
    return {schema.node_id: words_of(schema) for schema in (node.define_schema() for node in nodes)}


def words_of(schema):
    return {
        "display_name": schema.display_name,
        "description": schema.description,
        "inputs": {each.id: named(each.display_name or each.id, each) for each in schema.inputs},
        "outputs": {
            str(index): named(each.display_name, each) for index, each in enumerate(schema.outputs)
        },
    }


def named(name, each):
    return {"name": name, "tooltip": each.tooltip}


def leaves(words, path=""):
    """{path: text} of nested words."""
    found = {}
    for key, value in words.items():
        deeper = f"{path}{key}"
        found |= leaves(value, f"{deeper}/") if isinstance(value, dict) else {deeper: value}
    return found


def read(language, name):
    return json.loads((LOCALES / language / f"{name}.json").read_text("utf-8"))


def write(words, language, name):
    path = LOCALES / language / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n", "utf-8")
