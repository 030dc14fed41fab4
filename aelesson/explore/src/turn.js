// Turn codes of three numbers, and compare what a picture shows with what the code holds.

import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import css from "./turn.css";
import { readModels } from "./turn.models.js";
import { makeMotion } from "./turn.motion.js";
import { makePainter } from "./turn.paint.js";
import { byChance, extremes, neighbours, sameNearest } from "./turn.space.js";
import { makeView } from "./turn.view.js";
import { inWords } from "./turn.words.js";

export const { render, mount } = explorable({ css, build });
export default { render };

const NEIGHBOURS = 5;
const QUIET = 400; // milliseconds after the last change, before it is said in words
const SLICE = 8; // milliseconds of a frame that a search may take

function build(stage) {
  const state = {
    models: null, name: "pca", chosen: null, near: [], pointed: null, seen: null, only: new Set(),
    members: [], code: null, chance: null, found: null, reason: "", searching: false,
  };
  const view = makeView();
  const painter = makePainter(view.canvas, view.colour);
  const motion = makeMotion(view.canvas, {
    moved,
    pointed: (x, y) => point(x === null ? null : painter.at(x, y)),
    picked: (x, y) => choose(painter.at(x, y) ?? state.chosen),
  });
  let saying = 0;
  const draw = oncePerFrame(drawNow);

  function moved() {
    if (state.found && !same(state.found, motion.view)) state.found = null;
    changed();
  }

  function changed() {
    draw();
    if (saying && motion.spins()) return; // it would wait for ever
    clearTimeout(saying);
    saying = setTimeout(say, QUIET);
  }

  function say() {
    saying = 0;
    if (state.searching) return;
    view.say(inWords({ ...state, picture: pictureShare(), motion }));
  }

  function drawNow() {
    view.drawMotion(motion);
    if (!state.models) return;
    const { digits: { labels }, spaces } = state.models;
    const { points } = spaces[state.name].space;
    const seen = painter.draw({
      points, labels, view: motion.view, shown, chosen: state.chosen,
      near: state.near, pointed: state.pointed,
    });
    if (!seen) return;
    state.seen = seen;
    view.drawShares({ ...state, picture: pictureShare(), outside: seen.outside });
    view.describe(state, motion.view);
  }

  // Of the picture that was drawn last.
  function pictureShare() {
    if (!state.seen) return null;
    return sameNearest(state.seen.picture, state.models.digits.labels, state.members, true);
  }

  const shown = (n) => state.only.size === 0 || state.only.has(state.models.digits.labels[n]);

  function use(name) {
    state.name = name;
    measure();
  }

  // What depends on the code, and on the classes that are shown.
  function measure() {
    if (!state.models) return;
    const { digits: { labels }, spaces } = state.models;
    state.members = [...labels.keys()].filter(shown);
    state.code = sameNearest(spaces[state.name].space.points, labels, state.members);
    state.chance = byChance(labels, state.members);
    state.found = null;
    choose(state.chosen);
  }

  function choose(n) {
    if (n === null) return;
    state.chosen = n;
    state.near = nearOf(n);
    show(n);
    changed();
  }

  function point(n) {
    if (n === state.pointed) return;
    state.pointed = n;
    show(n ?? state.chosen);
    draw();
  }

  const nearOf = (n) =>
    neighbours(state.models.spaces[state.name].space.points, n, NEIGHBOURS);

  function show(n) {
    const { digits, spaces } = state.models;
    view.showDigit(n, nearOf(n), digits, spaces[state.name].reconstruct(n));
  }

  async function search(which) {
    if (!state.models || state.searching || state.only.size === 1) return;
    const { digits: { labels }, spaces } = state.models;
    const { name, members } = state;
    state.searching = true;
    view.say(inWords(state));
    const found = await extremes(spaces[name].space.points, labels, members, slices());
    state.searching = false;
    if (state.name === name && state.members === members) { // or it was left meanwhile
      motion.look(found[which]);
      state.found = { which, ...found[which] };
    }
    changed();
  }

  view.listen({
    space: use, choose, search,
    only(digits) { state.only = digits; measure(); },
    spin: () => motion.spin(!motion.spins()),
  });
  const redraw = new MutationObserver(draw);
  redraw.observe(stage.root.host, { attributeFilter: ["data-theme"] });
  const resized = new ResizeObserver(draw);
  resized.observe(view.canvas);
  stage.root.append(view.element);
  view.say(inWords(state));
  load(stage).then((models) => {
    state.models = models;
    state.chosen = models.first;
    view.offer(models);
    measure();
  }).catch(({ message }) => {
    state.reason = message;
    motion.spin(false);
    view.say(inWords(state));
  });
  return () => { redraw.disconnect(); resized.disconnect(); motion.end(); clearTimeout(saying); };
}

const same = (a, b) => a.turn === b.turn && a.tilt === b.tilt;

async function load(stage) {
  const bytes = await stage.asset("turn.safetensors");
  return readModels(bytes, await readGrey(await stage.asset("turn.png")));
}

// Waits for the next frame whenever a slice of this one is used up.
function slices() {
  let start = performance.now();
  return async () => {
    if (performance.now() - start < SLICE) return;
    await new Promise((next) => requestAnimationFrame(next));
    start = performance.now();
  };
}
