// Ten colours for ten digits, readable on a light and on a dark ground.

// Of the course's figures (aelesson.mplstyle).
export const DIGITS = [
  "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
  "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
];
const NEAR = 4.5, FAR = 3; // contrast with the ground, in front and at the back

// { colour, fade }: the colour of a near mark, and how opaque a far one may be at least.
export function readable(colour, ground) {
  const end = luminance(ground) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  const at = (share) => mix(colour, end, share);
  const near = at(least((share) => contrast(at(share), ground) >= NEAR));
  const fade = least((share) => contrast(mix(ground, near, share), ground) >= FAR);
  return { colour: `rgb(${near.join()})`, fade };
}

const least = (holds) => {
  for (let step = 0; step < 100; step++) if (holds(step / 100)) return step / 100;
  return 1;
};

export function rgb(hex) {
  const digits = hex.trim().slice(1);
  const pairs = digits.length === 3 ? [...digits].map((d) => d + d) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

const mix = (from, to, share) => from.map((part, i) =>
  Math.round(part + share * (to[i] - part)));

// WCAG 2.1, contrast ratio and relative luminance.
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
