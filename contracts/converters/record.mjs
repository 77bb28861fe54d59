// What the engine's tests of extraction ask and expect, as JSON: the tests run, and what they call writes it down.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const cases = [];
const names = [];
const tests = [];
const befores = [];
globalThis.describe = globalThis.context = (name, body) => { names.push(name); body(); names.pop(); };
globalThis.it = (name, body) => tests.push([[...names, name].join(", "), body]);
globalThis.before = (body) => befores.push(body);
globalThis.SourceDocument = class { constructor(given) { Object.assign(this, given); } };
globalThis.ExtractDocumentError = Error;
globalThis.mime = { getType: () => "application/pdf" };
let name;
globalThis.extract = (given) => {
  const asked = { name, expected: [], ...given, content: Buffer.from(given.content).toString("base64") };
  // Functions that remove links: the one filter of these tests.
  asked.filters = (given.filters ?? []).length;
  cases.push(asked);
  return { asked, then: (done) => done({ asked }) };
};
globalThis.expect = ({ asked }) => {
  const note = (kind) => (value) => { asked.expected.push([kind, String(value)]); return Promise.resolve(); };
  return { to: { equal: note("equal"), include: note("include"), not: { include: note("without") }, be: { rejectedWith: note("error") } } };
};
const folder = join(process.argv[2], "src/archivist/extract");
const own = /^import .* from '(?:chai|mime|\.{1,2}\/.*)';$/gm;
const copy = join(folder, "recorded.test.mjs");
writeFileSync(copy, readFileSync(join(folder, "index.test.js"), "utf8").replace(own, ""));
await import(pathToFileURL(copy));
for (const body of befores) await body();
for (const [each, body] of tests) { name = each; await body(); }
console.log(JSON.stringify(cases));
