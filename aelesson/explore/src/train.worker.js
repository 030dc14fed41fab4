// Trains beside the page, so that the page stays quick.

import baselines from "./baselines.json" with { type: "json" };
import { readGrey } from "./png.js";
import { PIXELS, train } from "./training.js";

const { parts, shown } = baselines;

let digits; // read once
let run; // { id, reports } of the run in progress
let turn = 0; // who may train: a loop ends when its turn is over

const orders = {
  async begin({ id, settings, sheet }) {
    digits ??= await readDigits(sheet);
    run = { id, reports: train(digits, settings) };
    await orders.go();
  },
  async go() {
    turn += 1;
    for (const mine = turn; mine === turn; ) {
      report();
      await new Promise((next) => setTimeout(next)); // hears what the page says
    }
  },
  stop() {
    turn += 1;
  },
};

onmessage = ({ data: { order, ...rest } }) =>
  Promise.resolve(orders[order](rest)).catch((error) => {
    postMessage({ failed: error.message });
  });

function report() {
  const start = performance.now();
  const { value, done } = run.reports.next();
  if (done) orders.stop();
  postMessage({ id: run.id, done, ...value, milliseconds: performance.now() - start });
}

async function readDigits(sheet) {
  const rows = await readGrey(sheet);
  const validation = parts[0];
  const part = (from, length) => pixels(rows.slice(from, from + length));
  return {
    train: part(0, parts[0]),
    validation: part(validation, parts[1]),
    shown: pixels(shown.map((at) => rows[validation + at])),
  };
}

// Images as one array of numbers in [0, 1]; behind the pixels of a row stands its label.
function pixels(rows) {
  const images = new Float32Array(rows.length * PIXELS);
  rows.forEach((row, n) => {
    for (let i = 0; i < PIXELS; i++) images[n * PIXELS + i] = row[i] / 255;
  });
  return images;
}
