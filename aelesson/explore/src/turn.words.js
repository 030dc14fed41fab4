// What is seen, in words. Shares are of the digits that are shown.

import { NAMES } from "./turn.models.js";
import { VIEWS } from "./turn.space.js";

export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

export function inWords(state) {
  if (state.reason) return `The codes cannot be shown: ${state.reason}.`;
  if (!state.models) return "Loading 500 digits and their codes, 0.3 MB …";
  if (state.searching) return `Trying ${VIEWS.length} views …`;
  return [compared(state), neighboursOf(state)].filter(Boolean).join(" ");
}

function compared(state) {
  const { only, name, code, picture, motion, found } = state;
  if (only.size === 1) {
    return `Only the ${[...only][0]}s are in colour. Choose a second digit to compare with.`;
  }
  const start = `${NAMES[name]}, ${whom(state)}: the nearest code shows the same digit for ` +
    percent(code);
  if (motion.spins()) {
    return `${start}. The picture turns slowly; touch it, or press Pause.`;
  }
  const which = found ? `, the ${found.which} of ${VIEWS.length} views,` : "";
  return `${start}; in this picture${which} the nearest mark does for ${percent(picture)}.`;
}

export function whom({ only, members }) {
  if (only.size === 0) return `all ${members.length} digits`;
  const names = [...only].sort().map((digit) => `${digit}s`);
  const listed = [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
  return `the ${members.length} ${listed}`;
}

function neighboursOf({ chosen, near, models: { digits: { labels } } }) {
  const own = labels[chosen];
  const same = near.filter((n) => labels[n] === own).length;
  return `Chosen is the ${own} with number ${chosen}: of its ${near.length} nearest codes, ` +
    `${same} ${same === 1 ? "shows" : "show"} a ${own}.`;
}
