/**
 * Frames by WebGL2: the film's own resampling, in two passes for each layer.
 *
 * The first pass applies the axis matrix of the rows, the second that of the columns, and blends
 * by the layer's share and soft edge. The matrices come from lens.mjs, so a frame here is the
 * film's frame but for the rounding of 8 bits; nothing is left to the graphics card's filters.
 *
 * @import { Layer } from "../zoom/layers.mjs"
 * @import { Picture } from "./scene.mjs"
 */

import { covered, softEdge } from "../zoom/layers.mjs";
import { axisOf } from "../zoom/lens.mjs";
import { program, texelsOf, texture, upload } from "./gl.mjs";
import { COLUMNS, ROWS } from "./shaders.mjs";

/** Draws layers of one stack on a canvas. Throws where the browser has no WebGL2. */
export class WebGLRenderer {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    const options = { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true };
    const gl = canvas.getContext("webgl2", options);
    if (!gl) throw new Error("This browser has no WebGL2.");
    this.kind = "webgl2";
    this.canvas = canvas;
    this.gl = gl;
    this.pictures = new Map();
    this.rows = program(gl, ROWS);
    this.columns = program(gl, COLUMNS);
    this.axes = { rows: texture(gl), columns: texture(gl) };
    this.between = { texture: texture(gl), buffer: gl.createFramebuffer(), width: 0, height: 0 };
    gl.enable(gl.SCISSOR_TEST);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  }

  has(level) {
    return this.pictures.has(level);
  }

  /** Take a level's picture, of any size, in place of the one it has. @param {Picture} picture */
  add(level, picture) {
    const { gl } = this;
    const { width, height } = picture;
    const texels = this.pictures.get(level)?.texels ?? texture(gl);
    gl.bindTexture(gl.TEXTURE_2D, texels);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.pictures.set(level, { texels, width, height });
  }

  drop(level) {
    this.gl.deleteTexture(this.pictures.get(level)?.texels ?? null);
    this.pictures.delete(level);
  }

  /** Draw a frame. @param {Layer[]} layers widest first; their pictures have been added */
  draw(layers) {
    const { gl, canvas } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.disable(gl.BLEND);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.scissor(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    layers.forEach((layer, i) => this.#lay(layer, i === 0));
  }

  /** Hand all memory back to the graphics card. */
  dispose() {
    for (const level of [...this.pictures.keys()]) this.drop(level);
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #lay(layer, fills) {
    const { gl, canvas, between } = this;
    const whole = (count) => ({ start: 0, stop: count });
    const y = fills ? whole(canvas.height) : covered(layer.rows, canvas.height);
    const x = fills ? whole(canvas.width) : covered(layer.columns, canvas.width);
    const [width, height] = [x.stop - x.start, y.stop - y.start];
    if (layer.share === 0 || width < 1 || height < 1) return;

    const picture = this.pictures.get(layer.level);
    const rows = axisOf(layer.rows, y, canvas.height, picture.height);
    const columns = axisOf(layer.columns, x, canvas.width, picture.width);
    const left = Math.max(0, columns.first[0]);
    const right = Math.min(picture.width, columns.first[width - 1] + columns.taps);
    const edges = (span, pixels, count) => (fills ? null : softEdge(span, pixels, count));
    upload(gl, this.axes.rows, rows, edges(layer.rows, y, canvas.height));
    upload(gl, this.axes.columns, columns, edges(layer.columns, x, canvas.width));
    this.#make(picture.width, canvas.height);

    gl.disable(gl.BLEND);
    gl.bindFramebuffer(gl.FRAMEBUFFER, between.buffer);
    this.#pass(this.rows, [picture.texels, this.axes.rows], {
      texels: texelsOf(rows), left, last: picture.height - 1,
    }, [0, 0, right - left, height]); // prettier-ignore

    if (!fills) gl.enable(gl.BLEND);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const { program: second, at } = this.columns;
    gl.useProgram(second);
    gl.uniform1f(at("share"), layer.share);
    gl.uniform2i(at("origin"), x.start, y.start);
    this.#pass(this.columns, [between.texture, this.axes.columns, this.axes.rows], {
      texels: texelsOf(columns), left, last: right - left - 1, height: canvas.height,
    }, [x.start, canvas.height - y.stop, width, height]); // prettier-ignore
  }

  #pass({ program, at }, textures, integers, box) {
    const { gl } = this;
    gl.useProgram(program);
    ["source", "axis", "rows"].slice(0, textures.length).forEach((name, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, textures[unit]);
      gl.uniform1i(at(name), unit);
    });
    gl.activeTexture(gl.TEXTURE0);
    for (const [name, value] of Object.entries(integers)) gl.uniform1i(at(name), value);
    gl.viewport(...box);
    gl.scissor(...box);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Room for what lies between the passes. */
  #make(width, height) {
    const { gl, between } = this;
    if (between.width >= width && between.height >= height) return;
    Object.assign(between, { width, height });
    gl.bindTexture(gl.TEXTURE_2D, between.texture);
    const kind = [gl.RGBA, gl.UNSIGNED_INT_2_10_10_10_REV];
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB10_A2, width, height, 0, ...kind, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, between.buffer);
    gl.framebufferTexture2D(
      gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, between.texture, 0,
    ); // prettier-ignore
  }
}
