// Computes with the plane of a VAE as a page does, and prints what comes out.

import { readFileSync } from "node:fs";

import {
  bernoulliNll, blackAndWhite, crossFade, decode, line, negativeElbo, neighbours, shareFarther,
} from "../../aelesson/explore/src/plane.js";
import { readNetworks, run } from "../../aelesson/explore/src/weights.js";

const { path, pictures, places, codes, around } = JSON.parse(readFileSync(0, "utf8"));
const networks = readNetworks(new Uint8Array(readFileSync(path)));
console.log(JSON.stringify({
  seen: pictures.map((grey) => {
    const x = blackAndWhite(Float32Array.from(grey));
    return { x: [...x], ...negativeElbo(networks, x), drawn: null };
  }),
  decoded: places.map((z) => [...decode(networks, [z])]),
  nll: places.map((z) =>
    bernoulliNll(run(networks.decoder, Float32Array.from(z)), pictures[0])),
  near: places.map((z) => neighbours(codes, z, around)),
  farther: places.map(shareFarther),
  line: line(...places.slice(0, 2), 8),
  faded: [...crossFade(...pictures.slice(0, 2).map((each) => Float32Array.from(each)), 8)],
}));
