// Draws strokes as the pad does, and prints pixels and centre of mass.

import { readFileSync } from "node:fs";

import { centreOfMass, digitOf } from "../../aelesson/explore/src/ink.js";

const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ strokes, full }) => {
  const image = digitOf(strokes, full);
  return image && { image: [...image], centre: centreOfMass(image) };
})));
