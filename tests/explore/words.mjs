// Says what verdict.js says of the runs that come in.

import { readFileSync } from "node:fs";

import { verdict } from "../../aelesson/explore/src/verdict.js";

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verdict)));
