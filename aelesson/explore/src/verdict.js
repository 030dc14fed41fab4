// What happened, in words. Every number in them was measured in this page, but for the
// two baselines, which the library measured on the same validation images.

import baselines from "./baselines.json" with { type: "json" };

const { meanImage, pca } = baselines;

// A run that learnt nothing is laid to a rate beyond these: the same settings, tried, learn
// at 0.005.
const TOO_HIGH = 0.05, TOO_LOW = 1e-5;
const PATIENCE = 3; // epochs, before it is said that nothing is learnt

// run: { state, loaded, settings, validation: [errors of epochs 0, 1, ...], dead, reason }
export const verdict = (run) => words[run.state](run);

const words = {
  ready: () => "Choose, then press Start: the network learns here, in this page.",
  loading: ({ loaded }) => (loaded ? "Starting …" : "Loading 5,000 digits, 0.8 MB …"),
  failed: ({ reason }) => `It cannot train here: ${reason}.`,
  broken: ({ settings }) =>
    `The loss is not a number any more: ${tooHigh(settings)} From here nothing can be ` +
    "learnt; begin again.",
  running: (run) => nothing(run) || passed(run) || `Training. ${goal(run)}`,
  stopped: (run) => (run.validation.length < 2 ? "Stopped in the first epoch." :
    `Stopped after ${epochs(run)}. ${nothing(run) || compared(run, "")}`),
  done: (run) => [nothing(run) || compared(run, ` after ${epochs(run)}`), died(run),
    rose(run)].filter(Boolean).join(" "),
};

export const rateInWords = (text) =>
  "The learning rate must be a number above 0, such as 0.005, and is " +
  `${text.trim() ? `“${text}”` : "empty"}.`;

export const noPicturesInWords = (reason) =>
  `The pictures of the digits and of PCA cannot be shown: ${reason}.`;

const name = ({ settings }) => `PCA-${settings.latentDim}`;
const target = ({ settings }) => pca[settings.latentDim];
const percent = (ratio) => `${Math.round(Math.abs(ratio - 1) * 100)}\u00a0%`;
const epochs = ({ validation }) => counted(validation.length - 1);
export const counted = (count) => `${count} epoch${count === 1 ? "" : "s"}`;
const tooHigh = ({ rate }) => `the learning rate, ${rate}, is too high. Try 0.005.`;

const goal = (run) =>
  `${name(run)} is beaten below a validation error of ${target(run).toFixed(4)}.`;

function passed(run) {
  const first = run.validation.findIndex((error) => error < target(run));
  return first > 0 ? `Ahead of ${name(run)} after ${counted(first)}.` : "";
}

function compared(run, when) {
  const ratio = run.validation.at(-1) / target(run);
  const apart = `${percent(ratio)} ${ratio < 1 ? "lower" : "higher"}.`;
  const first = passed(run);
  if (ratio < 1) return `${first} Now the network's error is ${apart}`;
  if (first) return `${first} But now the network is behind: its error is ${apart}`;
  return `Behind ${name(run)}${when}: the network's error is ${apart}`;
}

function nothing(run) {
  const { validation, settings, dead } = run;
  const error = validation.at(-1);
  const tried = run.state === "done" || validation.length > PATIENCE;
  if (!tried || error < 0.98 * meanImage) return "";
  const found = `Nothing is learnt: its error is ${error.toFixed(3)}, and answering every ` +
    `digit with the mean image gives ${meanImage.toFixed(3)}.`;
  if (settings.rate >= TOO_HIGH) return `${found} Most likely ${tooHigh(settings)}`;
  if (settings.rate <= TOO_LOW) {
    return `${found} At a learning rate of ${settings.rate} the weights hardly move.`;
  }
  if (dead === settings.latentDim) return `${found} Every code unit is dead.`;
  return found;
}

function died({ dead, settings: { latentDim } }) {
  if (!dead) return "";
  return `${dead} of ${latentDim} code units are dead: 0 for every training digit.`;
}

// A validation error that has risen again.
function rose({ validation }) {
  const lowest = Math.min(...validation);
  if (validation.at(-1) < 1.03 * lowest) return "";
  const epoch = validation.indexOf(lowest);
  return `The validation error was lowest after ${counted(epoch)}, ${lowest.toFixed(4)}.`;
}
