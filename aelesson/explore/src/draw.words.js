// What is said of a drawing. Errors are measured in the page; what they are compared
// with, the errors of the validation digits, the library measured with the same weights.

import { aDigit } from "./digits.words.js";
import { rank } from "./draw.model.js";

const ALARM = 99; // of 100 validation digits have a smaller error

// state: { failed, waiting, x, network, pca, own, percentiles }; network, pca: errors
export function verdict(state) {
  if (state.failed) return `It cannot compute: ${state.failed}.`;
  if (state.waiting) return "Loading the networks, 0.3 MB …";
  const spoken = state.x ? ofDrawing(state) : "Draw a digit on the black paper, or take one.";
  return [spoken, missing(state)].filter(Boolean).join(" ");
}

const missing = ({ noDigits }) =>
  (noDigits ? `The training images cannot be shown: ${noDigits}.` : "");

function ofDrawing(state) {
  if (state.own) return ofOwnCode(state);
  return `${nearer(state)} ${among(rank(state.percentiles, state.network))}`;
}

export const error = (value) => value.toFixed(4);
export const ofCode = (value) => value.toFixed(1).replace(/^-0\.0$/, "0.0").replace("-", "−");

function nearer({ network, pca }) {
  if (Math.max(network, pca) < 1.005 * Math.min(network, pca)) {
    return "The network and PCA are equally near.";
  }
  const times = (Math.max(network, pca) / Math.min(network, pca)).toFixed(2);
  return network < pca ? `The network is nearer: PCA’s error is ${times} times as large.` :
    `PCA is nearer: the network’s error is ${times} times as large.`;
}

function among(larger) {
  if (larger < 0) return "The network’s error is smaller than that of every validation digit.";
  const whose = larger === 100 ? "every validation digit" :
    `${larger || "fewer than 1"} of 100 validation digits`;
  const anomaly = larger >= ALARM ? "counts as an anomaly" : "is no anomaly";
  return `The network’s error is larger than that of ${whose}: with a threshold that 1 of ` +
    `100 of them passes, this drawing ${anomaly} (lesson 10).`;
}

// own: { unit, value, was, changed, error }; unit counts from 1, error is of the picture
function ofOwnCode({ own, network }) {
  const what = own.changed === 1 ?
    `Your code: number ${own.unit} is ${ofCode(own.value)} in place of ${ofCode(own.was)}.` :
    `Your code: ${own.changed} of 32 numbers are changed.`;
  return `${what} The decoder’s picture of it has an error of ${error(own.error)}; that of ` +
    `the encoder’s code has ${error(network)}.`;
}

// labels: of the nearest training images, the nearest first
export function sameLabels(labels) {
  const counts = labels.reduce((all, each) => ({ ...all, [each]: (all[each] ?? 0) + 1 }), {});
  const [label, most] = Object.entries(counts).sort(([, a], [, b]) => b - a)[0];
  return `${most} of ${labels.length} show ${aDigit(Number(label))}`;
}
