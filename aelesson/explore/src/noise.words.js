// What is seen, in words. What is said of this image was measured in this page; the means
// are those of noise.json.

export const CLEANERS = ["net", "linear", "median"];
const NAMES = {
  net: "the network", linear: "the linear map", median: "the median filter",
};
const EQUAL = 0.05; // dB: not told apart with one decimal

export const decibels = (value) => (Number.isFinite(value) ? value.toFixed(1) : "∞");
const dB = (value) => `${decibels(value)}\u00a0dB`;

// The best of the three, and what equals it. scores: { net: { psnr }, ... }
export function bestOf(scores) {
  const most = Math.max(...CLEANERS.map((name) => scores[name].psnr));
  return CLEANERS.filter((name) => scores[name].psnr > most - EQUAL);
}

// met: whether training had this noise; byHand: whether the reader has painted
export function verdict(seen) {
  const nothing = seen.empty ? "Nothing is drawn: draw a digit, or take one." : "";
  if (seen.failed) return `Something is missing: ${seen.failed}. ${nothing}`.trim();
  if (seen.loading) return "Loading the networks, 0.3 MB …";
  return nothing || [thisImage(seen.scores), theMean(seen), met(seen)].join(" ");
}

function thisImage(scores) {
  const best = bestOf(scores), { psnr } = scores[best[0]];
  if (scores.noisy.psnr === Infinity) {
    return "Nothing is spoilt, so cleaning can only harm. " +
      `${capital(list(best))} ${best.length > 1 ? "harm" : "harms"} least: ${dB(psnr)}.`;
  }
  if (scores.noisy.psnr >= psnr) {
    return `Better left alone: the noisy image has ${dB(scores.noisy.psnr)}, the best ` +
      `answer, by ${list(best)}, ${dB(psnr)}.`;
  }
  return [closest(best, scores), worse(scores)].filter(Boolean).join(" ");
}

function closest(best, scores) {
  const { psnr } = scores[best[0]];
  if (best.length > 1) return `${capital(list(best))} come equally close: ${dB(psnr)}.`;
  const [, second] = [...CLEANERS].sort((a, b) => scores[b].psnr - scores[a].psnr);
  return `${capital(NAMES[best[0]])} comes closest: ${dB(psnr)}, ` +
    `${dB(psnr - scores[second].psnr)} ahead of ${NAMES[second]}.`;
}

function worse(scores) {
  const harmed = CLEANERS.filter((name) => scores[name].psnr < scores.noisy.psnr - EQUAL);
  if (harmed.length === 0) return "";
  return `${capital(list(harmed))} ${harmed.length > 1 ? "make" : "makes"} it worse than ` +
    "it was.";
}

function theMean({ scores, means, images, byHand }) {
  const best = bestOf(means), same = list(best) === list(bestOf(scores));
  const alone = means.noisy.psnr >= means[best[0]].psnr && means.noisy.psnr < Infinity;
  const which = alone ? "no answer beats the noisy image" :
    `${list(best)} ${best.length > 1 ? "are" : "is"} best${same ? ", too" : ""}`;
  const blots = byHand ? ", with thrown blots alone," : "";
  return `In the mean of ${images} validation digits${blots} ${which}.`;
}

const met = (seen) => (seen.met ?
  "Network and linear map have met this noise in training." :
  "Neither network nor linear map has met this noise in training.");

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function list(names) {
  const words = names.map((name) => NAMES[name]);
  return [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" and ");
}
