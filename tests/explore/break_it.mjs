// Measures images with measure.js, and draws normal numbers, as the page does.

import { readFileSync } from "node:fs";

import { normals, range, spread } from "../../aelesson/explore/src/break_it.measure.js";
import { randomFrom } from "../../aelesson/explore/src/network.js";

const { images, seed, numbers } = JSON.parse(readFileSync(0, "utf8"));
const flat = Float32Array.from(images.flat());
console.log(JSON.stringify({
  spread: spread(flat, images.length), range: range(flat),
  normals: [...normals(numbers, randomFrom(seed))],
}));
