// What the engine of Open Terms Archive keeps: engine.json recorded by its own repository of versions, in data/versions.
// Each text is recorded as first, as changed, and as technically upgraded.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const engine = (path) => import(pathToFileURL(join(process.env.ENGINE, "src", path)));
const { default: Factory } = await engine("archivist/recorder/repositories/factory.js");
const { default: Version } = await engine("archivist/recorder/version.js");

const author = { name: "Recorder", email: "recorder@pixboard.example" };
const git = { path: "data/versions", publish: false, snapshotIdentiferTemplate: "./data/snapshots/%SNAPSHOT_ID", author };
const versions = await Factory.create({ type: "git", git }).initialize();
const read = JSON.parse(readFileSync("engine.json"));
for (const [month, sentence, isExtractOnly] of [["01", "", false], ["02", "We may sell your photos.", false], ["03", "We may *sell* your photos.", true]]) {
  for (const [terms, { text }] of Object.entries(read)) {
    const [serviceId, termsType] = terms.split("/");
    const content = sentence ? `${text}\n\n${sentence}` : text;
    const fetchDate = new Date(`2024-${month}-03T04:05:06.789Z`);
    await versions.save(new Version({ serviceId, termsType, snapshotIds: ["0123456789abcdef"], fetchDate, content, isExtractOnly }));
  }
}
await versions.finalize();
