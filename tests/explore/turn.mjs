// Computes what the page computes of the stored codes, and prints it.

import { readFileSync } from "node:fs";

import { readGrey } from "../../aelesson/explore/src/png.js";
import { readable } from "../../aelesson/explore/src/turn.colours.js";
import { readModels } from "../../aelesson/explore/src/turn.models.js";
import {
  axesOf, byChance, extremes, neighbours, project, sameNearest, VIEWS,
} from "../../aelesson/explore/src/turn.space.js";

const { folder, view, pair, colours, grounds } = JSON.parse(readFileSync(0, "utf8"));
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
const models = readModels(read("turn.safetensors"), await readGrey(read("turn.png")));
const { labels } = models.digits;
const all = [...labels.keys()];
const members = all.filter((n) => pair.includes(labels[n]));

const spaces = {};
for (const [name, { space, nearest, reconstruct }] of Object.entries(models.spaces)) {
  const { points } = space;
  const picture = project(points, axesOf(view));
  spaces[name] = {
    points: [...points], picture: [...picture], nearest,
    errors: all.map((n) => reconstruct(n).error),
    pair: sameNearest(points, labels, members),
    flat: sameNearest(picture, labels, all, true),
    neighbours: all.map((n) => neighbours(points, n, 5)),
    found: await extremes(points, labels, members, () => {}),
    foundAll: await extremes(points, labels, all, () => {}),
  };
}
console.log(JSON.stringify({
  spaces, views: VIEWS, labels: [...labels],
  chance: [byChance(labels, all), byChance(labels, members)],
  colours: grounds.map((ground) => colours.map((each) => readable(each, ground))),
}));
