// What sparse codes make of images: their latents, how pure these are, and steering.
//
// As `interpret` of the library computes it. Codes are rows of numbers, one for each
// image; a latent is a column of them.

import { run } from "./weights.js";

const CHUNK = 20; // images between two breaths of the page

// Of the positive values of each row, the k largest stay; of equal ones the first.
export function topK(codes, width, k) {
  const kept = new Float32Array(codes.length);
  for (let start = 0; start < codes.length; start += width) {
    const places = [];
    for (let i = start; i < start + width; i++) if (codes[i] > 0) places.push(i);
    places.sort((a, b) => codes[b] - codes[a]);
    for (const i of places.slice(0, k)) kept[i] = codes[i];
  }
  return kept;
}

// What the classifier and each code make of images, in portions, so that the page
// stays quick. images: rows of bytes; names: of the codes.
export async function look(networks, images, names, k, breathe) {
  const parts = { logits: [], ...Object.fromEntries(names.map((name) => [name, []])) };
  for (let from = 0; from < images.length; from += CHUNK) {
    const hidden = run(networks.hidden, pixels(images.slice(from, from + CHUNK)));
    parts.logits.push(run(networks.head, hidden));
    for (const name of names) {
      const encoder = networks[`${name}.encoder`];
      parts[name].push(topK(run(encoder, hidden), encoder.at(-1).outputs, k));
    }
    await breathe();
  }
  const joined = Object.entries(parts).map(([name, all]) => [name, join(all)]);
  return Object.fromEntries(joined);
}

function pixels(rows) {
  const size = rows[0].length;
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, n) => x.set(row, n * size));
  return x.map((value) => value / 255);
}

function join(parts) {
  const whole = new Float32Array(parts.reduce((total, each) => total + each.length, 0));
  let at = 0;
  for (const each of parts) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

// All living latents of a code, the purest first, with what is known of each. digits has
// a character for each latent: the digit that it stands for, or "-" if it is dead.
export function survey(codes, labels, { decoder, head, digits, top, shown }) {
  const living = [...digits].flatMap((digit, latent) =>
    (digit === "-" ? [] : [{ latent, digit: Number(digit) }]));
  const latents = living.map(({ latent, digit }) => {
    const { values, active } = column(codes, digits.length, latent);
    return {
      latent, digit, values, active,
      purity: purity(active, labels, top),
      purityShown: purity(active, labels, shown),
      counts: countClasses(active, labels),
      added: effect(decoder, head, latent),
    };
  });
  return latents.sort((a, b) => b.purity - a.purity);
}

// The activations of one latent, and the images where it is active, strongest first.
export function column(codes, width, latent) {
  const values = new Float32Array(codes.length / width);
  for (let n = 0; n < values.length; n++) values[n] = codes[n * width + latent];
  const active = [...values.keys()].filter((n) => values[n] > 0);
  active.sort((a, b) => values[b] - values[a]);
  return { values, active };
}

// The share of the most frequent class among the `top` images where a latent is
// strongest. Images where it is 0 are of no class.
export function purity(active, labels, top) {
  const counts = countClasses(active.slice(0, top), labels);
  return Math.max(...counts) / top;
}

export function countClasses(images, labels) {
  const counts = new Array(10).fill(0);
  for (const n of images) counts[labels[n]] += 1;
  return counts;
}

// How often activations fall into each of equal bins from 0 to the largest, by class.
export function histograms({ values, active }, labels, bins) {
  const largest = active.length ? values[active[0]] : 1;
  const counts = Array.from({ length: 10 }, () => new Array(bins).fill(0));
  for (const n of active) {
    const bin = Math.min(bins - 1, Math.floor((bins * values[n]) / largest));
    counts[labels[n]][bin] += 1;
  }
  return { largest, counts };
}

// What a push along a direction of length 1 adds to the logits: a direction is a row of
// the decoder, and behind the activations all is linear.
export function effect([{ W, outputs: size }], [head], latent) {
  const direction = W.value.subarray(latent * size, (latent + 1) * size);
  const length = Math.hypot(...direction);
  const added = new Float32Array(head.outputs);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < head.outputs; c++) {
      added[c] += (direction[i] / length) * head.W.value[i * head.outputs + c];
    }
  }
  return added;
}

// Class probabilities of image n after a push.
export function steered(logits, n, added, length) {
  const size = added.length;
  const pushed = Array.from(added, (each, c) => logits[n * size + c] + length * each);
  const largest = Math.max(...pushed);
  const weights = pushed.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, each) => sum + each);
  return weights.map((each) => each / total);
}

// How many images of other digits a push makes the classifier take for `digit`.
export function taken(logits, labels, added, length, digit) {
  const size = added.length;
  let count = 0, others = 0;
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] === digit) continue;
    others += 1;
    const own = logits[n * size + digit] + length * added[digit];
    let c = 0;
    while (c < size && (c === digit || logits[n * size + c] + length * added[c] < own)) c += 1;
    if (c === size) count += 1;
  }
  return { count, others };
}

// ---- chance -----------------------------------------------------------------------

// How likely coins fall right at least `right` times in `rounds`.
export function byGuessing(right, rounds) {
  let ways = 1, total = 0; // ways to choose
  for (let r = 0; r <= rounds; r++) {
    if (r >= right) total += ways;
    ways = (ways * (rounds - r)) / (r + 1);
  }
  return total / 2 ** rounds;
}

// Of all pairs, how often the one is larger, equal, smaller.
export function compare(ours, theirs) {
  const counts = { more: 0, equal: 0, less: 0 };
  for (const a of ours) {
    for (const b of theirs) counts[a > b ? "more" : a < b ? "less" : "equal"] += 1;
  }
  return counts;
}
