import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI, { AzureOpenAI } from "openai";
import { emulator } from "./addresses.mjs";
import { assertBeginsWith, assertIsPerson, assertIsUnit, assertTimeArguments, assertWeatherArguments, collect, collectUntilFailure, personSchema, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";

const options = { apiKey: "any", maxRetries: 0 };
const servers = {
  openai: { client: new OpenAI({ ...options, baseURL: `${emulator}/openai/v1` }), snapshot: "gpt-4.1-mini-2025-04-14" },
  "azure v1": { client: new OpenAI({ ...options, baseURL: `${emulator}/azure/openai/v1` }), snapshot: "gpt-4.1-mini-2025-04-14" },
  "azure deployments": { client: new AzureOpenAI({ ...options, endpoint: `${emulator}/azure`, apiVersion: "2024-10-21" }), snapshot: "gpt-4.1-mini-2025-04-14" },
  compatible: { client: new OpenAI({ ...options, baseURL: `${emulator}/compat/v1` }), snapshot: "gpt-4.1-mini" },
};
const openai = servers.openai.client;
const ask = (content, more = {}) => ({ model: "gpt-4.1-mini", messages: [{ role: "user", content }], ...more });
const textOf = (chunks) => chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content ?? "").join("");

for (const [name, { client, snapshot }] of Object.entries(servers)) {
  describe(`emulator, npm openai, ${name}`, () => {
    it("answers in one piece and streams the same", async () => {
      const whole = await client.chat.completions.create(ask("Bonjour 🌍"));
      assert.equal(whole.model, snapshot);
      assertBeginsWith(whole.choices[0].message.content, quoteOf("Bonjour 🌍"));
      const chunks = await collect(await client.chat.completions.create(ask("Bonjour 🌍", { stream: true, stream_options: { include_usage: true } })));
      assert.equal(textOf(chunks), whole.choices[0].message.content);
      assert.deepEqual(chunks.map((chunk) => chunk.usage).filter(Boolean), [whole.usage]);
    });

    for (const stream of [false, true]) {
      it(`runs the library's own tool loop, ${stream ? "streamed" : "in one piece"}`, async () => {
        const given = [];
        const runner = client.chat.completions.runTools({
          model: "gpt-4.1-mini",
          messages: [{ role: "user", content: "weather_in and time_in, please" }],
          stream,
          tools: [
            { type: "function", function: { ...weatherTool.function, parse: JSON.parse, function: (value) => (given.push(value), "18 degrees") } },
            { type: "function", function: { ...timeTool.function, parse: JSON.parse, function: (value) => (given.push(value), "noon") } },
          ],
        });
        assertBeginsWith(await runner.finalContent(), 'weather_in returned: "18 degrees". time_in returned: "noon".');
        assertWeatherArguments(given[0]);
        assertTimeArguments(given[1]);
      });
    }

    it("keeps to a JSON schema", async () => {
      const answer = await client.chat.completions.parse(ask("Who?", { response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: personSchema } } }));
      assertIsPerson(JSON.stringify(answer.choices[0].message.parsed));
    });

    it("completes text, and embeds by the library's default", async () => {
      const text = await client.completions.create({ model: "gpt-3.5-turbo-instruct", prompt: ["Once", "Twice"] });
      assert.deepEqual(text.choices.map((choice) => choice.index), [0, 1]);
      const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"], dimensions: 256 });
      for (const { embedding } of data) assertIsUnit(embedding, 256);
    });

    it("fails as it is asked to", async () => {
      await assert.rejects(client.chat.completions.create(ask("a", { model: "emulate-status-429-retryafter-7" })), (error) => {
        assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
        assert.equal(error.headers.get("retry-after"), "7");
        return true;
      });
      const { items, error } = await collectUntilFailure(await client.chat.completions.create(ask("Hello there", { model: "emulate-error-3", stream: true })));
      assert.equal(textOf(items), "You said:");
      assert.ok(error instanceof OpenAI.APIError, `${error}`);
    });
  });
}

describe("emulator, npm openai, OpenAI's own", () => {
  it("responds in one piece and streams the same, with a summary of its reasoning", async () => {
    const request = { model: "gpt-5-mini", input: "Why?", reasoning: { effort: "high", summary: "auto" }, include: ["reasoning.encrypted_content"], store: false };
    const whole = await openai.responses.create(request);
    assert.deepEqual(whole.output.map((item) => item.type), ["reasoning", "message"]);
    assertBeginsWith(whole.output_text, quoteOf("Why?"));
    const stream = openai.responses.stream(request);
    const events = await collect(stream);
    assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, index) => index));
    const last = await stream.finalResponse();
    assert.equal(last.output_text, whole.output_text);
    assert.equal(last.output[0].encrypted_content, whole.output[0].encrypted_content);
    assert.deepEqual(last.output[0].summary, whole.output[0].summary);
    assert.deepEqual(last.usage, whole.usage);
  });

  it("goes on from a stored response, and from items that the client keeps", async () => {
    const tools = [{ type: "function", ...weatherTool.function, strict: false }];
    const first = await openai.responses.create({ model: "gpt-5.2", input: "weather_in?", tools });
    const call = first.output.find((item) => item.type === "function_call");
    assertWeatherArguments(JSON.parse(call.arguments));
    const output = { type: "function_call_output", call_id: call.call_id, output: "rain" };
    const stored = await openai.responses.create({ model: "gpt-5.2", input: [output], tools, previous_response_id: first.id });
    assertBeginsWith(stored.output_text, 'weather_in returned: "rain".');
    const kept = await openai.responses.create({ model: "gpt-5.2", input: [{ role: "user", content: "weather_in?" }, ...first.output, output], tools });
    assertBeginsWith(kept.output_text, 'weather_in returned: "rain".');
    await assert.rejects(openai.responses.create({ model: "gpt-5.2", input: [{ role: "user", content: "weather_in?" }, ...first.output], tools }), /No tool output found/);
    assert.equal((await openai.responses.retrieve(first.id)).id, first.id);
    await openai.responses.delete(first.id);
    await assert.rejects(openai.responses.retrieve(first.id), OpenAI.NotFoundError);
  });

  it("parses structured responses", async () => {
    const answer = await openai.responses.parse({ model: "gpt-4.1-mini", input: "Who?", text: { format: { type: "json_schema", name: "person", strict: true, schema: personSchema } } });
    assertIsPerson(answer.output_text);
  });

  it("refuses what reasoning models refuse", async () => {
    const refused = (more, code, param) => assert.rejects(openai.chat.completions.create(ask("a", more)), (error) => {
      assert.equal(error.status, 400);
      assert.deepEqual([error.code, error.param], [code, param]);
      return true;
    });
    await refused({ model: "gpt-5", max_tokens: 5 }, "unsupported_parameter", "max_tokens");
    await refused({ model: "o4-mini", temperature: 0.5 }, "unsupported_value", "temperature");
    await refused({ model: "gpt-5-mini", stop: "a" }, "unsupported_parameter", "stop");
    await refused({ model: "gpt-5.2", tools: [weatherTool] }, null, "reasoning_effort");
    await refused({ surprise: 1 }, "unknown_parameter", "surprise");
    const { usage } = await openai.chat.completions.create(ask("a", { model: "gpt-5", reasoning_effort: "low" }));
    assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
  });

  it("sees, hears and speaks", async () => {
    const url = `data:image/png;base64,${png.toString("base64")}`;
    const seen = await openai.chat.completions.create(ask([{ type: "text", text: "Look" }, { type: "image_url", image_url: { url } }]));
    assert.match(seen.choices[0].message.content, /I see 1 image \(image\/png, 70 bytes\)/);
    const spoken = await openai.chat.completions.create(ask("Say it", { model: "gpt-audio", modalities: ["text", "audio"], audio: { voice: "alloy", format: "pcm16" } }));
    assertBeginsWith(spoken.choices[0].message.audio.transcript, quoteOf("Say it"));
    assert.ok(Buffer.from(spoken.choices[0].message.audio.data, "base64").length > 0);
  });

  it("declines, and gives logarithms", async () => {
    const declined = await openai.chat.completions.create(ask("a", { model: "emulate-refuse" }));
    assert.equal(declined.choices[0].message.refusal, "I'm sorry, but I can't help with that.");
    const { choices } = await openai.chat.completions.create(ask("a", { logprobs: true, top_logprobs: 2, n: 2 }));
    assert.equal(choices.length, 2);
    assert.equal(choices[0].logprobs.content.map(({ token }) => token).join(""), choices[0].message.content);
  });

  it("wants a key", async () => {
    await assert.rejects(new OpenAI({ ...options, apiKey: "refuse", baseURL: `${emulator}/openai/v1` }).models.list(), OpenAI.AuthenticationError);
    await assert.rejects(new AzureOpenAI({ ...options, apiKey: "refuse", endpoint: `${emulator}/azure`, apiVersion: "2024-10-21" }).chat.completions.create(ask("a")), OpenAI.AuthenticationError);
    await assert.rejects(openai.models.retrieve("nope"), OpenAI.NotFoundError);
  });
});
