// What is measured in the page.

// How far images differ from one another: the standard deviation of each pixel over the
// images, averaged over the pixels.
export function spread(images, count) {
  const pixels = images.length / count;
  let total = 0;
  for (let i = 0; i < pixels; i++) {
    let sum = 0, squares = 0;
    for (let n = 0; n < count; n++) sum += images[n * pixels + i];
    for (let n = 0; n < count; n++) squares += (images[n * pixels + i] - sum / count) ** 2;
    total += Math.sqrt(squares / (count - 1));
  }
  return total / pixels;
}

// Standard normal numbers (Box and Muller, 1958) of numbers in [0, 1).
export function normals(count, random) {
  return Float32Array.from({ length: count }, () =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

// The least and the largest value.
export const range = (x) => x.reduce(
  ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
  [Infinity, -Infinity]);
