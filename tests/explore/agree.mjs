// Computes with network.js what PyTorch computed: reads the case, prints the results.

import { readFileSync } from "node:fs";

import {
  autoencoder, backward, forward, losses, schedules, trainStep,
} from "../../aelesson/explore/src/network.js";

const { settings, parameters, batches } = JSON.parse(readFileSync(0, "utf8"));
const { loss, schedule, rate } = settings;
const layers = autoencoder(settings, () => 0.5);
const all = layers.flatMap(({ W, b }) => [W, b]);
all.forEach((each, k) => each.value.set(parameters[k]));

const x = Float32Array.from(batches[0]);
const outputs = forward(layers, x);
const first = losses[loss](outputs.at(-1), x, x.length / settings.pixels);
backward(layers, outputs, first.delta);
const gradients = all.map(({ gradient }) => [...gradient]);

const rates = batches.map((_, step) => schedules[schedule](rate, step, batches.length));
const measured = batches.map((batch, k) =>
  trainStep(layers, Float32Array.from(batch), { loss, rate: rates[k], step: k + 1 }));

console.log(JSON.stringify({
  xHat: [...outputs.at(-1)], loss: first.loss, gradients, rates,
  losses: measured.map((each) => each.loss), mse: measured.map((each) => each.mse),
  parameters: all.map(({ value }) => [...value]),
}));
