// What noise.json knows: means over the validation images, by noise and strength.

import figures from "./noise.json" with { type: "json" };

export const { images, rank, strengths, trained: metBy } = figures;

// { method: { psnr, falseInk, missingInk } } at one strength. Without noise the PSNR of
// the noisy images is infinite.
export function meansOf(noise, place, trained) {
  const cell = figures.scores[noise][place];
  const from = { noisy: "noisy", net: `${trained}_net`, linear: `${trained}_linear`,
    median: "median" };
  return Object.fromEntries(Object.entries(from).map(([name, key]) => {
    const [psnr, falseInk, missingInk] = cell[key];
    return [name, { psnr: psnr ?? Infinity, falseInk, missingInk }];
  }));
}

// The linear map of full rank, which is too large a file to be here.
export const fullMap = (noise, place, trained) =>
  figures.scores[noise][place][`${trained}_full`][0];

// { method: [[strength, dB], ...] }, without those that are infinite.
export function curvesOf(noise, trained) {
  const cells = strengths[noise].map((_, place) => meansOf(noise, place, trained));
  return Object.fromEntries(Object.keys(cells[0]).map((name) => [name,
    cells.map((cell, n) => [strengths[noise][n], cell[name].psnr])
      .filter(([, psnr]) => Number.isFinite(psnr))]));
}
