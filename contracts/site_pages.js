// Run by site_pages.sh in the folder that has the packages: axe and Lighthouse on one page of each kind, as a table.
const { createServer } = require("node:http");
const { readFileSync, readdirSync, statSync, existsSync } = require("node:fs");
const { join, extname } = require("node:path");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");
const here = createRequire(join(process.cwd(), "package.json"));
const root = process.env.SITE;
const LOWEST = 95;
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".xml": "application/xml", ".png": "image/png" };
// Compressed by no server: what is measured is the most that a host may send.
const server = createServer((request, answer) => {
  let path = join(root, decodeURIComponent(new URL(request.url, "http://site").pathname));
  if (existsSync(path) && statSync(path).isDirectory()) path = join(path, "index.html");
  if (!existsSync(path)) return answer.writeHead(404).end();
  answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain; charset=utf-8" }).end(readFileSync(path));
});
// The largest page of a kind stands for it.
const largest = (folder, depth) => {
  const found = readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith("index.html") && name.split("/").length === depth + 1)
    .map((name) => join(folder, name));
  return found.sort((a, b) => statSync(join(root, b)).size - statSync(join(root, a)).size)[0];
};
const KINDS = {
  front: "index.html", platform: largest("platforms", 1), document: largest("platforms", 2), version: largest("platforms", 3),
  change: largest("changes", 3), topic: largest("topics", 1), news: largest("news", 1), search: "search/index.html",
  upcoming: "upcoming/index.html", silences: "silences/index.html",
};
// The metrics of Lighthouse's performance that it works out from requests, bytes and places, by their weights in it.
const SHOWN = { "first-contentful-paint": 10 / 60, "largest-contentful-paint": 25 / 60, "cumulative-layout-shift": 25 / 60 };
// Lighthouse's simulated network, with a processor that takes next to no time: how busy this machine is does not count.
const FLAGS = { logLevel: "error", throttlingMethod: "simulate", throttling: { cpuSlowdownMultiplier: 0.001 } };
const SIZES = { phone: { width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, desktop: { width: 1280, height: 900 } };
(async () => {
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}/`;
  const puppeteer = here("puppeteer-core");
  const { default: lighthouse, desktopConfig } = await import(pathToFileURL(here.resolve("lighthouse")));
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const axe = readFileSync(here.resolve("axe-core/axe.min.js"), "utf8");
  let broken = 0;
  for (const [kind, path] of Object.entries(KINDS).filter(([kind, path]) => path && existsSync(join(root, path)) && (process.env.KINDS ?? kind).includes(kind))) {
    let faults = 0;
    for (const viewport of Object.values(SIZES)) {
      for (const scheme of ["light", "dark"]) {
        const page = await browser.newPage();
        await page.setBypassCSP(true);
        await page.setViewport(viewport);
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.goto(base + path);
        // All of a long page at once, as a reader meets it piece by piece.
        await page.addStyleTag({ content: "* { content-visibility: visible !important }" });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
        for (const each of violations) console.log(`  ${kind} ${viewport.width} ${scheme}: ${each.id}: ${each.nodes.length}x ${each.nodes[0].html.slice(0, 120)}`);
        faults += violations.length;
        await page.close();
      }
    }
    const scores = [];
    for (const size of process.env.ONLY_AXE ? [] : Object.keys(SIZES)) {
      const page = await browser.newPage();
      const { lhr } = await lighthouse(base + path, { ...FLAGS, onlyCategories: ["performance", "accessibility", "best-practices"] }, size === "desktop" ? desktopConfig : undefined, page);
      const score = (names) => Object.entries(names).reduce((sum, [name, weight]) => sum + (lhr.audits[name].score ?? NaN) * weight, 0);
      const found = [score(SHOWN), ...["accessibility", "best-practices"].map((name) => lhr.categories[name].score)].map((each) => Math.round(each * 100));
      if (process.env.WHY) for (const { id, displayValue, score } of Object.values(lhr.audits)) if (score !== null && score < 0.9) console.log(`  ${kind} ${size}: ${id} ${displayValue ?? ""}`);
      await page.close();
      scores.push(`${size} ${found.join("/")}`);
      broken += found.some((each) => !(each >= LOWEST));
    }
    broken += faults;
    console.log(`${kind.padEnd(9)} ${String(Math.round(statSync(join(root, path)).size / 1000)).padStart(4)} kB  axe ${faults}  ${scores.join("  ")}`);
  }
  await browser.close();
  server.close();
  process.exitCode = broken ? 1 : 0;
})().catch((error) => { console.error(error); process.exit(1); });
