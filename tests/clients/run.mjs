// Starts the processes once, runs the tests against them, and stops them in any case.
//   npm test                                        everything
//   npm test -- --test-reporter=tap                 with an option of node --test
//   npm test -- --test-name-pattern=abort           some tests
//   npm test -- ollama-chat.test.mjs                some files
// At the end it prints the conformance table (../conformance/README.md). If DRAGOMAN_CONFORMANCE_RESULTS names a directory, the
// results stay there.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Stack } from "./stack.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const longestTest = 60_000;

const interrupted = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(128 + constants.signals[signal]));
  // npm sends a signal to its shell, which ends without forwarding it.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || resolve(128 + constants.signals.SIGTERM), 200).unref();
});

function startTests(stack, results) {
  const given = process.argv.slice(2);
  const files = given.some((argument) => argument.endsWith(".test.mjs")) ? [] : readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort();
  // The clients would otherwise take these keys and addresses from the environment.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OPENAI|MISTRAL|OLLAMA|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE)_/i.test(name)));
  return spawn(process.execPath, ["--test", `--test-timeout=${longestTest}`, ...given, ...files], {
    cwd: here,
    stdio: "inherit",
    env: { ...environment, DRAGOMAN_TEST_DOOR: stack.door, DRAGOMAN_TEST_RESTLESS: stack.restless, DRAGOMAN_TEST_KEYED: stack.keyed, DRAGOMAN_TEST_KEY: stack.key, DRAGOMAN_TEST_EMULATOR: stack.emulator, DRAGOMAN_TEST_SCRIPTED: stack.scripted.address, DRAGOMAN_CONFORMANCE_RESULTS: results },
  });
}

async function main() {
  const starting = Stack.start();
  const code = await Promise.race([interrupted, starting.then(() => undefined)]);
  const stack = await starting;
  if (code !== undefined) {
    await stack.stop();
    return code;
  }

  const kept = process.env.DRAGOMAN_CONFORMANCE_RESULTS;
  const results = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), "dragoman-conformance-"));
  mkdirSync(results, { recursive: true });
  const tests = startTests(stack, results);
  const ended = new Promise((resolve) => tests.once("close", (exitCode) => resolve(exitCode ?? 1)));
  try {
    return await Promise.race([ended, interrupted, stack.failure()]);
  } finally {
    tests.kill();
    await ended;
    await stack.stop();
    if (readdirSync(results).length > 0) spawnSync(process.execPath, [fileURLToPath(new URL("../conformance/report.mjs", import.meta.url)), results, "--print"], { stdio: "inherit" });
    if (!kept) rmSync(results, { recursive: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
