// What a sparse autoencoder's latents like, and what those of frozen directions like.

import told from "./latents.json" with { type: "json" };
import css from "./latents.css";
import { makeView } from "./latents.view.js";
import { words } from "./latents.words.js";
import { randomFrom } from "./network.js";
import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import { compare, look, survey } from "./sparse.js";
import { readNetworks } from "./weights.js";

export const { render, mount } = explorable({ css, build });
export default { render };

const CODES = ["sae", "random", "images"];
const PIXELS = 784;
const SHOWN = 9; // images of a latent
const FIRST_IMAGE = 3, FIRST_LENGTH = 0;

function build(stage, { seed = 0 }) {
  const state = {
    stage: "loading", sides: [], sae: 0, answer: null,
    rounds: 0, right: 0, purer: { right: 0, equal: 0 },
    digit: FIRST_IMAGE, length: FIRST_LENGTH, reason: "",
  };
  const random = randomFrom(seed);
  const view = makeView(state, { answer, open, next, choose, another, steer });
  const draw = oncePerFrame(() => view.draw(state, words(state)));
  let ended = false;

  const begin = (world) => {
    Object.assign(state, world);
    view.setWorld(state);
    next();
  };
  stage.root.append(view.element);
  draw();
  load(stage, () => breathe(() => ended)).then(begin).catch(({ message }) => {
    Object.assign(state, { stage: "failed", reason: message });
    draw();
  });

  // A pair, one latent of each, in random order.
  function next() {
    state.sae = Number(random() < 0.5);
    state.sides = ["random", "random"].map((code, side) =>
      any(side === state.sae ? "sae" : code));
    set({ stage: "asked", answer: null });
  }

  function answer(side) {
    if (state.stage !== "asked") return;
    const [ours, theirs] = [state.sae, 1 - state.sae].map((at) => chosen(at).purityShown);
    state.rounds += 1;
    state.right += Number(side === state.sae);
    state.purer.right += Number(ours > theirs);
    state.purer.equal += Number(ours === theirs);
    set({ stage: "answered", answer: side });
  }

  function open() { set({ stage: "open" }); }

  // A latent, or another code and its latent of middling purity.
  function choose(side, { code, place }) {
    const middle = Math.floor(state.books[code].length / 2);
    state.sides[side] = { code, place: place ?? middle };
    draw();
  }

  function another(side) {
    const before = state.sides[side];
    do state.sides[side] = any(before.code);
    while (state.sides[side].place === before.place);
    draw();
  }

  function steer(changes) { set(changes); }

  const any = (code) => ({ code, place: Math.floor(random() * state.books[code].length) });
  const chosen = (side) => state.books[state.sides[side].code][state.sides[side].place];
  function set(changes) {
    Object.assign(state, changes);
    draw();
  }
  return () => { ended = true; };
}

// Lets the page draw; ends the work of a page that was left.
async function breathe(ended) {
  await new Promise((next) => setTimeout(next));
  if (ended()) throw new Error("the page was left");
}

// The test images, what the networks make of them, and the living latents of each code.
async function load(stage, breathe) {
  const [ours, controls, sheet] = await Promise.all([
    stage.asset("latents.safetensors"), stage.asset("latents_controls.safetensors"),
    stage.asset("digits.png"),
  ]);
  const networks = { ...readNetworks(ours), ...readNetworks(controls) };
  const rows = (await readGrey(sheet)).slice(told.first);
  const images = rows.map((row) => row.subarray(0, PIXELS));
  const labels = rows.map((row) => row[PIXELS]);
  const made = await look(networks, images, CODES, told.k, breathe);
  const books = {};
  for (const name of CODES) {
    books[name] = survey(made[name], labels, {
      decoder: networks[`${name}.decoder`], head: networks.head,
      digits: told.digits[name], top: told.top, shown: SHOWN,
    });
    await breathe();
  }
  const shown = (name) => books[name].map((each) => each.purityShown);
  return {
    images, labels, books, logits: made.logits, top: told.top, usual: told.usual,
    pairs: compare(shown("sae"), shown("random")),
  };
}
