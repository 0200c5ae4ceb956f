/** The two passes of a layer, for WebGL2. */

/** One triangle over all of the target. */
export const QUAD = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}`;

/*
 * An axis texture has a row for each pixel: its first source pixel, its soft edge, its weights,
 * four numbers to a texel. What lies between the passes is kept in 10 bits a colour, from -0.5 to
 * 1.5: Lanczos overshoots.
 */
const HEADER = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D source, axis;
uniform int left, last, texels;
out vec4 colour;
`;

/* A pixel's weighted sum, from what `at` makes of a place along the axis and one across it. */
const SUM = `
vec3 seen(int pixel, int row) {
  vec4 head = texelFetch(axis, ivec2(0, pixel), 0);
  int first = int(head.x) - START;
  vec3 sum = head.z * at(first, row) + head.w * at(first + 1, row);
  for (int texel = 1; texel < texels; texel++) {
    vec4 weight = texelFetch(axis, ivec2(texel, pixel), 0);
    int here = first + 4 * texel - 2;
    sum += weight.x * at(here, row) + weight.y * at(here + 1, row);
    sum += weight.z * at(here + 2, row) + weight.w * at(here + 3, row);
  }
  return sum;
}`;

/** The first pass: each column of the picture, as high as the frame. */
export const ROWS = `${HEADER}
#define START 0
vec3 at(int row, int column) {
  return texelFetch(source, ivec2(column, clamp(row, 0, last)), 0).rgb;
}
${SUM}
void main() {
  ivec2 place = ivec2(gl_FragCoord.xy);
  colour = vec4(seen(place.y, place.x + left) * 0.5 + 0.25, 1.0);
}`;

/** The second: as wide as the frame, with the layer's share and soft edge as its alpha. */
export const COLUMNS = `${HEADER}
uniform sampler2D rows;
uniform ivec2 origin;
uniform int height;
uniform float share;
#define START left
vec3 at(int column, int row) {
  return texelFetch(source, ivec2(clamp(column, 0, last), row), 0).rgb;
}
${SUM}
void main() {
  ivec2 place = ivec2(gl_FragCoord.x, float(height) - gl_FragCoord.y) - origin;
  float edge = texelFetch(axis, ivec2(0, place.x), 0).y * texelFetch(rows, ivec2(0, place.y), 0).y;
  colour = vec4(seen(place.x, place.y) * 2.0 - 0.5, share * edge);
}`;
