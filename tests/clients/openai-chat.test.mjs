import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsPerson, collect, personSchema, png, quoteOf } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });
const ask = (content, more = {}) => ({ model: "mistral-small-latest", messages: [{ role: "user", content }], ...more });

function assertIsUsage(usage) {
  assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0, JSON.stringify(usage));
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
}

describe("npm openai: chat", () => {
  it("answers in one piece", async () => {
    const answer = await openai.chat.completions.create(ask("Guten Morgen, Αθήνα 🌍"));
    assert.match(answer.id, /^chatcmpl-/);
    assert.equal(answer.object, "chat.completion");
    assert.equal(answer.model, "mistral-small-latest");
    assert.ok(Math.abs(answer.created - Date.now() / 1000) < 60, `${answer.created}`);
    assert.equal(answer.choices.length, 1);
    const [choice] = answer.choices;
    assert.equal(choice.index, 0);
    assert.equal(choice.finish_reason, "stop");
    assert.equal(choice.message.role, "assistant");
    assert.equal(choice.message.refusal, null);
    assertBeginsWith(choice.message.content, quoteOf("Guten Morgen, Αθήνα 🌍"));
    assertIsUsage(answer.usage);
  });

  it("streams the same answer", async () => {
    const whole = await openai.chat.completions.create(ask("the same twice"));
    const chunks = await collect(await openai.chat.completions.create(ask("the same twice", { stream: true })));
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), whole.choices[0].message.content);
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
    assert.equal(new Set(chunks.map((chunk) => chunk.created)).size, 1);
    assert.deepEqual(chunks.map((chunk) => chunk.choices[0].delta.role).filter(Boolean), ["assistant"]);
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    for (const chunk of chunks) {
      assert.equal(chunk.object, "chat.completion.chunk");
      assert.equal(chunk.model, "mistral-small-latest");
      assert.equal("usage" in chunk, false);
    }
    assert.deepEqual(chunks.map((chunk) => chunk.choices[0].finish_reason), [...Array(chunks.length - 1).fill(null), "stop"]);
  });

  it("counts tokens at the end of a stream when asked to", async () => {
    const whole = await openai.chat.completions.create(ask("count me"));
    const chunks = await collect(await openai.chat.completions.create(ask("count me", { stream: true, stream_options: { include_usage: true } })));
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    assert.deepEqual(last.usage, whole.usage);
    assertIsUsage(last.usage);
    for (const chunk of chunks.slice(0, -1)) assert.equal(chunk.usage, null);
  });

  it("satisfies the library's own collector", async () => {
    const stream = openai.chat.completions.stream(ask("collected", { stream_options: { include_usage: true } }));
    let text = "";
    stream.on("content", (delta) => (text += delta));
    const final = await stream.finalChatCompletion();
    assertBeginsWith(final.choices[0].message.content, quoteOf("collected"));
    assert.equal(text, final.choices[0].message.content);
    assert.equal(final.choices[0].finish_reason, "stop");
    assertIsUsage(await stream.totalUsage());
  });

  it("gives as many answers as were asked for", async () => {
    const whole = await openai.chat.completions.create(ask("thrice", { n: 3 }));
    assert.deepEqual(whole.choices.map((choice) => choice.index), [0, 1, 2]);
    assert.equal(new Set(whole.choices.map((choice) => choice.message.content)).size, 3);
    const chunks = await collect(await openai.chat.completions.create(ask("thrice", { n: 3, stream: true })));
    for (const { index, message } of whole.choices) {
      const own = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
      assert.equal(own.map((choice) => choice.delta.content ?? "").join(""), message.content);
      assert.deepEqual(own.map((choice) => choice.finish_reason).filter(Boolean), ["stop"]);
    }
  });

  it("carries a conversation and its settings to the provider", async () => {
    const text = marker("settings");
    await openai.chat.completions.create({
      model: "mistral-large-latest",
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "One?" }] },
        { role: "assistant", content: "Two." },
        { role: "user", content: text },
      ],
      temperature: 0.5,
      top_p: 0.75,
      seed: 7,
      max_completion_tokens: 9,
      stop: ["END"],
      presence_penalty: 0.25,
      frequency_penalty: 0.5,
    });
    const { body } = await requestWith(text);
    assert.deepEqual(body, {
      model: "mistral-large-latest",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One?" },
        { role: "assistant", content: "Two." },
        { role: "user", content: text },
      ],
      temperature: 0.5,
      top_p: 0.75,
      random_seed: 7,
      max_tokens: 9,
      stop: ["END"],
      presence_penalty: 0.25,
      frequency_penalty: 0.5,
    });
  });

  it("says when the length ended it", async () => {
    const whole = await openai.chat.completions.create(ask("at most five", { max_tokens: 5 }));
    assert.equal(whole.choices[0].finish_reason, "length");
    assert.equal(whole.usage.completion_tokens, 5);
    const chunks = await collect(await openai.chat.completions.create(ask("at most five", { max_tokens: 5, stream: true })));
    assert.equal(chunks.at(-1).choices[0].finish_reason, "length");
  });

  it("sees an image", async () => {
    const url = `data:image/png;base64,${png.toString("base64")}`;
    const content = [{ type: "text", text: "Look" }, { type: "image_url", image_url: { url } }];
    const answer = await openai.chat.completions.create(ask(content));
    assertBeginsWith(answer.choices[0].message.content, `${quoteOf("Look")} I see 1 image (image/png, ${png.length} bytes).`);
  });

  it("gives a model's reasoning beside its answer", async () => {
    const whole = await openai.chat.completions.create(ask("Think", { model: "magistral-small-latest" }));
    const { content, reasoning_content: reasoning } = whole.choices[0].message;
    assertBeginsWith(content, quoteOf("Think"));
    assert.match(reasoning, /\S+ \S+/);
    const chunks = await collect(await openai.chat.completions.create(ask("Think", { model: "magistral-small-latest", stream: true })));
    const deltas = chunks.map((chunk) => chunk.choices[0].delta);
    assert.equal(deltas.map((delta) => delta.content ?? "").join(""), content);
    assert.equal(deltas.map((delta) => delta.reasoning_content ?? "").join(""), reasoning);
  });

  it("reasons as hard as asked", async () => {
    const none = await openai.chat.completions.create(ask("Think", { reasoning_effort: "none" }));
    assert.equal("reasoning_content" in none.choices[0].message, false);
    const high = await openai.chat.completions.create(ask("Think", { reasoning_effort: "high" }));
    assert.match(high.choices[0].message.reasoning_content, /\S+ \S+/);
  });
});

describe("npm openai: response_format", () => {
  const schema = { type: "json_schema", json_schema: { name: "person", strict: true, schema: personSchema } };

  it("keeps to a JSON schema, streamed and not", async () => {
    const whole = await openai.chat.completions.create(ask("Who?", { response_format: schema }));
    assertIsPerson(whole.choices[0].message.content);
    const chunks = await collect(await openai.chat.completions.create(ask("Who?", { response_format: schema, stream: true })));
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), whole.choices[0].message.content);
  });

  it("parses with the library's own parser", async () => {
    const answer = await openai.chat.completions.parse(ask("Who?", { response_format: schema }));
    assertIsPerson(JSON.stringify(answer.choices[0].message.parsed));
  });

  it("gives a JSON object", async () => {
    const answer = await openai.chat.completions.create(ask("Some JSON", { response_format: { type: "json_object" } }));
    assert.equal(JSON.parse(answer.choices[0].message.content).you_said, "Some JSON");
  });
});
