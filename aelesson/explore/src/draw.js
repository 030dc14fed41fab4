// Draw a digit, or something else: what do an autoencoder and PCA make of it?

import { makeCode } from "./draw.code.js";
import css from "./draw.css";
import figures from "./draw.json" with { type: "json" };
import { decode, encode, makeBank, nearest, pca } from "./draw.model.js";
import { makeView, NEIGHBOURS } from "./draw.view.js";
import { verdict } from "./draw.words.js";
import { digitOf } from "./ink.js";
import { makePad } from "./pad.js";
import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import { readNetworks } from "./weights.js";

export const { render, mount } = explorable({ css, build });
export default { render };

const PIXELS = 784, FIRST = "4";
const [TRAINING, VALIDATION] = figures.parts;
const LOADING = `the ${TRAINING.toLocaleString("en")} training images are loading`;

function build(stage) {
  const known = { networks: null, digits: null, failed: "", noDigits: "" };
  let fresh = true; // the drawing has changed
  let found = null; // what is known of it
  const code = makeCode({ changed: () => draw() });
  const pad = makePad({ label: "Or take", changed: () => { fresh = true; draw(); } });
  const view = makeView({ pad, code });

  const draw = oncePerFrame(() => {
    if (fresh && known.networks) {
      found = look(known.networks, pad.image());
      code.show(found?.z ?? null);
      fresh = false;
    }
    const state = { ...known, ...found, own: null, ...ofCode(found) };
    state.waiting = !known.networks;
    state.near = neighbours(known, found, code.code());
    state.percentiles = figures.errors.network;
    view.draw(state, verdict(state));
  });

  // What depends on the code, which may be the reader's own.
  function ofCode(found) {
    if (!found) return {};
    const shown = decode(known.networks, code.code(), found.x), own = code.own();
    return { shown, own: own && { ...own, error: shown.error } };
  }

  stage.asset("draw.safetensors").then(readNetworks).then((networks) => {
    known.networks = networks;
    return encodeAll(known, draw);
  }).catch(({ message }) => { known.failed = message; }).finally(draw);

  stage.asset("digits.png").then(readGrey).then((rows) => {
    known.digits = readDigits(rows);
    pad.offer({ ...known.digits.test, ...examples() }, FIRST);
    return encodeAll(known, draw);
  }).catch(({ message }) => {
    known.noDigits = message;
    pad.offer(examples());
  }).finally(draw);

  stage.root.append(view.element);
  draw();
  return () => { known.ended = true; };
}

// Drawings that a program made, for who does not draw.
const examples = () => Object.fromEntries(Object.entries(figures.examples).map(
  ([name, strokes]) => [name, digitOf(strokes, 100)]));

function look(networks, x) {
  if (!x) return null;
  const z = encode(networks, x), byPca = pca(networks, x);
  return { x, z, network: decode(networks, z, x).error, byPca, pca: byPca.error };
}

// ---- the training images --------------------------------------------------------------

// rows: all digits, training first, then validation and test; a label behind the pixels
function readDigits(rows) {
  const pixels = new Uint8Array(TRAINING * PIXELS);
  const training = rows.slice(0, TRAINING);
  training.forEach((row, n) => pixels.set(row.subarray(0, PIXELS), n * PIXELS));
  const test = {};
  for (const row of rows.slice(TRAINING + VALIDATION)) {
    test[row[PIXELS]] ??= Float32Array.from(row.subarray(0, PIXELS), (value) => value / 255);
  }
  const labels = training.map((row) => row[PIXELS]);
  return { pixels: makeBank(pixels, PIXELS, 1 / 255), code: null, labels, test };
}

// The codes of the training images, some at a time, so that the page stays quick.
async function encodeAll(known, draw, step = 50) {
  const { networks, digits } = known;
  if (!networks || !digits) return;
  const { values } = digits.pixels;
  const codes = new Float32Array(TRAINING * figures.usual.length);
  for (let n = 0; n < TRAINING && !known.ended; n += step) {
    const bytes = values.subarray(n * PIXELS, (n + step) * PIXELS);
    const z = encode(networks, Float32Array.from(bytes, (value) => value / 255));
    codes.set(z, n * figures.usual.length);
    await new Promise((next) => setTimeout(next));
  }
  digits.code = makeBank(codes, figures.usual.length);
  draw();
}

function neighbours({ digits, noDigits }, found, z) {
  const why = noDigits ? "not there" : !digits?.code ? LOADING : !found ? "draw first" : "";
  if (why) return { pixels: why, code: why };
  // Those in pixels change with the drawing alone.
  found.inPixels ??= nearest(digits.pixels, found.x, NEIGHBOURS);
  const inCode = nearest(digits.code, z, NEIGHBOURS);
  return { pixels: images(digits, found.inPixels), code: images(digits, inCode) };
}

function images({ pixels: { values }, labels }, best) {
  const all = new Uint8Array(best.length * PIXELS);
  best.forEach(({ n }, k) => all.set(values.subarray(n * PIXELS, (n + 1) * PIXELS), k * PIXELS));
  return { images: all, labels: best.map(({ n }) => labels[n]) };
}
