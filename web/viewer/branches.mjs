/**
 * Several stacks with a common beginning: a tree, as zoomstack/export/tree.py finds it.
 *
 * Its first stack is the trunk, which the manifest describes as it does a stack alone; `branches`
 * holds the others. Each becomes a stack like any other, and one of them is gone through at a time.
 *
 * @import { Manifest } from "./manifest.mjs"
 * @import { Source } from "./scene.mjs"
 * @typedef {object} Branch a stack of the tree, in the manifest of its trunk
 * @property {number} of which stack it leaves: 0 is the trunk, 1 the first branch, and so on
 * @property {number} from the deepest level that it shares with that one
 * @property {number[]} zooms of its own levels, as all that follows but for the thumbnails
 * @property {[number, number][]} focus
 * @property {string[]} prompts
 * @property {(number | null)[]} agreement
 * @property {string[]} files
 * @property {Manifest["thumbnails"]} thumbnails a sheet of all levels from the widest on
 * @property {string[]} notes
 *
 * A way on from a level.
 * @typedef {object} Target
 * @property {number} branch the stack that goes there
 * @property {number} zoom of the level there
 * @property {[number, number]} focus its centre in the level above
 * @property {string} title
 */

import { checked, titleOf } from "./manifest.mjs";

export class Tree {
  /** Throws an Error that says what is wrong with the manifest. @param {Source} source */
  constructor({ manifest, locate, picture }) {
    const whole = checked(manifest);
    /** The stacks. @type {Source[]} */
    this.sources = [{ manifest: whole, locate, picture }];
    /** Whose each level of each stack is: the stack's that shows it first. @type {number[][]} */
    this.owners = [whole.files.map(() => 0)];
    for (const branch of whole.branches ?? []) this.#add(branch, locate);
  }

  /** The deepest level that two stacks have in common. */
  shared(a, b) {
    const [one, other] = [this.owners[a], this.owners[b]];
    let level = 0;
    while (level + 1 < one.length && one[level + 1] === other[level + 1]) level++;
    return level;
  }

  /**
   * The ways on from a level of a stack, the stacks' order; one or none where it does not fork.
   * @returns {Target[]}
   */
  targets(branch, level) {
    const found = new Map();
    this.owners.forEach((owners, other) => {
      if (level + 1 >= owners.length || this.shared(branch, other) < level) return;
      const owner = owners[level + 1];
      // Of those that go the same way on, the one that is gone through.
      if (!found.has(owner) || other === branch) found.set(owner, other);
    });
    return [...found.values()].map((other) => {
      const { manifest } = this.sources[other];
      const [zoom, focus] = [manifest.zooms[level], manifest.focus[level]];
      return { branch: other, zoom, focus, title: titleOf(manifest, level + 1) };
    });
  }

  /** @param {Branch} branch */
  #add(branch, locate) {
    const number = this.sources.length;
    const base = this.sources[branch?.of]?.manifest;
    if (!base || !base.files[branch.from] || !Array.isArray(branch.files)) {
      throw new Error(
        `This is no zoom that can be shown: branch ${number} does not say where it leaves which ` +
          "of the stacks before it.",
      );
    }
    this.sources.push({ manifest: checked(joined(base, branch)), locate });
    const shared = this.owners[branch.of].slice(0, branch.from + 1);
    this.owners.push([...shared, ...branch.files.map(() => number)]);
  }
}

/** A branch as a stack by itself. @param {Manifest} base  @param {Branch} branch @returns {Manifest} */
function joined(base, branch) {
  const { from, zooms, focus, prompts, agreement, files, thumbnails, notes } = branch;
  const levels = from + 1;
  const pairs = (before, own) => [...before.slice(0, from), ...own];
  const texts = base.prompts.length || prompts.length;
  const filled = (list, count, none = "") =>
    list?.length ? list.slice(0, count) : Array(count).fill(none);
  const marks = [...filled(base.bridges, levels, false), ...filled(branch.bridges, files.length, false)];
  return {
    ...base,
    zooms: pairs(base.zooms, zooms),
    focus: pairs(base.focus, focus),
    agreement: pairs(base.agreement, agreement),
    prompts: texts ? [...filled(base.prompts, levels), ...filled(prompts, files.length)] : [],
    files: [...base.files.slice(0, levels), ...files],
    thumbnails, notes,
    bridges: marks.some(Boolean) ? marks : undefined,
    branches: undefined,
  }; // prettier-ignore
}

/**
 * A manifest with other names for its files, those of its branches too.
 * @param {Manifest} manifest  @param {(file: string) => Promise<string>} inside
 * @returns {Promise<Manifest>}
 */
export async function withFiles(manifest, inside) {
  const one = async (part) => {
    const files = [];
    for (const file of part.files) files.push(await inside(file));
    const sheet = part.thumbnails;
    return { ...part, files, thumbnails: sheet && { ...sheet, file: await inside(sheet.file) } };
  };
  const made = await one(manifest);
  if (!manifest.branches) return made;
  const branches = [];
  for (const branch of manifest.branches) branches.push(await one(branch));
  return { ...made, branches };
}
