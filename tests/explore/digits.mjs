// Reads digits.png as a page does, and prints the sum of each row, and its label.

import { readFileSync } from "node:fs";

import { readGrey } from "../../aelesson/explore/src/png.js";

const rows = await readGrey(new Uint8Array(readFileSync(JSON.parse(readFileSync(0, "utf8")))));
const sum = (row) => row.slice(0, 784).reduce((total, pixel) => total + pixel, 0);
console.log(JSON.stringify({
  sums: rows.map((row) => sum([...row])), labels: rows.map((row) => row[784]),
}));
