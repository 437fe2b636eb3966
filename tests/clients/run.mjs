// Starts the processes once, runs the tests against them, and stops them whatever happens.
//   npm test                                        everything
//   npm test -- --test-reporter=tap                 with an option of node --test
//   npm test -- --test-name-pattern=abort           some tests
//   npm test -- ollama-chat.test.mjs                some files
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { Stack } from "./stack.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const longestTest = 60_000;

const interrupted = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(128 + constants.signals[signal]));
  // npm hands a signal to its shell, which dies of it without telling us.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || resolve(128 + constants.signals.SIGTERM), 200).unref();
});

function startTests(stack) {
  const given = process.argv.slice(2);
  const files = given.some((argument) => argument.endsWith(".test.mjs")) ? [] : readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort();
  // The keys and addresses that the clients would take from the environment.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OPENAI|MISTRAL|OLLAMA|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE)_/i.test(name)));
  return spawn(process.execPath, ["--test", `--test-timeout=${longestTest}`, ...given, ...files], {
    cwd: here,
    stdio: "inherit",
    env: { ...environment, DRAGOMAN_TEST_DOOR: stack.door, DRAGOMAN_TEST_EMULATOR: stack.emulator, DRAGOMAN_TEST_SCRIPTED: stack.scripted.address },
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

  const tests = startTests(stack);
  const ended = new Promise((resolve) => tests.once("close", (exitCode) => resolve(exitCode ?? 1)));
  try {
    return await Promise.race([ended, interrupted, stack.failure()]);
  } finally {
    tests.kill();
    await ended;
    await stack.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
