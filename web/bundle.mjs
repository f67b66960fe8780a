// Bundles the modules and style sheets of the pages into static/bundle, with a .gz beside each and a
// manifest: which files a page needs, and the sum of the sources that they were made from. The server
// serves them only while that sum holds (web/bundles.py). Run by ./run after vendor.mjs.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "static");
const BUNDLE = join(STATIC, "bundle");
/** A server that still runs hands out what it found when it started: ms. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

const PAGES = ["js/pages/admin.js", "js/pages/edit.js", "js/pages/index.js", "js/pages/login.js", "js/pages/screen.js"];
const SHEETS = ["css/pages/access.css", "css/pages/edit.css", "css/pages/index.css", "css/pages/screen.css"];
// The vendored libraries stand for themselves; their manifest names every file and its sum.
const SOURCES = ["css", "js"];
const VENDORED = "vendor/manifest.json";

// What the panels draw with, of a library of which they need a third.
const ECHARTS = `
  import { init, use } from "echarts/core";
  import { LineChart } from "echarts/charts";
  import { GridComponent } from "echarts/components";
  import { LegacyGridContainLabel } from "echarts/features";
  import { CanvasRenderer } from "echarts/renderers";
  use([LineChart, GridComponent, LegacyGridContainLabel, CanvasRenderer]);
  export { init };
`;

const echarts = {
  name: "echarts",
  setup(building) {
    building.onResolve({ filter: /\/vendor\/echarts\// }, () => ({ path: "echarts", namespace: "chosen" }));
    building.onLoad({ filter: /^echarts$/, namespace: "chosen" }, () => ({ contents: ECHARTS, resolveDir: HERE }));
  },
};

function filesUnder(folder) {
  return readdirSync(join(STATIC, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

// The same sum as made_from of web/bundles.py.
function sumOfSources() {
  const sum = createHash("sha256");
  for (const path of [...SOURCES.flatMap(filesUnder), VENDORED].sort()) {
    const own = createHash("sha256").update(readFileSync(join(STATIC, path))).digest("hex");
    sum.update(`${own} ${path}\n`);
  }
  return sum.digest("hex");
}

// The file itself, then all that it imports at once.
function needsOf(outputs, path, found = []) {
  if (found.includes(path)) return found;
  found.push(path);
  for (const { path: next, kind } of outputs[path].imports) {
    if (kind === "import-statement") needsOf(outputs, next, found);
  }
  return found;
}

// Names say what is inside: new files never take the place of others.
function place(name, bytes) {
  const fresh = join(BUNDLE, `.${process.pid}-${name}`);
  writeFileSync(fresh, bytes);
  renameSync(fresh, join(BUNDLE, name));
}

function forget(kept) {
  for (const name of readdirSync(BUNDLE)) {
    const path = join(BUNDLE, name);
    const isOld = Date.now() - statSync(path).mtimeMs > KEPT_MS;
    if (isOld && !name.startsWith(".") && !kept.has(name.replace(/\.gz$/, ""))) rmSync(path);
  }
}

mkdirSync(BUNDLE, { recursive: true });
const before = sumOfSources();

// Each by itself: few go from one page to another, and each of them comes in one piece.
const bundling = (path) => build({
  absWorkingDir: HERE,
  entryPoints: [join("static", path)],
  entryNames: "[name]-[hash]",
  chunkNames: "later-[hash]",
  outdir: BUNDLE,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
  plugins: [echarts],
});
const made = await Promise.all([...PAGES, ...SHEETS].map(bundling));
// Somebody saved a file meanwhile: what came out belongs to no state of the sources.
if (sumOfSources() !== before) throw new Error("the sources changed while they were bundled; start again");

const sums = {};
for (const { path, contents } of made.flatMap(({ outputFiles }) => outputFiles)) {
  const name = relative(BUNDLE, path);
  place(name, contents);
  place(`${name}.gz`, gzipSync(contents, { level: 9 }));
  sums[name] = createHash("sha256").update(contents).digest("hex");
}
const entries = [...PAGES, ...SHEETS].map((source, n) => {
  const { outputs } = made[n].metafile;
  const path = Object.keys(outputs).find((one) => outputs[one].entryPoint === `static/${source}`);
  return [source, needsOf(outputs, path).map((one) => basename(one))];
});
const manifest = { made_from: before, entries: Object.fromEntries(entries), files: sums };
place("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
forget(new Set(["manifest.json", ...Object.keys(sums)]));
