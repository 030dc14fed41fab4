// Spoils and cleans an image as the page does, or says what it says; prints it all.

import { readFileSync } from "node:fs";

import { drawNoise, inkErrors, median, noises, painted, psnr } from
  "../../aelesson/explore/src/noises.js";
import { verdict } from "../../aelesson/explore/src/noise.words.js";

const { seed, x, strengths, said } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(said ? said.map(inWords) : spoil(Float32Array.from(x))));

// JSON has no Infinity.
function inWords(seen) {
  return verdict(JSON.parse(JSON.stringify(seen), (key, value) =>
    (key === "psnr" && value === null ? Infinity : value)));
}

function spoil(clean) {
  const drawn = drawNoise(seed);
  const noisy = Object.fromEntries(Object.entries(strengths).map(([name, strength]) =>
    [name, noises[name](clean, strength, drawn)]));
  const each = (look) => Object.fromEntries(Object.entries(noisy).map(([name, image]) =>
    [name, look(image)]));
  const dot = painted(clean, [{ x: 14, y: 14, colour: 1 }]);
  return { drawn: { ...drawn, hit: [...drawn.hit], white: [...drawn.white],
    normal: [...drawn.normal] }, noisy: each((image) => [...image]),
    median: each((image) => [...median(image)]), psnr: each((image) => psnr(image, clean)),
    ink: each((image) => inkErrors(image, clean)), dot: [...dot] };
}
