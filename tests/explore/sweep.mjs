// Trains on the digits as the page does, for some of its epochs, and tells what each measured.

import { readFileSync } from "node:fs";

import { readGrey } from "../../aelesson/explore/src/png.js";
import { PIXELS, train } from "../../aelesson/explore/src/training.js";

const { path, parts: [known, held], settings, until } = JSON.parse(readFileSync(0, "utf8"));
const rows = await readGrey(new Uint8Array(readFileSync(path)));
const images = (from, to) => {
  const pixels = rows.slice(from, to).flatMap((row) => [...row.subarray(0, PIXELS)]);
  return Float32Array.from(pixels, (value) => value / 255);
};
const digits = {
  train: images(0, known), validation: images(known, known + held), shown: images(0, 1),
};
const measured = [];
for (const { epoch, validation, dead } of train(digits, settings)) {
  if (validation === undefined) continue;
  measured.push({ epoch, validation, dead });
  if (epoch === until) break;
}
console.log(JSON.stringify(measured));
