// What the library trained: four ways to three numbers and back, and the digits that they
// are tried on.

import figures from "./turn.json" with { type: "json" };
import { squaredError } from "./network.js";
import { makeSpace, row, sameNearest } from "./turn.space.js";
import { readNetworks, readTensor, run } from "./weights.js";

const PIXELS = 784;
export const NAMES = {
  pca: "PCA-3", ae: "Autoencoder", vae: "VAE (mean codes)", random: "Random linear map",
};

// bytes: of turn.safetensors; rows: of turn.png, 784 pixels each and the label
export function readModels(bytes, rows) {
  const labels = Uint8Array.from(rows, (each) => each[PIXELS]);
  const image = (n) => Float32Array.from(rows[n].subarray(0, PIXELS), (p) => p / 255);
  const decoders = readNetworks(bytes);
  const all = [...labels.keys()];
  const spaces = Object.fromEntries(Object.keys(NAMES).map((name) => {
    const space = makeSpace(readCodes(bytes, name));
    return [name, {
      space,
      error: figures.mse[name],
      nearest: sameNearest(space.points, labels, all),
      reconstruct: (n) => reconstruct(decoders[name], row(space.codes, n), image(n)),
    }];
  }));
  return { digits: { labels, image }, spaces, first: figures.first };
}

// Whole numbers of 16 bits, and what one step is worth.
export function readCodes(bytes, name) {
  const steps = readTensor(bytes, `${name}.codes`).values;
  const [step] = readTensor(bytes, `${name}.step`).values;
  return Float32Array.from(steps, (value) => value * step);
}

// A sum of fixed pictures may leave [0, 1]: it is clipped, as lesson 01 does.
function reconstruct(decoder, z, x) {
  const xHat = run(decoder, z).map((p) => Math.min(1, Math.max(0, p)));
  return { xHat, error: squaredError(xHat, x) };
}
