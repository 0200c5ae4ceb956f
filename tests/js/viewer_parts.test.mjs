/** The viewer's parts that need no browser: loader, scale bar, manifest, keys, page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { buildPage } from "../../web/viewer/bundle.mjs";
import { keyWish } from "../../web/viewer/input.mjs";
import { Loader, roomFor, wanted } from "../../web/viewer/loader.mjs";
import { VERSION, checked, geometryOf, titleOf } from "../../web/viewer/manifest.mjs";
import { length, magnification, power, scaleBar } from "../../web/viewer/scale.mjs";
import { bands, cellOf, manifestOf } from "../../web/viewer/sheet.mjs";
import { lineNumber, nearestLine, stepsOf } from "../../web/zoom/written.mjs";
import { near, shared } from "./shared.mjs";

const settle = () => new Promise((done) => setTimeout(done, 5));

function loader(levels, most, load = async (level) => ({ level, close() {} })) {
  const told = { ready: [], dropped: [], errors: [], asked: [] };
  const made = new Loader({
    levels,
    most,
    load: (level, signal) => (told.asked.push(level), load(level, signal)),
    onReady: (level) => told.ready.push(level),
    onDrop: (level) => told.dropped.push(level),
    onError: (level, error) => told.errors.push([level, error.message]),
  });
  return { made, told };
}

test("the level of the camera and the one below it come first", () => {
  assert.deepEqual(wanted(5, 20, 6), [5, 6, 7, 4, 8, 9]);
  assert.deepEqual(wanted(5, 20, 6, false), [5, 6, 4, 3, 2, 1]);
  assert.deepEqual(wanted(0, 2, 6), [0, 1, 2]);
  assert.deepEqual(wanted(0, 0, 6), [0]);
});

test("the room for pictures is bounded in bytes and in number", () => {
  assert.equal(roomFor({ width: 1024, height: 1024 }), 48);
  assert.equal(roomFor({ width: 4096, height: 4096 }), 6);
  assert.equal(roomFor({ width: 2048, height: 2048 }), 16);
});

test("500 levels hold no more than their room, and far ones go", async () => {
  const { made, told } = loader(500, 8);
  for (const level of [0, 3, 250, 499]) {
    made.look(level);
    await settle();
    assert.ok(made.settled && made.held.size <= 8 && made.held.has(level));
  }
  assert.equal(told.ready.length - told.dropped.length, made.held.size);
  assert.ok(told.asked.length < 40);
  made.dispose();
  assert.equal(made.held.size, 0);
});

test("a picture that does not come is told once and not asked for again", async () => {
  const { made, told } = loader(4, 4, async (level) => {
    if (level === 2) throw new Error("gone");
    return { close() {} };
  });
  for (let i = 0; i < 3; i++) {
    made.look(1);
    await settle();
  }
  assert.deepEqual(told.errors, [[2, "gone"]]);
  assert.equal(told.asked.filter((level) => level === 2).length, 1);
  assert.ok(made.settled);
});

test("a load that is no longer wanted is stopped", async () => {
  const stopped = [];
  const { made, told } = loader(100, 3, (level, signal) =>
    new Promise((_, bad) => {
      signal.addEventListener("abort", () => (stopped.push(level), bad(new Error("aborted"))));
    }),
  );
  made.look(0);
  made.look(90);
  await settle();
  assert.deepEqual(stopped.sort(), [0, 1, 2]);
  assert.deepEqual(told.errors, []);
});

test("a picture that comes too late is put away", async () => {
  const closed = [];
  const { made, told } = loader(100, 3, async (level) => {
    await settle();
    return { close: () => closed.push(level) };
  });
  made.look(0);
  made.look(90);
  for (let i = 0; i < 4; i++) await settle();
  assert.deepEqual(closed.sort(), [0, 1, 2]);
  assert.deepEqual(told.ready.sort(), [90, 91, 92]);
});

test("a picture stays until another one of its level has come", async () => {
  const closed = [];
  const pictures = (run, slow) => async (level) => {
    if (level === slow) await settle();
    return { run, level, close: () => closed.push(run) };
  };
  const { made, told } = loader(3, 6, pictures("first"));
  made.look(0);
  await settle();
  made.renew({ levels: 3, most: 6, load: pictures("second", 1) }, true);
  assert.deepEqual([told.dropped, closed, made.held.size], [[], [], 3]);
  assert.ok(!made.has(0), "what stands in is not what is wanted");
  made.look(0);
  for (let i = 0; i < 9; i++) await null;
  assert.deepEqual([made.arrived.size, told.ready.length], [2, 3], "all change at once");
  await settle();
  await settle();
  assert.deepEqual([told.dropped, closed], [[], ["first", "first", "first"]]);
  assert.ok(made.settled && [...made.held.values()].every(({ run }) => run === "second"));

  // What came for nothing is put away.
  made.renew({ levels: 3, most: 6, load: pictures("third", 1) }, true);
  made.look(0);
  for (let i = 0; i < 9; i++) await null;
  made.dispose();
  await settle();
  await settle();
  assert.equal(closed.filter((run) => run === "third").length, 3);
});

test("of another zoom no picture stays, nor one that is under way", async () => {
  const slow = () => new Promise((done) => setTimeout(() => done({ close() {} }), 2));
  const { made, told } = loader(3, 2, slow);
  made.look(0);
  await settle();
  made.look(2); // a load that is under way
  made.renew({ levels: 2, most: 6, load: async (level) => ({ level, close() {} }) }, false);
  assert.equal(made.held.size, 0);
  made.look(0);
  await settle();
  assert.deepEqual([...made.held.keys()], [0, 1]);
  assert.ok([...made.held.values()].every((picture) => "level" in picture));
  assert.deepEqual(told.errors, []);
});

test("a sheet is cut where the library has laid its levels", () => {
  for (const { levels, rows, columns, cells } of shared.sheets) {
    assert.equal(cells.length, levels);
    cells.forEach((cell, level) => {
      const { left, top, width, height } = cellOf({ rows, columns }, level);
      [left, top, width, height].forEach((share, i) => near(share, cell[i], `${levels}: ${level}`));
    });
  }
});

test("a level's rim, where the host has mixed it with the next one's, is drawn from inside", () => {
  for (const [start, size, count, rim] of [[0, 170.7, 171, 0.1], [341.3, 170.7, 171, 0.024]]) {
    const [first, middle, last] = bands(start, size, count, rim);
    const parts = [first, middle, last];
    assert.equal(parts.reduce((sum, [, , , pixels]) => sum + pixels, 0), count);
    parts.forEach(([, , at], i) => assert.equal(at, i ? parts[i - 1][2] + parts[i - 1][3] : 0));
    for (const [from, much] of parts) {
      assert.ok(from >= start + size * rim - 1e-9 && from + much <= start + size * (1 - rim) + 1e-9);
    }
    near(middle[1] / middle[3], size / count);
  }
  assert.deepEqual(bands(4, 2, 3, 0.5), [[4, 2, 0, 3]]);
});

test("what is being sampled has a manifest like what is finished", () => {
  const sheet = {
    levels: 3, rows: 2, columns: 2, width: 96, height: 64, zooms: [2, 3.5],
    focus: [[0.5, 0.5], [0.4, 0.6]], prompts: ["a", "b", "c"],
  }; // prettier-ignore
  const manifest = checked(manifestOf(sheet, 12));
  assert.deepEqual(geometryOf(manifest).focus[1], [0.4, 0.6]);
  assert.deepEqual([manifest.files.length, manifest.metres, titleOf(manifest, 2)], [3, 12, "c"]);
  assert.equal(manifest.thumbnails.width / manifest.thumbnails.height, 96 / 64);
});

test("a manifest's marks of bridges go into its geometry, or are refused", () => {
  const manifest = structuredClone(shared.manifests.whole);
  assert.equal(geometryOf(checked(manifest)).bridges, undefined);
  manifest.bridges = [false, true, false, true, false];
  assert.deepEqual(geometryOf(checked(manifest)).bridges, manifest.bridges);
  for (const bridges of [[true, false, false, false, false], [false, true], [0, 0, 0, 0, 0], "x"]) {
    assert.throws(() => checked({ ...manifest, bridges }), /need 5 marks of bridges/);
  }
});

test("over bridges the words of a level that somebody wrote stand, as in a film", () => {
  for (const { nearest, steps, ...geometry } of shared.bridged) {
    assert.equal(stepsOf(geometry), steps);
    nearest.forEach(([[level]], i) => {
      const before = nearest.slice(0, i).map(([[one]]) => one).filter((one) => one < level);
      const own = [...new Set(before)].filter((one) => !geometry.bridges[one]);
      assert.equal(lineNumber(geometry, level), geometry.bridges.length ? own.length : level);
    });
    for (const [[level, offset], line] of nearest) {
      assert.equal(nearestLine(geometry, { level, offset }), line, `${level} ${offset}`);
    }
    const deepest = geometry.zooms.length;
    if (!geometry.closed) assert.equal(nearestLine(geometry, { level: deepest, offset: 0 }), deepest);
  }
});

test("a magnification, a width and a bar are said as Python says them", () => {
  for (const { tens, times, length: long, power: of, bars } of shared.measures) {
    assert.equal(magnification(tens * Math.LN10), times, `${tens}`);
    assert.equal(length(tens), long);
    assert.equal(power(tens, "m"), of);
    for (const [known, [share, name]] of Object.entries(bars)) {
      const metres = known === "known" ? 1 : null;
      const bar = scaleBar(-tens * Math.LN10, metres);
      assert.equal(bar.label, name);
      near(bar.share, share, name);
    }
  }
});

test("a magnification reads well at any power of ten", () => {
  const cases = [[1, "× 1.0"], [3.5, "× 3.5"], [12.34, "× 12"], [9999, "× 9,999"],
    [1.2e6, "× 1.2·10⁶"], [9.99e9, "× 1.0·10¹⁰"], [0.25, "× 0.25"], [1 / 64, "× 0.016"],
    [2e-5, "× 2.0·10⁻⁵"], [0.9999, "× 1.0"]]; // prettier-ignore
  for (const [times, text] of cases) assert.equal(magnification(Math.log(times)), text);
  assert.equal(magnification(4000 * Math.LN2), "× 1.3·10¹²⁰⁴");
});

test("a scale bar is round, fits, and knows its unit", () => {
  assert.equal(scaleBar(Math.log(1e6), 10).label, "2 µm");
  assert.equal(scaleBar(0, 12_700_000).label, "2,000 km");
  assert.equal(scaleBar(0, 1e21).label, "20 thousand light years");
  assert.equal(scaleBar(-Math.log(8), null).label, "2 times the widest view");
  assert.equal(scaleBar(-Math.log(4), null).label, "the widest view");
  assert.equal(scaleBar(Math.log(1000), null).label, "1/5,000 of the widest view");
  for (let log = -60; log < 60; log += 0.37) {
    for (const metres of [null, 3, 1e21]) {
      const { share } = scaleBar(log, metres);
      assert.ok(share > 0.1 && share <= 0.3 + 1e-9, `${share} at ${log}, ${metres} m`);
    }
  }
});

test("a unit of the scale bar is as long as the same word that is typed", () => {
  for (const [text, decade] of Object.entries(shared.decades)) {
    const { share, label } = scaleBar(0, 4 * 10 ** decade);
    assert.equal(label, text);
    near(share, 0.25, text);
  }
});

const { whole } = shared.manifests;

test("what Python writes of a stack is what is read of it", () => {
  for (const manifest of Object.values(shared.manifests)) {
    assert.equal(checked(manifest).version, VERSION);
    assert.deepEqual(Object.keys(manifest).filter((key) => key !== "closed"), Object.keys(whole));
  }
  assert.deepEqual(geometryOf(whole), shared.geometries.mixed);
  assert.deepEqual(geometryOf(shared.manifests.ring), shared.geometries.ring);
  assert.deepEqual([0, 4].map((level) => titleOf(whole, level)), ["a", "e"]);
  assert.equal(titleOf(shared.manifests.broken, 1), "level 1");
});

const manifest = () => ({
  ...whole, zooms: [2, 3], focus: [[0.5, 0.5], [0.4, 0.6]], prompts: ["a", "b", "c"],
  files: ["a.png", "b.png", "c.png"], thumbnails: null,
}); // prettier-ignore

test("a manifest that is none is refused with a reason", () => {
  assert.equal(checked(manifest()).width, whole.width);
  const refused = [
    [null, /not a zoom stack's/], [{ version: 9 }, /version 9.*update/], [{ files: [] }, /pictures/],
    [{ zooms: [2] }, /3 levels need 2 zoom/], [{ zooms: [2, 1] }, /over 1/],
    [{ focus: [[0, 0], [2, 0]] }, /focus/], [{ prompts: ["x"] }, /3 prompts/],
    [{ prompts: [1, 2, 3] }, /prompts/], [{ width: 0 }, /0 x 63/],
    [{ closed: true }, /3 levels need 3 zoom/], [{ closed: true, files: ["a"] }, /needs 2 levels/],
  ]; // prettier-ignore
  for (const [change, reason] of refused) {
    assert.throws(() => checked(change && { ...manifest(), ...change }), reason);
  }
});

test("keys mean what they say, and others are left alone", () => {
  const wishes = new Proxy({}, { get: (_, name) => (...given) => [name, ...given] });
  assert.deepEqual(keyWish("ArrowRight", wishes)(), ["step", 1]);
  assert.deepEqual(keyWish("Home", wishes)(), ["end", "first"]);
  assert.deepEqual(keyWish(" ", wishes)(), ["play"]);
  assert.equal(keyWish("+", wishes)()[0], "zoom");
  for (const key of ["a", "Enter", "Tab", "constructor", "toString"]) {
    assert.equal(keyWish(key, wishes), undefined);
  }
});

const WEB = new URL("../../web/", import.meta.url);
const read = async (name) => readFileSync(new URL(name, WEB), "utf8");

test("a page holds everything, and no text of it becomes HTML", async () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror="alert(1)">&\u2028%modules%';
  const given = { ...manifest(), prompts: [evil, evil, evil] };
  const fetched = async (file) => ({ bytes: new TextEncoder().encode(file), type: "image/png" });
  const page = await buildPage(given, read, fetched);
  assert.ok(!page.includes("<img") && !page.includes("alert(1)</script>"));
  assert.equal(page.match(/<script/g).length, 3);
  const inside = page.match(/id="zoom">(.*)<\/script>/)[1];
  const files = given.files.map((file) => `data:image/png;base64,${btoa(file)}`);
  assert.deepEqual(JSON.parse(inside), { ...given, files });
  const { imports } = JSON.parse(page.match(/type="importmap">(.*)<\/script>/)[1]);
  assert.ok(Object.keys(imports).includes("zoomstack/zoom/camera.mjs"));
  for (const uri of Object.values(imports)) {
    assert.doesNotMatch(atob(uri.split(",")[1]), /from "\./);
  }
});
