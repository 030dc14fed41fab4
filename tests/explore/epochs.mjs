// Trains with training.js, and tells what it began with and in which order it went.

import { readFileSync } from "node:fs";

import { autoencoder, randomFrom, shuffled } from "../../aelesson/explore/src/network.js";
import { PIXELS, train } from "../../aelesson/explore/src/training.js";

const { settings, images } = JSON.parse(readFileSync(0, "utf8"));
const digits = Object.fromEntries(
  Object.entries(images).map(([part, pixels]) => [part, Float32Array.from(pixels)]));

const random = randomFrom(settings.seed);
const layers = autoencoder({ ...settings, pixels: PIXELS }, random);
const count = digits.train.length / PIXELS;
const orders = Array.from({ length: settings.epochs }, () => [...shuffled(count, random)]);

console.log(JSON.stringify({
  orders,
  parameters: layers.flatMap(({ W, b }) => [[...W.value], [...b.value]]),
  reports: [...train(digits, settings)].map(({ shown, ...rest }) =>
    ({ ...rest, shown: shown && [...shown] })),
}));
