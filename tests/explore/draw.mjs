// Computes with draw.model.js and says with draw.words.js what comes in.

import { readFileSync } from "node:fs";

import { decode, encode, makeBank, nearest, pca, rank }
  from "../../aelesson/explore/src/draw.model.js";
import { sameLabels, verdict } from "../../aelesson/explore/src/draw.words.js";
import { readNetworks } from "../../aelesson/explore/src/weights.js";

const floats = (values) => Float32Array.from(values);

const tasks = {
  errors({ path, images }) {
    const networks = readNetworks(new Uint8Array(readFileSync(path)));
    return images.map((image) => {
      const x = floats(image), z = encode(networks, x);
      return { z: [...z], network: decode(networks, z, x).error, pca: pca(networks, x).error };
    });
  },
  nearest({ rows, width, unit, queries, count }) {
    const bank = makeBank(floats(rows), width, unit);
    return queries.map((x) => nearest(bank, floats(x), count));
  },
  rank: ({ percentiles, errors }) => errors.map((each) => rank(percentiles, each)),
  words: ({ states }) => states.map(verdict),
  labels: ({ labels }) => labels.map(sameLabels),
};

const { task, ...rest } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(tasks[task](rest)));
