// Train an autoencoder in the page, and watch whether it beats PCA.

import { readGrey } from "./png.js";
import { explorable, oncePerFrame, startWorker } from "./stage.js";
import css from "./train.css";
import { DEFAULTS, makeView } from "./train.view.js";
import { noPicturesInWords, rateInWords, verdict } from "./verdict.js";
import program from "worker:./train.worker.js";

export const { render, mount } = explorable({ css, build });
export default { render };

function build(stage, given) {
  const view = makeView({ ...DEFAULTS, ...given });
  const trainer = makeTrainer(stage, changed);
  let complaint = ""; // about what was chosen
  let noPictures = ""; // why they cannot be shown
  const draw = oncePerFrame(() => view.draw(trainer.run,
    [complaint || verdict(trainer.run), noPictures].filter(Boolean).join(" ")));

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let state; // the last one known
  function changed(run) {
    if (!calm.matches || Number.isInteger(run.epoch) || run.state !== state) draw();
    state = run.state;
  }

  function choose() {
    const settings = view.settings();
    complaint = settings.rate === null ? rateInWords(view.rateText()) : "";
    return settings;
  }
  const asked = (act) => () => {
    const settings = choose();
    if (!complaint) act(settings);
    if (noPictures) loadPictures();
    draw();
  };
  // A rate that is none changes nothing; what else was chosen is taken over.
  function change() {
    const chosen = choose(), { settings } = trainer.run;
    const wanted = { ...chosen, rate: chosen.rate ?? settings.rate };
    if (Object.keys(wanted).some((name) => wanted[name] !== settings[name])) {
      trainer.prepare(wanted);
    }
    draw();
  }
  view.listen({ main: asked(trainer.press), again: asked(trainer.begin), change });

  async function loadPictures() {
    noPictures = "";
    try {
      view.setPictures(await readGrey(await stage.asset("pca.png")));
    } catch ({ message }) {
      noPictures = noPicturesInWords(message);
    }
    draw();
  }

  trainer.prepare(view.settings());
  const resized = new ResizeObserver(draw);
  resized.observe(view.element);
  stage.root.append(view.element);
  loadPictures();
  return () => { resized.disconnect(); trainer.end(); };
}

// Runs one after the other, and what is known of the last one.
function makeTrainer(stage, changed) {
  let worker, sheet, ended = false;
  const trainer = { run: null, press, begin, prepare, end };

  function end() {
    ended = true;
    worker?.terminate();
  }

  function prepare(settings) {
    const { run } = trainer;
    const before = run?.points.length ? { ...run, before: null } : run?.before;
    trainer.run = fresh(settings, before, (run?.id ?? 0) + 1);
    changed(trainer.run);
  }

  function press(settings) {
    const { state } = trainer.run;
    if (state === "running") order("stop", "stopped");
    else if (state === "stopped") order("go", "running");
    else if (state !== "loading") begin(settings);
  }

  async function begin(settings) {
    if (trainer.run.state === "loading") return;
    prepare(settings);
    trainer.run.loaded = Boolean(sheet);
    setState("loading");
    try {
      sheet ??= await stage.asset("digits.png");
      if (ended) return;
      worker ??= startWorker(program, hear, (reason) => fail(new Error(reason)));
      worker.postMessage({ order: "begin", id: trainer.run.id, settings, sheet });
    } catch (error) {
      fail(error);
    }
  }

  function order(name, state) {
    worker.postMessage({ order: name });
    setState(state);
  }

  function setState(state) {
    trainer.run.state = state;
    changed(trainer.run);
  }

  // What failed is made anew when the reader tries again.
  function fail({ message }) {
    worker?.terminate();
    worker = sheet = undefined;
    trainer.run.reason = message;
    setState("failed");
  }

  function hear(report) {
    const { run } = trainer;
    if (report.failed) return fail(new Error(report.failed));
    if (report.id !== run.id) return; // of a run that was left
    take(run, report);
    changed(run);
  }

  return trainer;
}

const fresh = (settings, before, id) => ({
  id, settings, before, state: "ready", loaded: false,
  epoch: 0, points: [], validation: [], train: null, dead: null, shown: null,
  milliseconds: 0, epochSeconds: null,
});

// Write down what the worker reports.
function take(run, report) {
  if (run.state === "loading") run.state = "running";
  if (report.done) run.state = run.state === "broken" ? "broken" : "done";
  if (report.broken) run.state = "broken";
  if (report.shown) run.shown = report.shown;
  if (report.epoch === undefined) return;
  run.epoch = report.epoch;
  run.milliseconds += report.milliseconds;
  if (report.train !== undefined) run.points.push([report.epoch, report.train]);
  if (report.validation !== undefined) endEpoch(run, report);
}

function endEpoch(run, { epoch, validation, dead, trainEpoch }) {
  run.validation.push(validation);
  run.dead = dead;
  if (trainEpoch !== undefined) {
    run.train = trainEpoch;
    run.epochSeconds = run.milliseconds / 1000;
  }
  run.milliseconds = 0;
}
