// A VAE with a code of two numbers: what it says of a picture, what it draws at a code.

import { activate, randomFrom } from "./network.js";
import { run } from "./weights.js";

export const PIXELS = 784;
export const DRAWS = 32; // of z, for the mean that is the reconstruction term

// A grey value is the probability of white. The same dice for every picture, so that a
// drawing does not flicker while it grows.
const dice = numbers(PIXELS, randomFrom(0));
export const blackAndWhite = (grey) => grey.map((p, i) => (p > dice[i] ? 1 : 0));

// ---- from a picture to the plane --------------------------------------------------

// q(z|x), a normal distribution: its mean and its log-variance.
export function posterior({ encoder }, x) {
  const [m1, m2, v1, v2] = run(encoder, x);
  return { mean: [m1, m2], logvar: [v1, v2] };
}

export const deviation = (logvar) => logvar.map((each) => Math.exp(0.5 * each));

// KL(q || p) to the standard normal, in nats.
export function klToStandardNormal(mean, logvar) {
  const unit = (m, v) => 0.5 * (m ** 2 + Math.exp(v) - v - 1);
  return mean.reduce((total, m, d) => total + unit(m, logvar[d]), 0);
}

// The negative ELBO of x by its two terms; the first one is a mean over draws.
export function negativeElbo(networks, x) {
  const { mean, logvar } = posterior(networks, x);
  const z = draws(mean, logvar);
  const logits = run(networks.decoder, Float32Array.from(z.flat()));
  const reconstruction = bernoulliNll(logits, x) / DRAWS;
  const kl = klToStandardNormal(mean, logvar);
  return {
    mean, logvar, kl, reconstruction, loss: reconstruction + kl,
    drawn: activate.sigmoid(logits), // what the decoder makes of every draw
  };
}

const noise = normals(2 * DRAWS, randomFrom(1));

// z = mean + deviation * noise
function draws(mean, logvar) {
  const std = deviation(logvar);
  return Array.from({ length: DRAWS }, (_, k) =>
    mean.map((m, d) => m + std[d] * noise[2 * k + d]));
}

// -log p(x|z), summed over pixels and over the rows of logits.
export function bernoulliNll(logits, x) {
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i];
    const softplus = Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit)));
    total += softplus - x[i % x.length] * logit;
  }
  return total;
}

// ---- from the plane to pictures ---------------------------------------------------

// What the decoder draws at codes, one row of pixels in [0, 1] after the other.
export const decode = ({ decoder }, codes) =>
  activate.sigmoid(run(decoder, Float32Array.from(codes.flat())));

// Codes on the straight line from one to another, both included.
export const line = (start, end, steps) => Array.from({ length: steps }, (_, n) =>
  start.map((from, d) => from + (n / (steps - 1)) * (end[d] - from)));

// Pictures that fade from one to another, one row after the other.
export const crossFade = (start, end, steps) => Float32Array.from(
  line([...start], [...end], steps).flat());

// ---- places on the plane ----------------------------------------------------------

// The share of the prior's draws that lie farther from 0: in two dimensions, exactly this.
export const shareFarther = ([a, b]) => Math.exp(-0.5 * (a * a + b * b));

// codes: { z, labels }, two numbers each. The classes of the nearest ones, counted, and
// class and distance of the very nearest.
export function neighbours({ z, labels }, [a, b], count) {
  const away = Array.from(labels, (label, n) =>
    [Math.hypot(z[2 * n] - a, z[2 * n + 1] - b), Number(label)]);
  away.sort(([one], [other]) => one - other);
  const counts = new Array(10).fill(0);
  for (const [, label] of away.slice(0, count)) counts[label]++;
  const [distance, nearest] = away[0];
  return { counts, total: count, distance, nearest };
}

// ---- numbers at random ------------------------------------------------------------

function numbers(length, random) {
  return Float32Array.from({ length }, random);
}

// Standard normal, two from two (Box and Muller).
function normals(length, random) {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
