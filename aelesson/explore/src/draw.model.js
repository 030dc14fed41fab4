// What is computed of a drawing: codes, pictures, errors, and the nearest training images.

import { squaredError } from "./network.js";
import { run } from "./weights.js";

const clip = (value) => Math.min(1, Math.max(0, value));

// x: 784 pixels in [0, 1].
export const encode = ({ encoder }, x) => run(encoder, x);

// The decoder's picture of a code, and its error per pixel.
export function decode({ decoder }, z, x) {
  const xHat = run(decoder, z);
  return { xHat, error: squaredError(xHat, x) };
}

// PCA as two layers without a bend, clipped as a sigmoid's picture is.
export function pca(networks, x) {
  const xHat = run(networks.pca_decoder, run(networks.pca_encoder, x)).map(clip);
  return { xHat, error: squaredError(xHat, x) };
}

// ---- the nearest ------------------------------------------------------------------

// Rows of `width` numbers; unit: what 1 of them is worth.
export function makeBank(values, width, unit = 1) {
  const squares = new Float64Array(values.length / width);
  for (let i = 0; i < values.length; i++) {
    squares[Math.floor(i / width)] += (unit * values[i]) ** 2;
  }
  return { values, width, unit, squares };
}

// The rows t nearest to x, the nearest first: |x - t|^2 = |x|^2 + |t|^2 - 2 x t.
export function nearest({ values, width, unit, squares }, x, count) {
  const places = [...x.keys()].filter((i) => x[i] !== 0); // most pixels are black
  const factors = Float64Array.from(places, (i) => 2 * unit * x[i]);
  const own = x.reduce((total, value) => total + value * value, 0);
  const best = [];
  for (let n = 0; n < squares.length; n++) {
    let square = own + squares[n];
    for (let k = 0; k < places.length; k++) square -= factors[k] * values[n * width + places[k]];
    if (best.length < count || square < best.at(-1).square) insert(best, { n, square }, count);
  }
  return best.map(({ n, square }) => ({ n, distance: Math.sqrt(Math.max(0, square)) }));
}

function insert(best, each, count) {
  const at = best.findIndex(({ square }) => each.square < square);
  best.splice(at < 0 ? best.length : at, 0, each);
  best.length = Math.min(best.length, count);
}

// ---- among the validation digits ----------------------------------------------------

// percentiles: of their errors, the 0th to the 100th. How many of 100 have a smaller one.
export const rank = (percentiles, error) =>
  percentiles.findLastIndex((each) => each <= error);
