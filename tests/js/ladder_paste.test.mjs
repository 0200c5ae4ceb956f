/**
 * Lists in the shapes in which people and language models write them, pasted into a row.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { pasted } from "../../web/ladder/paste.mjs";

const prompts = (text) => pasted(text).rungs.map((rung) => rung.prompt);
const THREE = ["a galaxy, spiral arms", "a planet", "a coast line"];

const SHAPES = {
  "plain lines": "a galaxy, spiral arms\na planet\na coast line",
  "plain lines after a sentence":
    "Here are your prompts:\n\na galaxy, spiral arms\na planet\na coast line",
  "numbers with a dot": "1. a galaxy, spiral arms\n2. a planet\n3. a coast line",
  "numbers with a bracket": "1) a galaxy, spiral arms\n\n2) a planet\n\n3) a coast line\n",
  "numbers in brackets": "(1) a galaxy, spiral arms\n(2) a planet\n(3) a coast line",
  hyphens: "- a galaxy, spiral arms\n- a planet\n- a coast line",
  stars: "* a galaxy, spiral arms\n* a planet\n* a coast line",
  "dots of a word processor": "• a galaxy, spiral arms\r\n• a planet\r\n• a coast line",
  "Level 3:": "Level 1: a galaxy, spiral arms\nLevel 2: a planet\nLevel 3: a coast line",
  "Level 3 (near) -":
    "Level 1 (wide) - a galaxy, spiral arms\nLevel 2 – a planet\nLevel 3 (near) — a coast line",
  "bold labels":
    "**Level 1:** a galaxy, spiral arms\n**Level 2:** a planet\n**Level 3:** a coast line",
  "bold numbers": "**1.** a galaxy, spiral arms\n**2.** a planet\n**3.** a coast line",
  "numbers, labels and bold":
    "1. **Level 1:** a galaxy, spiral arms\n2. **Level 2:** a planet\n3. **Level 3:** a coast line",
  "bold type inside": "1. a **galaxy**, spiral arms\n2. a *planet*\n3. *a coast line*",
  "headings with the prompt below":
    "### Level 1\na galaxy, spiral arms\n\n### Level 2\na planet\n\n### Level 3\na coast line",
  "quotation marks": '1. "a galaxy, spiral arms"\n2. “a planet”\n3. "a coast line",',
  "code marks": "1. `a galaxy, spiral arms`\n2. `a planet`\n3. `a coast line`",
  "prose around":
    "Sure! Here is a zoom.\n\n1. a galaxy, spiral arms\n2. a planet\n" +
    "3. a coast line\n\nTell me if you want more.",
  "long entries in two lines": "1. a galaxy,\n   spiral arms\n2. a planet\n3. a coast\nline",
  "labels of their own below":
    "1. Prompt: a galaxy, spiral arms\n2. Prompt: a planet\n3. Prompt: a coast line",
  "a code fence": "Here:\n```text\na galaxy, spiral arms\na planet\na coast line\n```\nEnjoy!",
  "a fence with numbers": "~~~\n1. a galaxy, spiral arms\n2. a planet\n3. a coast line\n~~~",
  "a ladder's own text": "# far\na galaxy, spiral arms\n\na planet\n# near\na coast line\n",
  "JSON strings": '["a galaxy, spiral arms", "a planet", "a coast line"]',
  "JSON in a fence": '```json\n["a galaxy, spiral arms",\n "a planet",\n "a coast line",\n]\n```',
  "JSON after a sentence": 'Sure: ["a galaxy, spiral arms", "a planet", "a coast line"] as asked.',
  "JSON objects":
    '[{"prompt": "a galaxy, spiral arms"}, {"prompt": "a planet"}, {"text": "a coast line"}]',
  "JSON levels":
    '{"levels": ["a galaxy, spiral arms", {"description": "a planet"}, {"prompt": "a ' +
    'coast\\nline"}]}',
  "JSON with other keys":
    '{"scene": "space", "prompts": ["a galaxy, spiral arms", "a planet", "a coast line"]}',
  "JSON numbered": '{"1": "a galaxy, spiral arms", "2": "a planet", "3": "a coast line"}',
};

for (const [name, text] of Object.entries(SHAPES)) {
  test(`reads ${name}`, () => {
    assert.deepEqual(prompts(text), THREE);
  });
}

test("keeps zoom, focus and settings where they are given", () => {
  const place = { zoom: 4, focus: [0.4, 0.6] };
  const second = (text) => {
    const { prompt, zoom, focus } = pasted(text).rungs[1];
    return { prompt, zoom, focus };
  };
  assert.deepEqual(second("1. a\n2. [p=4 focus=0.4,0.6] b"), { prompt: "b", ...place });
  for (const row of [
    '{"prompt": "b", "p": 4, "focus": [0.4, 0.6]}',
    '{"prompt": "b", "zoom": "4x", "focus": {"x": 0.4, "y": 0.6}}',
    '{"prompt": "b", "zoom_factor": "4", "focus": "0.4, 0.6", "level": 2}',
  ]) {
    assert.deepEqual(second(`{"levels": [{"prompt": "a"}, ${row}]}`), { prompt: "b", ...place });
  }
  const own = pasted('[{"prompt": "a", "seed": 18446744073709551615}, {"prompt": "b", "cfg": 7}]');
  assert.deepEqual(own.rungs.map(({ settings: { cfg, seed } }) => [cfg, seed]), [
    [null, "18446744073709551615"], [7, null],
  ]);
});

test("leaves alone what only looks like a mark", () => {
  const same = (...lines) => assert.deepEqual(prompts(lines.join("\n")), lines);
  same("3.5 km above a city");
  same("2 cells", "1 nucleus");
  same("level ground", "view of a valley");
  same("[old photo] a", "[old photo] b");
  same("a galaxy", "- a planet", "a leaf");
  assert.deepEqual(prompts("- a - b\n- close-up"), ["a - b", "close-up"]);
  assert.deepEqual(prompts('1. the "old" town\n2. a "new" one'), ['the "old" town', 'a "new" one']);
});

test("JSON that holds more than rows is no list of rows", () => {
  assert.deepEqual(prompts('["a", 5, "b"]'), ['["a", 5, "b"]']);
  assert.deepEqual(prompts('{"rows": ["a", "b"], "more": ["c"]}'), ["a", "b"]);
});

test("words for one row are no list", () => {
  const texts = ["a galaxy", "1. a galaxy", "", "  \n", "a galaxy\n", "{", "[]", "{}", "[1, 2]"];
  for (const text of texts) assert.ok(prompts(text).length < 2, text);
});

test("a line that does not parse becomes a row that says why", () => {
  assert.deepEqual(prompts("a\n[p=two] b"), ["a", "[p=two] b"]);
});

test("what is left out is said", () => {
  assert.deepEqual(pasted("Here are two:\n\n1. a\n2. b").notes, [
    'Line 1 is left out, as an introduction: "Here are two:"',
  ]);
});

test("nothing that is pasted makes it fail, and no entry has a line break", () => {
  const html = "<img onerror=alert(1)>\n<b>";
  const nasty = ["```", "[[[", '{"levels": 3}', '{"levels": [null]}', html, "1.\n2.\n3.", "<think>"];
  for (const text of nasty) {
    for (const prompt of prompts(text)) assert.ok(!/[\r\n]/.test(prompt));
  }
  assert.deepEqual(prompts(html), ["<img onerror=alert(1)>", "<b>"]);
});
