// Writes docs/conformance.md from the results of the tests in all languages (README.md describes their format):
//   node report.mjs DIRECTORY          writes ../../docs/conformance.md
//   node report.mjs DIRECTORY --print  prints only the tables
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = new URL(".", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, here), "utf8"));
const providers = Object.keys(read("providers.json").providers);
const models = read("models.json");
const knownFeatures = read("features.json");

const introduction = `# Conformance

These are the test results of real client packages, in the version named. Each client sends its requests through nginx and both
processes to the emulator, which emulates the API of each provider. Every cell is a test. It checks what the client received and,
where it matters, what the provider received.

- **ok**: the client gets what its user expects.
- **refused**: the gateway rejects the request with a 4xx that names the field, because the provider or its model does not support
  it.
- **–**: the client does not have this feature.
- **failed**: a defect.

`;

function resultsIn(directory) {
  const lines = readdirSync(directory).filter((name) => name.endsWith(".jsonl")).sort()
    .flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n")).filter(Boolean);
  // If a file has two results for a test, the later one is further down.
  const latest = new Map();
  for (const line of lines) {
    const result = JSON.parse(line);
    latest.set([result.client, result.provider, result.feature].join("\n"), result);
  }

  return [...latest.values()];
}

const shown = { "n/a": "–", failed: "**failed**" };

function table(results) {
  const features = new Set([...knownFeatures, ...results.map((result) => result.feature)]);
  const rows = [...features].filter((feature) => results.some((result) => result.feature === feature)).map((feature) => {
    const cells = providers.map((provider) => results.find((result) => result.feature === feature && result.provider === provider)?.result);
    return [feature, ...cells.map((cell) => shown[cell] ?? cell ?? "")];
  });
  const lines = [["", ...providers], ["---", ...providers.map(() => "---")], ...rows];
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

function counts(results) {
  const count = (result) => results.filter((each) => each.result === result).length;
  return `${count("ok")} ok, ${count("refused")} refused, ${count("n/a")} not applicable, ${count("failed")} failed`;
}

function tables(results) {
  const clients = [...new Set(results.map((result) => result.client))];
  return clients.map((client) => {
    const own = results.filter((result) => result.client === client);
    return `## ${client} ${own.at(-1).clientVersion}\n\n${table(own)}`;
  }).join("\n");
}

function modelTable() {
  const kinds = [...new Set(Object.values(models).flatMap((each) => Object.keys(each)))];
  const lines = [["", ...kinds], ["---", ...kinds.map(() => "---")], ...providers.map((provider) => [provider, ...kinds.map((kind) => models[provider][kind] ?? "")])];
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

const [directory, option] = process.argv.slice(2);
if (!directory) {
  console.error("node report.mjs DIRECTORY [--print]");
  process.exit(2);
}

const results = resultsIn(directory);
if (results.length === 0) {
  console.error(`${directory} has no results (*.jsonl)`);
  process.exit(1);
}

if (option === "--print") console.log(`${tables(results)}\n${counts(results)}`);
else writeFileSync(new URL("../../docs/conformance.md", here), `${introduction}The models:\n\n${modelTable()}\nIn all: ${counts(results)}.\n\n${tables(results)}`);
