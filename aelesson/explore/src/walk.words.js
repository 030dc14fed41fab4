// What is seen on the plane, in words.

import { aDigit } from "./digits.words.js";

const CLEAR = 0.8; // of the codes around: these are "among", fewer "between"

export const number = (value, digits = 2) =>
  value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
export const pair = (values, digits = 2) =>
  `(${values.map((each) => number(each, digits)).join(", ")})`;
export const percent = (share) =>
  (share < 0.0001 ? "< 0.01 %" : `${Number((100 * share).toPrecision(2))} %`);

// The classes around, most frequent first: [[digit, how many], …]
function ranked({ counts }) {
  const found = counts.map((count, digit) => [digit, count]).filter(([, count]) => count);
  return found.sort(([, a], [, b]) => b - a);
}

// The one class that is named of a place, or the two.
function named(near) {
  const [[first, codes], [second] = []] = ranked(near);
  return codes >= CLEAR * near.total ? [first] : [first, second];
}

function place(near) {
  const [first, second] = named(near);
  return second === undefined ? `among ${first}s` : `between ${first}s and ${second}s`;
}

function count(near) {
  const most = ranked(near).slice(0, 2);
  const words = most.map(([digit, n]) =>
    (n === 1 ? `1 is ${aDigit(digit)}` : `${n} are ${digit}s`));
  const others = most.reduce((rest, [, n]) => rest - n, near.total);
  if (others) words.push(`${others} ${others === 1 ? "is another" : "are others"}`);
  const last = words.length > 1 ? ` and ${words.pop()}` : "";
  return `${words.join(", ")}${last}`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// beyond: of the codes of the training digits, the share that lie as far out
export function pointWords(near, { edge, far, beyond }) {
  if (near.distance > far) {
    return `No validation code lies within ${far} of z, and of the codes of the training ` +
      `digits only ${percent(beyond)} lie so far out: here the decoder was hardly ever trained.`;
  }
  if (near.distance > edge) {
    return `Off the codes: the nearest validation code, ${aDigit(near.nearest)}, is ` +
      `${number(near.distance)} away.`;
  }
  return `${capital(place(near))}: of the ${near.total} validation codes nearest to z, ` +
    `${count(near)}.`;
}

// seen: { label, near, area, loss } of the digit, or null where nothing is drawn;
// usual: { area, loss }, which 95 % of the validation digits stay below
export function digitWords(seen, figures) {
  if (!seen) return "The paper is empty: draw a digit, or take one.";
  return [where(seen, figures), ...unusual(seen, figures.usual)].join(" ");
}

function where({ label, near }, { edge }) {
  const which = label === null ? "your drawing" : `this ${label}`;
  if (near.distance > edge) {
    return `The encoder puts ${which} where no validation code lies within ${edge} of μ.`;
  }
  const wrong = label !== null && !named(near).includes(Number(label));
  return `The encoder puts ${which} ${place(near)}${wrong ? ": the wrong place" : ""}.`;
}

function unusual({ area, loss }, usual) {
  const words = [];
  if (area > usual.area) {
    words.push("The posterior is wide, its ellipse larger than for 95 % of the validation " +
      "digits: many codes draw this picture about as well. Compare the six draws.");
  }
  if (loss > usual.loss) {
    words.push("The code fits badly: −ELBO is higher than for 95 % of them.".replace(
      "them", words.length ? "them" : "the validation digits"));
  }
  return words;
}

// classes: of the code nearest to each step on the line
export function lineTitle(classes) {
  return `Straight line in z, decoded; the single nearest code at each: ${classes.join(" ")}`;
}
