import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { emulator } from "./addresses.mjs";
import { assertBeginsWith, assertIsPerson, assertIsUnit, assertWeatherArguments, collect, collectUntilFailure, personSchema, quoteOf, weatherTool } from "./samples.mjs";

const clientWith = (apiKey) => new OpenAI({ baseURL: `${emulator}/v1`, apiKey, maxRetries: 0 });
const openai = clientWith("any");
const ask = (content, more = {}) => ({ model: "mistral-small-latest", messages: [{ role: "user", content }], ...more });

describe("emulator, npm openai", () => {
  it("answers in one piece and streams the same", async () => {
    const whole = await openai.chat.completions.create(ask("Bonjour 🌍"));
    assertBeginsWith(whole.choices[0].message.content, quoteOf("Bonjour 🌍"));
    const chunks = await collect(await openai.chat.completions.create(ask("Bonjour 🌍", { stream: true })));
    assert.equal(chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content ?? "").join(""), whole.choices[0].message.content);
    assert.deepEqual(chunks.map((chunk) => chunk.usage).filter(Boolean), [whole.usage]);
  });

  for (const model of ["mistral-small-latest", "mistral-medium-latest"]) {
    for (const stream of [false, true]) {
      // As with Mistral, later fragments of this model's calls have "null" as their id, and this library takes it for the id.
      if (stream && model === "mistral-medium-latest") continue;
      it(`${model} runs the library's own tool loop, ${stream ? "streamed" : "in one piece"}`, async () => {
        const given = [];
        const runner = openai.chat.completions.runTools({
          model,
          messages: [{ role: "user", content: "weather_in, please" }],
          stream,
          tools: [{ type: "function", function: { ...weatherTool.function, parse: JSON.parse, function: (value) => (given.push(value), "18 degrees") } }],
        });
        assertBeginsWith(await runner.finalContent(), 'weather_in returned: "18 degrees".');
        assert.equal(given.length, 1);
        assertWeatherArguments(given[0]);
      });
    }
  }

  it("keeps to a JSON schema", async () => {
    const answer = await openai.chat.completions.parse(ask("Who?", { response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: personSchema } } }));
    assertIsPerson(JSON.stringify(answer.choices[0].message.parsed));
  });

  it("completes text, streamed and not", async () => {
    const request = { model: "codestral-latest", prompt: "def total(" };
    const whole = await openai.completions.create(request);
    assert.equal(whole.object, "text_completion");
    const chunks = await collect(await openai.completions.create({ ...request, stream: true }));
    assert.equal(chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.text).join(""), whole.choices[0].text);
  });

  it("embeds, by the library's default and as numbers", async () => {
    const byDefault = await openai.embeddings.create({ model: "mistral-embed", input: ["a", "b"] });
    const numbers = await openai.embeddings.create({ model: "mistral-embed", input: ["a", "b"], encoding_format: "float" });
    for (const index of [0, 1]) {
      assertIsUnit(byDefault.data[index].embedding);
      assert.deepEqual(Array.from(byDefault.data[index].embedding, Math.fround), Array.from(numbers.data[index].embedding, Math.fround));
    }
  });

  it("lists its models and describes each", async () => {
    const models = await collect(openai.models.list());
    assert.ok(models.length >= 9, `${models.length} models`);
    for (const listed of models) assert.equal((await openai.models.retrieve(listed.id)).id, listed.id);
  });

  it("wants a key, knows its models, limits the rate when asked to", async () => {
    await assert.rejects(clientWith(" ").models.list(), OpenAI.AuthenticationError);
    await assert.rejects(openai.models.retrieve("nope"), OpenAI.NotFoundError);
    await assert.rejects(openai.chat.completions.create(ask("a", { model: "emulate-status-429-retryafter-7" })), (error) => {
      assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
      assert.equal(error.headers.get("retry-after"), "7");
      return true;
    });
  });

  it("breaks a stream off when its model's name says so", async () => {
    const { items } = await collectUntilFailure(await openai.chat.completions.create(ask("Hello there", { model: "emulate-tps-50-cut-3", stream: true })));
    assert.equal(items.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content ?? "").join(""), "You said:");
  });
});
