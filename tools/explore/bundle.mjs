// Make one self-contained module per explorable: node tools/explore/bundle.mjs FOLDER
//
// An import of "worker:./file.js" gives the text of a program for a worker, bundled
// as well, so that an explorable stays one file.

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE = join(HERE, "../../aelesson/explore/src");
// An explorable is a program with a style of its own: NAME.js and NAME.css.
const programs = new Set(readdirSync(SOURCE));
const EXPLORABLES = [...programs].filter((name) => name.endsWith(".js") &&
  programs.has(name.replace(/js$/, "css")));
const { build } = createRequire(join(HERE, "../site/package.json"))("esbuild");

const shared = {
  bundle: true, minify: true, charset: "utf8", target: "es2022",
  absWorkingDir: SOURCE, loader: { ".css": "text" }, logLevel: "warning",
};

const workers = {
  name: "workers",
  setup(builder) {
    builder.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice("worker:".length)), namespace: "worker",
    }));
    builder.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const options = { ...shared, entryPoints: [path], format: "iife", write: false };
      const { outputFiles: [{ text }] } = await build(options);
      return { contents: text, loader: "text" };
    });
  },
};

await build({
  ...shared, entryPoints: EXPLORABLES, format: "esm",
  outdir: resolve(process.argv[2]), plugins: [workers],
  banner: { js: "// Made from aelesson/explore/src by `make explore`: change it there." },
});
