// Copies what the browser is served out of node_modules into static/vendor, with a manifest of
// versions, licences and SHA-256 sums, and a .gz beside every text file. Run by ./run.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url));
const VENDOR = join(HERE, "static", "vendor");
const FRESH = join(HERE, "node_modules", ".vendor");

// package → folder under vendor, folder inside the package, and which of its files are served.
const SERVED = {
  // The module with all charts and zrender in it; NOTICE names both.
  echarts: ["echarts", "dist", /^echarts\.esm\.min\.mjs$/],
  leaflet: ["leaflet", "dist", /^(leaflet\.(js|css)|images\/.+\.png)$/],
  "@fontsource-variable/noto-sans-sc": ["noto-sans-sc", ".", /^(wght\.css|files\/.+\.woff2)$/],
  "@fontsource/barlow-condensed": [
    "barlow-condensed",
    ".",
    /^(latin-600\.css|files\/barlow-condensed-latin-600-normal\.woff2)$/,
  ],
};

// The old WOFF beside each WOFF2 is not served: every browser that can run the pages reads WOFF2.
const OLD_FORMAT = /, url\([^)]+\.woff\) format\('woff'\)/g;

function filesUnder(folder, prefix = "") {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesUnder(folder, path) : [path];
  });
}

function served(path) {
  const bytes = readFileSync(path);
  return path.endsWith(".css") ? Buffer.from(`${bytes}`.replace(OLD_FORMAT, "")) : bytes;
}

function place(path, bytes) {
  mkdirSync(dirname(join(FRESH, path)), { recursive: true });
  writeFileSync(join(FRESH, path), bytes);
  if (/\.(m?js|css|json)$/.test(path)) {
    writeFileSync(join(FRESH, `${path}.gz`), gzipSync(bytes, { level: 9 }));
  }
  return createHash("sha256").update(bytes).digest("hex");
}

function vendor(name) {
  const home = join(HERE, "node_modules", name);
  const [to, from, wanted] = SERVED[name];
  const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const chosen = filesUnder(join(home, from)).filter((path) => wanted.test(path)).sort();
  const sums = chosen.map((path) => [`${to}/${path}`, place(`${to}/${path}`, served(join(home, from, path)))]);
  sums.push([`${to}/LICENSE`, place(`${to}/LICENSE`, readFileSync(join(home, "LICENSE")))]);
  return { name, version, licence: license, files: Object.fromEntries(sums) };
}

rmSync(FRESH, { recursive: true, force: true });
const manifest = { packages: Object.keys(SERVED).map(vendor) };
place("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
rmSync(VENDOR, { recursive: true, force: true });
mkdirSync(dirname(VENDOR), { recursive: true });
renameSync(FRESH, VENDOR);
