// What the engine of Open Terms Archive reads from pages: its own loading of declarations, its own extraction.
// Reads pages.json ({address: [files, newest first]}) in this folder; writes engine.json ({service/terms: {text, files}}).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const engine = (path) => import(pathToFileURL(join(process.env.ENGINE, "src", path)));
const { load } = await engine("archivist/services/index.js");
const { default: extract } = await engine("archivist/extract/index.js");
const { default: Version } = await engine("archivist/recorder/version.js");

const pages = JSON.parse(readFileSync("pages.json"));
const found = {};
for (const service of Object.values(await load())) {
  for (const type of service.getTermsTypes()) {
    const sources = service.getTerms({ type }).sourceDocuments;
    const most = Math.min(...sources.map(({ location }) => (pages[location] ?? []).length));
    let failure = "no page";
    // The newest capture that the selectors of today fit: older ones stand for pages that moved on.
    for (let age = 0; age < most; age += 1) {
      const files = sources.map(({ location }) => pages[location][age]);
      try {
        const texts = [];
        for (const [number, source] of sources.entries()) {
          source.content = readFileSync(files[number], "utf8");
          source.mimeType = "text/html";
          texts.push(await extract(source));
        }
        found[`${service.id}/${type}`] = { text: texts.join(Version.SOURCE_DOCUMENTS_SEPARATOR), texts, files };
        failure = "";
        break;
      } catch (error) {
        failure = error.message;
      }
    }
    if (failure) found[`${service.id}/${type}`] = { failure };
  }
}
writeFileSync("engine.json", JSON.stringify(found));
