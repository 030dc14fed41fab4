// Reads the networks of a file as a page does, and prints what each makes of its inputs.

import { readFileSync } from "node:fs";

import { readNetworks, run } from "../../aelesson/explore/src/weights.js";

const { path, inputs } = JSON.parse(readFileSync(0, "utf8"));
const networks = readNetworks(new Uint8Array(readFileSync(path)));
const outputs = Object.entries(networks).map(([name, layers]) =>
  [name, [...run(layers, Float32Array.from(inputs[name].flat()))]]);
console.log(JSON.stringify(Object.fromEntries(outputs)));
