// Says what walk.words.js says of points and of digits.

import { readFileSync } from "node:fs";

import { digitWords, pointWords } from "../../aelesson/explore/src/walk.words.js";

const { points, digits, figures } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({
  points: points.map((near) => pointWords(near, figures)),
  digits: digits.map((seen) => digitWords(seen, figures)),
}));
