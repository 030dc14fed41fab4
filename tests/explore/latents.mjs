// What the page computes of every living latent, from the files that it loads.

import { readFileSync } from "node:fs";

import told from "../../aelesson/explore/src/latents.json" with { type: "json" };
import { readGrey } from "../../aelesson/explore/src/png.js";
import {
  byGuessing, compare, histograms, look, steered, survey, taken, topK,
} from "../../aelesson/explore/src/sparse.js";
import { readNetworks } from "../../aelesson/explore/src/weights.js";

const { folder, length, example, guesses, row } = JSON.parse(readFileSync(0, "utf8"));
const bytes = (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
const networks = {
  ...readNetworks(bytes("latents.safetensors")),
  ...readNetworks(bytes("latents_controls.safetensors")),
};
const rows = (await readGrey(bytes("digits.png"))).slice(told.first);
const labels = rows.map((each) => each[784]);
const images = rows.map((each) => each.subarray(0, 784));
const names = Object.keys(told.digits);
const made = await look(networks, images, names, told.k, () => {});
const books = Object.fromEntries(names.map((name) => [name, survey(made[name], labels, {
  decoder: networks[`${name}.decoder`], head: networks.head,
  digits: told.digits[name], top: told.top, shown: 9,
})]));
const facts = (each) => ({
  latent: each.latent, digit: each.digit, purity: each.purity, shown: each.purityShown,
  active: each.active.length, counts: each.counts, top: each.active.slice(0, 9),
  strongest: each.values[each.active[0]],
  binned: histograms(each, labels, 12).counts.map((bins) => bins.reduce((a, b) => a + b)),
  taken: taken(made.logits, labels, each.added, length, each.digit),
  chances: steered(made.logits, example, each.added, length),
});
console.log(JSON.stringify({
  books: Object.fromEntries(names.map((name) => [name, books[name].map(facts)])),
  guessed: guesses.map(([right, rounds]) => byGuessing(right, rounds)),
  kept: [...topK(Float32Array.from(row), row.length, 3)],
  compared: compare([1, 2, 2], [2, 0]),
}));
