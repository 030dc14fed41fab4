// Ways to spoil an image, the median filter, and how close an answer comes.

import { randomFrom, squaredError } from "./network.js";

export const SIDE = 28, PIXELS = SIDE * SIDE;
const MOST_BLOTS = 10;
export const BLOT = 2; // the radius of a blot, in pixels; its edge is one pixel soft

export const clip = (x) => x.map((value) => Math.min(1, Math.max(0, value)));

// ---- noise ------------------------------------------------------------------------

// All that is drawn at random, from a seed. A new strength needs no new draw: more noise
// on the same pixels is seen.
export function drawNoise(seed) {
  const random = randomFrom(seed);
  const uniform = (count) => Float32Array.from({ length: count }, random);
  return {
    hit: uniform(PIXELS), // a pixel is hit where this is below the strength
    white: uniform(PIXELS), // and turns white where this is below 1/2
    normal: uniform(PIXELS).map((u) => // Box and Muller
      Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * random())),
    blots: Array.from({ length: MOST_BLOTS }, (_, n) =>
      ({ x: SIDE * random(), y: SIDE * random(), colour: n % 2 })),
  };
}

// (x, strength, what was drawn) -> the noisy image
export const noises = {
  // strength: the standard deviation; cut to [0, 1], as in the lesson
  gaussian: (x, strength, { normal }) =>
    clip(x.map((value, i) => value + strength * normal[i])),
  // strength: the share of the pixels that is hit
  salt: (x, strength, { hit, white }) => x.map((value, i) =>
    (hit[i] < strength ? Number(white[i] < 0.5) : value)),
  masking: (x, strength, { hit }) => x.map((value, i) => (hit[i] < strength ? 0 : value)),
  // strength: the number of blots, a black one and a white one in turn
  brush: (x, strength, { blots }) => painted(x, blots.slice(0, strength)),
};

// blots: [{ x, y, colour }], places in pixels, colour 0 or 1; a later one lies on top.
export function painted(x, blots) {
  const image = x.slice();
  for (const blot of blots) addBlot(image, blot);
  return image;
}

function addBlot(image, { x, y, colour }) {
  const reach = BLOT + 1;
  const first = (at) => Math.max(0, Math.floor(at - reach));
  const last = (at) => Math.min(SIDE - 1, Math.ceil(at + reach));
  for (let row = first(y); row <= last(y); row++) {
    for (let column = first(x); column <= last(x); column++) {
      const away = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const cover = Math.min(1, Math.max(0, BLOT + 0.5 - away));
      const i = row * SIDE + column;
      image[i] += cover * (colour - image[i]);
    }
  }
}

// ---- what cleans without having learnt --------------------------------------------

// The median of 3 x 3 pixels; beyond the border, the border is repeated.
export function median(x) {
  const nine = new Float32Array(9);
  const inside = (at) => Math.min(SIDE - 1, Math.max(0, at));
  return x.map((_, i) => {
    const row = Math.floor(i / SIDE), column = i % SIDE;
    for (let k = 0; k < 9; k++) {
      const down = Math.floor(k / 3) - 1, right = (k % 3) - 1;
      nine[k] = x[inside(row + down) * SIDE + inside(column + right)];
    }
    return nine.sort()[4];
  });
}

// ---- how close an answer comes ----------------------------------------------------

// In decibels, for pixels up to 1; Infinity where no pixel differs.
export const psnr = (xHat, x) => -10 * Math.log10(squaredError(xHat, x));

// Pixels with ink (above 1/2) where the clean image has none, and the other way round.
export function inkErrors(xHat, x) {
  let falseInk = 0, missingInk = 0;
  x.forEach((value, i) => {
    if (xHat[i] > 0.5 && value <= 0.5) falseInk++;
    if (xHat[i] <= 0.5 && value > 0.5) missingInk++;
  });
  return { falseInk, missingInk };
}
