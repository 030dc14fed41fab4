// Walk through the plane of a VAE: drag a point and see what the decoder draws there.

import {
  blackAndWhite, crossFade, decode, deviation, line, negativeElbo, neighbours, PIXELS,
  posterior,
} from "./plane.js";
import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import css from "./walk.css";
import figures from "./walk.json" with { type: "json" };
import { makeView, STEPS } from "./walk.view.js";
import { readNetworks } from "./weights.js";

export const { render, mount } = explorable({ css, build });
export default { render };

const DRAWN = 6; // pictures of draws that are shown

function build(stage) {
  const state = { z: [0, 0], digit: null, line: null, closer: false };
  let networks = null, examples = {};
  const view = makeView({ figures, moved, changed: () => read(), lined: leadOn });
  const draw = oncePerFrame(() => {
    if (!networks) return;
    const near = neighbours(figures.codes, state.z, figures.around);
    view.draw({ ...state, near, xHat: decode(networks, [state.z]) });
  });
  const read = oncePerFrame(() => {
    if (!networks) return;
    const grey = view.image();
    state.digit = grey && look(networks, grey, view.label());
    leadOn();
    closer(state.closer);
  });

  // The line to the second digit; the point stays where it is.
  function leadOn() {
    const grey = view.image(), end = examples[view.end()];
    state.line = state.digit && end ? walk(networks, grey, state.digit.mean, end) : null;
    draw();
  }

  function moved(z) {
    state.z = z;
    draw();
  }

  // Close to the posterior, or back to the whole plane.
  function closer(wanted) {
    state.closer = wanted && state.digit !== null;
    view.map.look(state.closer ? state.digit.mean : null);
    if (state.closer) state.z = state.digit.mean;
    draw();
  }

  async function load() {
    const bytes = await stage.asset("walk.safetensors");
    const rows = await readGrey(await stage.asset("walk.png"));
    networks = readNetworks(bytes);
    examples = Object.fromEntries(figures.examples.map((name, n) =>
      [name, Float32Array.from(rows[n], (pixel) => pixel / 255)]));
    view.offer(examples, figures.start, figures.end);
  }

  view.listen(() => closer(!state.closer));
  stage.root.append(view.element);
  load().catch(({ message }) => view.fail(`It cannot show the plane: ${message}.`));
}

// What the encoder says of a digit, and what the decoder makes of that.
function look(networks, grey, label) {
  const x = blackAndWhite(grey);
  const bound = negativeElbo(networks, x);
  const std = deviation(bound.logvar);
  const images = new Float32Array((2 + DRAWN) * PIXELS);
  images.set(x);
  images.set(decode(networks, [bound.mean]), PIXELS);
  images.set(bound.drawn.subarray(0, DRAWN * PIXELS), 2 * PIXELS);
  const near = neighbours(figures.codes, bound.mean, figures.around);
  return { ...bound, std, area: std[0] * std[1], near, label, images };
}

// From the code of one digit straight to that of another.
function walk(networks, grey, mean, end) {
  const path = line(mean, posterior(networks, blackAndWhite(end)).mean, STEPS);
  return {
    path,
    classes: path.map((z) => neighbours(figures.codes, z, figures.around).nearest),
    images: decode(networks, path),
    faded: crossFade(grey, end, STEPS),
  };
}
