// Spoil a digit, and see who cleans it best: a network, a linear map or a filter.

import { images, meansOf, metBy, strengths } from "./noise.means.js";
import { clip, drawNoise, inkErrors, median, noises, painted, psnr } from "./noises.js";
import css from "./noise.css";
import { makeView } from "./noise.view.js";
import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import { readNetworks, run } from "./weights.js";

export const { render, mount } = explorable({ css, build });
export default { render };

function build(stage) {
  const known = { networks: null, failed: "", drawn: drawNoise(1), paint: [] };
  let seed = 1;
  const view = makeView({
    changed: () => draw(),
    again() { known.drawn = drawNoise(++seed); draw(); },
    wipe() { known.paint = []; draw(); },
    paint(blots) { known.paint.push(...blots); draw(); },
  });
  const draw = oncePerFrame(() => view.draw(look(view.chosen(), view.image(), known)));

  load(stage, known, view).catch(({ message }) => { known.failed = message; }).then(draw);
  const resized = new ResizeObserver(draw);
  resized.observe(view.element);
  stage.root.append(view.element);
  return () => resized.disconnect();
}

async function load(stage, known, view) {
  known.networks = readNetworks(await stage.asset("noise.safetensors"));
  const rows = await readGrey(await stage.asset("noise.png"));
  const digits = rows.map((row) => Float32Array.from(row, (value) => value / 255));
  view.offer(Object.fromEntries(digits.map((x, digit) => [digit, x])));
}

// What is to be seen: the images and their scores, beside the means of many images.
function look({ noise, place, trained, colour }, clean, { networks, failed, drawn, paint }) {
  const byHand = noise === "brush" && paint.length > 0;
  const seen = {
    noise, place, trained, colour, failed, images, byHand,
    empty: !clean, loading: !networks, met: metBy[trained].includes(noise),
    means: meansOf(noise, place, trained), answers: {}, scores: {},
  };
  if (!clean) return seen;
  const thrown = noises[noise](clean, strengths[noise][place], drawn);
  const noisy = byHand ? painted(thrown, paint) : thrown;
  seen.answers = { noisy, ...cleaned(noisy, networks, trained) };
  for (const [name, x] of Object.entries(seen.answers)) {
    seen.scores[name] = { psnr: psnr(x, clean), ...inkErrors(x, clean) };
  }
  seen.answers.clean = clean;
  return seen;
}

function cleaned(noisy, networks, trained) {
  const learnt = networks && {
    net: run(networks[`${trained}_net`], noisy),
    linear: clip(run(networks[`${trained}_linear`], noisy)),
  };
  return { ...learnt, median: median(noisy) };
}
