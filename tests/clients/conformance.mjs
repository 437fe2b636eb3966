// One set of features for every client and every provider of ../conformance/providers.json. A client is an object:
//   name, file      its name in the results, and the file of its results
//   version         the version of its package
//   ask(question)   asks as a user of the package would, and returns an Answer; throws what the package throws
//   embed(model, texts)   returns { vectors, tokens }
//   failureOf(error)      asserts that the error has the package's class for its status; returns { status, retryAfter, message }
//   expected        feature → provider (or "every") → the result when it is not simply "ok":
//                     notApplicable("reason"): the client does not have the feature; nothing is sent
//                     refused(/words/): a 4xx with these words, which name the field
//                     { hidden: "reason" }: reasoning has no text; { withoutTurns }: no earlier turns; { hidesHeaders }: the
//                     package's errors have no headers; { withoutBounds }: the package removes the bounds from schemas
//   models          provider → changes to ../conformance/models.json
//
// A question: { model, system, turns, tools, toolChoice: "required" | { name }, schema, reasoning, stop, stream, seen },
// where a turn is { user, image } | { assistant: text } | { answer } | { results: [{ id, name, content }] }, and seen
// receives every piece of a stream as ("text" | "reasoning", piece).
// An Answer: { text, reasoning, calls: [{ id, name, arguments }], usage: { input, output }, ended, native }, where ended is
// "stop" or "tools" (or the client's word for anything else), and only the client reads native.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { marker, requestsWith } from "./provider-log.mjs";
import { seenBy } from "./provider-wire.mjs";
import { assertBeginsWith, assertIsPerson, assertTimeArguments, assertWeatherArguments, personSchema, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";

const resultsVariable = "DRAGOMAN_CONFORMANCE_RESULTS";
const read = (name) => JSON.parse(readFileSync(new URL(`../conformance/${name}.json`, import.meta.url), "utf8"));
const allModels = read("models");
const allFeatures = read("features");
const providers = Object.keys(read("providers").providers);
const tools = [weatherTool, timeTool];
// Compatible servers have no state, and Mistral does not get its thinking back.
const stateless = new Set(["compatible", "mistral"]);
const weather = "18 degrees, clear";
const clock = "09:41";

/** The client does not have the feature. */
export const notApplicable = (reason) => ({ notApplicable: reason });

/** A 4xx whose words name the field. */
export const refused = (words) => ({ refused: words });

/** Gemini supports both together only from version 3 on. */
export const notBesideTools = refused(/response_format cannot be combined with tools/);

/** Features that a provider lacks for every client. */
const ofProviders = { "structured output beside tools": { gemini: notBesideTools } };

/** The results of every client that supports embeddings. */
export const noEmbeddings = { embeddings: { anthropic: refused(/"anthropic\/claude-haiku-4-5" does not support embeddings/) } };

/** Chat completions do not show the reasoning of OpenAI's models. */
export const hiddenReasoning = Object.fromEntries(
  ["reasoning", "reasoning, streamed", "tool loop with reasoning", "tool loop with reasoning, streamed"].map((feature) => [
    feature,
    Object.fromEntries(["openai", "azure"].map((provider) => [provider, { hidden: "OpenAI's chat completions do not show it" }])),
  ]),
);

/** The version of an installed package. */
export const versionOf = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

export const dataUrl = `data:image/png;base64,${png.toString("base64")}`;

/** What the features send and check. Each gets the client, the provider, its models and the expected result. */
const checks = {
  text: ({ ask }) => checkText(ask, false),
  "text, streamed": ({ ask }) => checkText(ask, true),
  "system and earlier turns": checkConversation,
  "tool loop": ({ ask }) => checkToolLoop(ask, false),
  "tool loop, streamed": ({ ask }) => checkToolLoop(ask, true),
  "named tool": async ({ ask }) => {
    const { calls } = await ask({ turns: [{ user: "weather_in or time_in" }], tools, toolChoice: { name: "time_in" } });
    assert.deepEqual(calls.map((call) => call.name), ["time_in"]);
    assertTimeArguments(calls[0].arguments);
  },
  "required tool": async ({ ask }) => {
    const { calls } = await ask({ turns: [{ user: "anything" }], tools, toolChoice: "required" });
    assert.equal(calls.length, 1);
    assertWeatherArguments(calls[0].arguments);
  },
  "structured output": (cell) => checkStructure(cell, false),
  "structured output, streamed": (cell) => checkStructure(cell, true),
  "structured output beside tools": async ({ ask, withoutBounds }) => {
    const turns = [{ user: "time_in" }];
    const called = await ask({ turns, tools: [timeTool], schema: personSchema });
    assert.deepEqual(called.calls.map((call) => call.name), ["time_in"]);
    turns.push({ answer: called }, { results: [{ ...called.calls[0], content: clock }] });
    const { text } = await ask({ turns, tools: [timeTool], schema: personSchema });
    assertIsPerson(withoutBounds ? JSON.stringify({ ...JSON.parse(text), age: 1 }) : text);
  },
  image: async ({ ask }) => {
    const { text } = await ask({ turns: [{ user: "Look", image: png }] });
    assertBeginsWith(text, `${quoteOf("Look")} I see 1 image (image/png, ${png.length} bytes).`);
  },
  reasoning: (cell) => checkReasoning(cell, false),
  "reasoning, streamed": (cell) => checkReasoning(cell, true),
  "tool loop with reasoning": (cell) => checkReasoningLoop(cell, false),
  "tool loop with reasoning, streamed": (cell) => checkReasoningLoop(cell, true),
  "stop sequence": async ({ ask }) => {
    const { text, ended } = await ask({ turns: [{ user: "Halt" }], stop: ["Halt"] });
    assert.match(text, /^ ?You (said|began): "$/);
    assert.equal(ended, "stop");
  },
  usage: ({ ask }) => checkUsage(ask, false),
  "usage, streamed": ({ ask }) => checkUsage(ask, true),
  embeddings: async ({ client, models, provider }) => {
    const { vectors, tokens } = await client.embed(`${provider}/${models.embedding ?? models.chat}`, ["a red car", "the blue sea"]);
    assert.equal(vectors.length, 2);
    for (const vector of vectors) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3, `length ${Math.hypot(...vector)}`);
    assert.equal(vectors[0].length, vectors[1].length);
    assert.notDeepEqual(vectors[0], vectors[1]);
    assert.ok(tokens > 0, `${tokens} tokens`);
  },
  "error: unknown model": async ({ client, ask, provider }) => {
    // A server that accepts any name knows no unknown model, but the gateway does.
    const model = provider === "compatible" ? "no-such-model" : `${provider}/no-such-model`;
    for (const stream of [false, true]) {
      const { status, message } = client.failureOf(await failure(ask({ model, turns: [{ user: "Hello" }], stream })));
      assert.equal(status, 404, message);
      // Azure's own words do not repeat the name.
      assert.match(message, /no-such-model|deployment for this resource does not exist/);
    }
  },
  "error: rate limit": async ({ client, ask, provider, hidesHeaders }) => {
    for (const stream of [false, true]) {
      const { status, retryAfter, message } = client.failureOf(await failure(ask({ model: `${provider}/emulate-status-429-retryafter-7`, turns: [{ user: "Hello" }], stream })));
      assert.equal(status, 429, message);
      if (!hidesHeaders) assert.equal(retryAfter, "7");
    }
  },
  "error: cut stream": ({ ask, provider }) => checkBrokenStream(ask, `${provider}/emulate-cut-3`),
  // The stream is slow, because an error that arrives with the first tokens is reported by its status instead.
  "error: event in a stream": ({ ask, provider }) => checkBrokenStream(ask, `${provider}/emulate-tps-20-error-3`),
};

async function checkText(ask, stream) {
  const pieces = [];
  const { text, ended } = await ask({ turns: [{ user: "Guten Morgen, Αθήνα 🌍" }], stream, seen: (kind, piece) => pieces.push(piece) });
  assert.match(text, /^ ?You (said|began): "Guten Morgen, Αθήνα 🌍"\. \S+/);
  assert.equal(ended, "stop");
  if (stream) {
    assert.equal(pieces.join(""), text);
    assert.ok(pieces.length > 5, `only ${pieces.length} pieces`);
  }
}

async function checkConversation({ ask, withoutTurns }) {
  const text = marker("turns");
  const earlier = withoutTurns ? [] : [{ user: "One?" }, { assistant: "Two." }];
  await ask({ system: "Be brief.", turns: [...earlier, { user: text }] });
  const [request, ...more] = await requestsWith(text);
  assert.equal(more.length, 0);
  const seen = seenBy(request);
  assert.equal(seen.system, "Be brief.");
  assert.deepEqual(seen.turns, [...(withoutTurns ? [] : [["user", "One?"], ["assistant", "Two."]]), ["user", text]]);
}

async function checkToolLoop(ask, stream) {
  const turns = [{ user: "Ask weather_in and time_in for me" }];
  await checkLoop(ask, turns, { stream });
}

/** Two calls, their results in reverse order, and the text that is made from them. */
async function checkLoop(ask, turns, more) {
  const called = await ask({ turns, tools, ...more });
  assert.equal(called.ended, "tools");
  assert.deepEqual(called.calls.map((call) => call.name), ["weather_in", "time_in"]);
  assert.notEqual(called.calls[0].id, called.calls[1].id);
  assertWeatherArguments(called.calls[0].arguments);
  assertTimeArguments(called.calls[1].arguments);
  const [first, second] = called.calls;
  turns.push({ answer: called }, { results: [{ ...second, content: clock }, { ...first, content: weather }] });
  const final = await ask({ turns, tools, ...more });
  assert.equal(final.ended, "stop");
  assert.deepEqual(final.calls, []);
  assert.match(final.text, /weather_in returned: "18 degrees, clear"\./);
  assert.match(final.text, /time_in returned: "09:41"\./);
  turns.push({ answer: final });
  return called;
}

async function checkStructure({ ask, withoutBounds }, stream) {
  const { text, ended } = await ask({ turns: [{ user: "Who?" }], schema: personSchema, stream });
  assertIsPerson(withoutBounds ? JSON.stringify({ ...JSON.parse(text), age: 1 }) : text);
  assert.equal(ended, "stop");
}

async function checkReasoning({ ask, models, provider, hidden }, stream) {
  const kinds = [];
  const { text, reasoning } = await ask({ model: `${provider}/${models.reasoning}`, turns: [{ user: "Think" }], reasoning: true, stream, seen: (kind) => kinds.push(kind) });
  assertBeginsWith(text, quoteOf("Think"));
  if (hidden) {
    assert.equal(reasoning, "", hidden);
    return;
  }

  assert.match(reasoning, /\S+ \S+/);
  if (stream) assert.ok(kinds.lastIndexOf("reasoning") < kinds.indexOf("text"), kinds.join());
}

async function checkReasoningLoop({ ask, models, provider, hidden }, stream) {
  const text = marker("state");
  const question = { model: `${provider}/${models.reasoning}`, reasoning: true, stream };
  const turns = [{ user: `weather_in and time_in, ${text}` }];
  const called = await checkLoop(ask, turns, question);
  turns.push({ user: `Again: weather_in and time_in, ${text}` });
  await checkLoop(ask, turns, question);
  if (!hidden) assert.match(called.reasoning, /\S+ \S+/);

  const requests = await requestsWith(text);
  assert.equal(requests.length, 4);
  for (const request of [requests[1], requests[3]]) {
    const { states } = seenBy(request);
    assert.ok(stateless.has(provider) || states.length > 0, `the provider got none of its state back: ${JSON.stringify(request.body)}`);
  }
}

async function checkUsage(ask, stream) {
  const { usage } = await ask({ turns: [{ user: "count me" }], stream });
  assert.ok(usage.input > 0 && usage.output > 10, JSON.stringify(usage));
  if (usage.total !== undefined) assert.equal(usage.total, usage.input + usage.output);
}

async function checkBrokenStream(ask, model) {
  let text = "";
  const error = await failure(ask({ model, turns: [{ user: "Hello there" }], stream: true, seen: (kind, piece) => (text += piece) }));
  assert.ok(error instanceof Error, `${error}`);
  assert.match(text, /^ ?You (said|began):$/, `${error}`);
}

async function failure(promise) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return error;
  }

  return assert.fail(`it ended well: ${JSON.stringify(answer)}`);
}

async function checkRefusal(client, run, words) {
  const { status, message } = client.failureOf(await failure(run()));
  assert.ok(status >= 400 && status < 500, `${status}: ${message}`);
  assert.match(message, words);
}

/** Declares a test for each provider and feature. */
export function conformance(client) {
  const results = [];
  describe(`conformance: ${client.name}`, { concurrency: 4 }, () => {
    for (const provider of providers) {
      for (const feature of allFeatures) declare(client, provider, feature, results);
    }

    after(() => keep(client, results));
  });
}

function declare(client, provider, feature, results) {
  const expected = client.expected?.[feature]?.[provider] ?? client.expected?.[feature]?.every ?? ofProviders[feature]?.[provider] ?? {};
  const note = (result) => results.push({ client: client.name, clientVersion: client.version, provider, feature, result });
  if (expected.notApplicable) {
    note("n/a");
    return;
  }

  const models = { ...allModels[provider], ...client.models?.[provider] };
  const ask = (question) => client.ask({ model: `${provider}/${models.chat}`, tools: [], ...question });
  it(`${provider}: ${feature}`, async () => {
    let result = "failed";
    try {
      const run = () => checks[feature]({ client, provider, models, ask, ...expected });
      await (expected.refused ? checkRefusal(client, run, expected.refused) : run());
      result = expected.refused ? "refused" : "ok";
    } finally {
      note(result);
    }
  });
}

function keep(client, results) {
  const directory = process.env[resultsVariable];
  if (!directory) return;
  const order = ({ provider, feature }) => providers.indexOf(provider) * allFeatures.length + allFeatures.indexOf(feature);
  const lines = results.toSorted((left, right) => order(left) - order(right)).map((result) => `${JSON.stringify(result)}\n`);
  appendFileSync(join(directory, client.file), lines.join(""));
}
