/** What WebGL2 takes many words for: programs, textures, axes as textures. */

import { QUAD } from "./shaders.mjs";

/** Texels that a row of an axis texture has: two numbers and the weights. */
export const texelsOf = ({ taps }) => Math.ceil((taps + 2) / 4);

/** An axis, and its soft edge where it has one, as a texture. */
export function upload(gl, target, axis, edge) {
  const { taps, first, weights } = axis;
  const width = 4 * texelsOf(axis);
  const values = new Float32Array(first.length * width);
  for (let k = 0; k < first.length; k++) {
    values[k * width] = first[k];
    values[k * width + 1] = edge ? edge[k] : 1;
    values.set(weights.subarray(k * taps, (k + 1) * taps), k * width + 2);
  }
  gl.bindTexture(gl.TEXTURE_2D, target);
  gl.texImage2D(
    gl.TEXTURE_2D, 0, gl.RGBA32F, width / 4, first.length, 0, gl.RGBA, gl.FLOAT, values,
  ); // prettier-ignore
}

/** A texture whose texels are read one by one. */
export function texture(gl) {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  }
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
    gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  }
  return made;
}

/** A program of our one vertex shader and a fragment shader, and the places of its uniforms. */
export function program(gl, fragment) {
  const made = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, QUAD], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) {
    throw new Error(`WebGL2 refused a program: ${gl.getProgramInfoLog(made) ?? "context lost"}.`);
  }
  const places = new Map();
  const at = (name) => {
    if (!places.has(name)) places.set(name, gl.getUniformLocation(made, name));
    return places.get(name);
  };
  return { program: made, at };
}
