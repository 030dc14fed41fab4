// The training loop of the page. It stops at every report, and goes on when asked to.

import {
  autoencoder, forward, randomFrom, schedules, shuffled, squaredError, trainStep,
} from "./network.js";

export const PIXELS = 784;
const BATCH = 64;
const BATCHES_A_REPORT = 5;

// digits: { train, validation, shown }, images as rows of pixels in [0, 1].
export function* train(digits, settings) {
  const random = randomFrom(settings.seed);
  const layers = autoencoder({ ...settings, pixels: PIXELS }, random);
  const count = digits.train.length / PIXELS;
  const steps = settings.epochs * Math.ceil(count / BATCH);
  let step = 0;
  yield { epoch: 0, ...judge(layers, digits, settings) };

  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const order = shuffled(count, random);
    const means = [runningMean(), runningMean()]; // since the last report; of the epoch
    for (let from = 0; from < count; from += BATCH) {
      const x = batch(digits.train, order.subarray(from, from + BATCH));
      const rate = schedules[settings.schedule](settings.rate, step, steps);
      step += 1;
      const measured = trainStep(layers, x, { loss: settings.loss, rate, step });
      if (!Number.isFinite(measured.loss)) return yield { broken: true };
      for (const mean of means) mean.add(measured.mse, x.length);
      if (step % BATCHES_A_REPORT === 0) {
        const done = epoch - 1 + Math.min(1, (from + BATCH) / count);
        yield { epoch: done, train: means[0].take(), shown: shown(layers, digits) };
      }
    }
    yield { epoch, trainEpoch: means[1].take(), ...judge(layers, digits, settings) };
  }
}

// What is measured between epochs, on images that move no weight.
function judge(layers, digits, settings) {
  const xHat = forward(layers, digits.validation).at(-1);
  return {
    validation: squaredError(xHat, digits.validation),
    dead: settings.code === "relu" ? deadUnits(layers, digits.train) : 0,
    shown: shown(layers, digits),
  };
}

// How many code units are zero for every image.
export function deadUnits(layers, x) {
  const [{ outputs: width }] = layers.slice(1);
  const codes = forward(layers.slice(0, 2), x).at(-1);
  const speaks = new Uint8Array(width);
  codes.forEach((z, at) => { if (z !== 0) speaks[at % width] = 1; });
  return speaks.filter((spoke) => !spoke).length;
}

const shown = (layers, digits) =>
  Uint8Array.from(forward(layers, digits.shown).at(-1), (p) => Math.round(255 * p));

function batch(images, chosen) {
  const x = new Float32Array(chosen.length * PIXELS);
  chosen.forEach((at, n) => {
    x.set(images.subarray(at * PIXELS, (at + 1) * PIXELS), n * PIXELS);
  });
  return x;
}

function runningMean() {
  let total = 0, weight = 0;
  return {
    add(value, share) { total += value * share; weight += share; },
    take() {
      const mean = total / weight;
      total = weight = 0;
      return mean;
    },
  };
}
