import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { embed, embedMany, generateObject, generateText, stepCountIs, streamObject, streamText, tool } from "ai";
import { createOllama } from "ollama-ai-provider-v2";
import { z } from "zod";
import { door } from "./addresses.mjs";
import { marker, requestWith, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsUnit, assertSameVector, assertWeatherArguments, collect, png, quoteOf } from "./samples.mjs";

const ollama = createOllama({ baseURL: `${door}/api` });
const model = ollama("mistral-small-latest");
const ask = (prompt, more) => ({ model, prompt, maxRetries: 0, ...more });
const think = { providerOptions: { ollama: { think: true } } };

const ran = [];
const tools = {
  weather_in: tool({
    description: "The weather of the next days",
    inputSchema: z.object({ city: z.string(), days: z.number().int().min(1).max(7) }),
    execute: (input) => {
      ran.push(input);
      return { degrees: 18 };
    },
  }),
};
const person = z.object({ name: z.string(), age: z.number().int().min(0).max(120), languages: z.array(z.enum(["en", "de", "fr"])).min(1) });

describe("npm ai with ollama-ai-provider-v2: text", () => {
  it("generates", async () => {
    const { text, usage, finishReason } = await generateText(ask("Hello", { system: "Be brief." }));
    assertBeginsWith(text, quoteOf("Hello"));
    assert.equal(finishReason, "stop");
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0, JSON.stringify(usage));
  });

  it("streams the same text with the same usage", async () => {
    const whole = await generateText(ask("the same twice"));
    const result = streamText(ask("the same twice"));
    const pieces = await collect(result.textStream);
    assert.ok(pieces.length > 10, `${pieces.length} pieces`);
    assert.equal(pieces.join(""), whole.text);
    assert.equal(await result.finishReason, "stop");
    const usage = await result.usage;
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [whole.usage.inputTokens, whole.usage.outputTokens]);
  });

  it("carries Ollama's options", async () => {
    const text = marker("ai-options");
    const result = await generateText(ask(text, { providerOptions: { ollama: { options: { num_ctx: 4096, temperature: 0.5, seed: 7, num_predict: 5, top_k: 40, min_p: 0.1, repeat_penalty: 1.1 } } } }));
    assert.equal(result.finishReason, "length");
    const { body } = await requestWith(text);
    assert.deepEqual([body.temperature, body.random_seed, body.max_tokens], [0.5, 7, 5]);
  });

  it("sees a picture", async () => {
    const { text } = await generateText({ model, maxRetries: 0, messages: [{ role: "user", content: [{ type: "text", text: "Look" }, { type: "image", image: png.toString("base64"), mediaType: "image/png" }] }] });
    assert.match(text, /I see 1 image \(image\/png, 70 bytes\)/);
  });

  it("fails with the status and the words of an error", async () => {
    await assert.rejects(generateText({ ...ask("Hello"), model: ollama("nope") }), (error) => {
      assert.equal(error.statusCode, 404);
      assert.match(error.responseBody, /model 'nope' not found/);
      return true;
    });
  });

  it("does not say that a broken stream has stopped", async (context) => {
    // The provider package reports lines that it cannot read, such as an error's.
    context.mock.method(console, "warn", () => {});
    const result = streamText({ ...ask("Hello"), model: ollama("emulator/emulate-tps-50-cut-3"), onError: () => {} });
    assert.equal((await collect(result.textStream)).join(""), "You said:");
    assert.notEqual(await result.finishReason, "stop");
  });
});

describe("npm ai with ollama-ai-provider-v2: reasoning", () => {
  const reasoner = ollama("magistral-small-latest");

  it("keeps it beside the text", async () => {
    const { text, reasoningText } = await generateText({ ...ask("Think it over"), ...think, model: reasoner });
    assert.match(reasoningText, /\S+ \S+/);
    assertBeginsWith(text, quoteOf("Think it over"));
  });

  it("streams it before the text", async () => {
    const result = streamText({ ...ask("Think it over"), ...think, model: reasoner });
    const kinds = (await collect(result.fullStream)).map((part) => part.type).filter((type) => type.endsWith("-delta"));
    assert.ok(kinds.lastIndexOf("reasoning-delta") < kinds.indexOf("text-delta"), kinds.join());
    assert.match(await result.reasoningText, /\S+ \S+/);
    assertBeginsWith(await result.text, quoteOf("Think it over"));
  });

  it("gives none unless it is asked for", async () => {
    assert.equal((await generateText({ ...ask("Think it over"), model: reasoner })).reasoningText, undefined);
  });
});

describe("npm ai with ollama-ai-provider-v2: tools", () => {
  const result = 'weather_in returned: "{"degrees":18}".';

  it("loops until there is nothing to call", async () => {
    const text = marker("ai-tools");
    ran.length = 0;
    const answer = await generateText(ask(`weather_in, ${text}`, { tools, stopWhen: stepCountIs(4) }));
    assert.equal(answer.steps.length, 2);
    assert.equal(answer.steps[0].finishReason, "tool-calls");
    assert.equal(ran.length, 1);
    assertWeatherArguments(ran[0]);
    assertBeginsWith(answer.text, result);
    const [, second] = await requestsWith(text);
    const [, assistant, given] = second.body.messages;
    assert.match(assistant.tool_calls[0].id, /^[A-Za-z0-9]{9}$/);
    assert.equal(given.tool_call_id, assistant.tool_calls[0].id);
  });

  it("loops in a stream", async () => {
    const answer = streamText(ask("weather_in, streamed", { tools, stopWhen: stepCountIs(4) }));
    const parts = await collect(answer.fullStream);
    assert.deepEqual(parts.filter((part) => part.type === "error"), []);
    assert.equal(parts.filter((part) => part.type === "tool-call").length, 1);
    assertBeginsWith(await answer.text, result);
  });
});

describe("npm ai with ollama-ai-provider-v2: objects", () => {
  it("makes one of a shape", async () => {
    const { object } = await generateObject(ask("Who?", { schema: person }));
    assert.deepEqual(person.parse(object), object);
  });

  it("streams one of a shape", async () => {
    const result = streamObject(ask("Who?", { schema: person }));
    const partials = await collect(result.partialObjectStream);
    assert.ok(partials.length > 1, `${partials.length} states`);
    const object = await result.object;
    assert.deepEqual(person.parse(object), object);
  });

  it("makes any without a shape", async () => {
    const { object } = await generateObject(ask("Any JSON will do", { output: "no-schema" }));
    assert.equal(object.you_said, "Any JSON will do");
  });
});

describe("npm ai with ollama-ai-provider-v2: embeddings", () => {
  const embedder = ollama.embedding("mistral-embed");

  it("embeds one value and many alike", async () => {
    const { embedding, usage } = await embed({ model: embedder, value: "a red car", maxRetries: 0 });
    assertIsUnit(embedding);
    assert.ok(usage.tokens > 0);
    const { embeddings } = await embedMany({ model: embedder, values: ["the blue sea", "a red car"], maxRetries: 0 });
    assert.equal(embeddings.length, 2);
    assertSameVector(embeddings[1], embedding);
  });

  it("embeds in fewer dimensions", async () => {
    const { embedding } = await embed({ model: embedder, value: "a red car", maxRetries: 0, providerOptions: { ollama: { dimensions: 256 } } });
    assertIsUnit(embedding, 256);
  });
});
