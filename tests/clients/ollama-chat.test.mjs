import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsPerson, collect, personSchema, png, quoteOf } from "./samples.mjs";

const ollama = new Ollama({ host: door });
const ask = (content, more = {}) => ({ model: "mistral-small-latest", messages: [{ role: "user", content }], ...more });

function assertIsFinal(answer) {
  assert.equal(answer.done, true);
  assert.equal(answer.done_reason, "stop");
  for (const key of ["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"]) {
    assert.ok(Number.isInteger(answer[key]) && answer[key] > 0, `${key} ${answer[key]}`);
  }
  assert.ok(answer.total_duration >= answer.eval_duration, "a part is longer than the whole");
}

describe("npm ollama: chat", () => {
  it("answers in one piece", async () => {
    const answer = await ollama.chat(ask("Guten Morgen, Αθήνα 🌍"));
    assert.equal(answer.model, "mistral-small-latest");
    assert.equal(answer.message.role, "assistant");
    assertBeginsWith(answer.message.content, quoteOf("Guten Morgen, Αθήνα 🌍"));
    assert.deepEqual(Object.keys(answer.message).sort(), ["content", "role"]);
    assertIsFinal(answer);
    assert.ok(Math.abs(Date.parse(answer.created_at) - Date.now()) < 60_000, answer.created_at);
  });

  it("streams the same answer", async () => {
    const whole = await ollama.chat(ask("the same twice"));
    const chunks = await collect(await ollama.chat(ask("the same twice", { stream: true })));
    assert.equal(chunks.map((chunk) => chunk.message.content).join(""), whole.message.content);
    assert.ok(chunks.length > 10, `${chunks.length} chunks`);
    for (const chunk of chunks) {
      assert.equal(chunk.model, "mistral-small-latest");
      assert.equal(chunk.message.role, "assistant");
    }
    const [last, ...others] = chunks.toReversed();
    assertIsFinal(last);
    assert.equal(last.message.content, "");
    assert.equal(last.eval_count, whole.eval_count);
    assert.equal(last.prompt_eval_count, whole.prompt_eval_count);
    for (const chunk of others) assert.deepEqual(Object.keys(chunk).sort(), ["created_at", "done", "message", "model"]);
    assert.ok(others.every((chunk) => chunk.done === false));
  });

  it("hands tokens on when they come, not at the end", async () => {
    const stream = await ollama.chat(ask("slowly", { model: "emulator/emulate-tps-10-tokens-8", stream: true }));
    const times = [];
    for await (const chunk of stream) if (chunk.message.content) times.push(performance.now());
    assert.equal(times.length, 8);
    const spread = times.at(-1) - times[0];
    assert.ok(spread > 400, `8 tokens at 10 a second came within ${spread} ms`);
  });

  it("carries a conversation and the options to the provider", async () => {
    const text = marker("options");
    await ollama.chat({
      model: "mistral-large-latest:latest",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One?" },
        { role: "assistant", content: "Two." },
        { role: "user", content: text },
      ],
      keep_alive: "5m",
      options: { temperature: 0.5, top_p: 0.75, seed: 7, num_predict: 9, stop: ["END"], num_ctx: 12345.5, presence_penalty: 0.25, frequency_penalty: 0.5 },
    });
    const { path, body } = await requestWith(text);
    assert.equal(path, "/v1/chat/completions");
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
    for (const stream of [false, true]) {
      const answer = await ollama.chat(ask("at most five", { stream, options: { num_predict: 5 } }));
      const last = stream ? (await collect(answer)).at(-1) : answer;
      assert.equal(last.done_reason, "length");
      assert.equal(last.eval_count, 5);
    }
  });

  it("stops before a stop word", async () => {
    const answer = await ollama.chat(ask("one two three", { options: { stop: ["two"] } }));
    assert.equal(answer.message.content, 'You said: "one ');
    assert.equal(answer.done_reason, "stop");
  });

  it("keeps to a JSON schema, streamed and not", async () => {
    const answer = await ollama.chat(ask("Who?", { format: personSchema }));
    assertIsPerson(answer.message.content);
    const chunks = await collect(await ollama.chat(ask("Who?", { format: personSchema, stream: true })));
    assert.equal(chunks.map((chunk) => chunk.message.content).join(""), answer.message.content);
  });

  it("gives a JSON object when asked for json", async () => {
    const answer = await ollama.chat(ask("Any JSON will do", { format: "json" }));
    assert.equal(JSON.parse(answer.message.content).you_said, "Any JSON will do");
  });

  it("sees an image and knows its type", async () => {
    for (const image of [png.toString("base64"), new Uint8Array(png)]) {
      const answer = await ollama.chat({ model: "mistral-small-latest", messages: [{ role: "user", content: "Look", images: [image] }] });
      assertBeginsWith(answer.message.content, `${quoteOf("Look")} I see 1 image (image/png, ${png.length} bytes).`);
    }
  });

  it("sees every image of a message", async () => {
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(32)]);
    const images = [png, jpeg].map((image) => image.toString("base64"));
    const answer = await ollama.chat({ model: "pixtral-12b-latest", messages: [{ role: "user", content: "Both", images }] });
    assertBeginsWith(answer.message.content, `${quoteOf("Both")} I see 2 images (image/png, 70 bytes; image/jpeg, 36 bytes).`);
  });

  it("answers an empty conversation itself: the model counts as loaded", async () => {
    const answer = await ollama.chat({ model: "mistral-small-latest", messages: [] });
    assert.deepEqual({ ...answer, created_at: "" }, {
      model: "mistral-small-latest",
      created_at: "",
      message: { role: "assistant", content: "" },
      done: true,
      done_reason: "load",
    });
    const unloaded = await ollama.chat({ model: "mistral-small-latest", messages: [], keep_alive: 0 });
    assert.equal(unloaded.done_reason, "unload");
  });
});

describe("npm ollama: think", () => {
  const reasoner = (more) => ask("Think it over", { model: "magistral-small-latest", ...more });

  it("gives the thinking beside the answer", async () => {
    const { message } = await ollama.chat(reasoner({ think: true }));
    assert.match(message.thinking, /\S+ \S+/);
    assertBeginsWith(message.content, quoteOf("Think it over"));
    assert.ok(!message.content.includes(message.thinking));
  });

  it("streams all thinking before the answer, each in its place", async () => {
    const whole = await ollama.chat(reasoner({ think: true }));
    const chunks = await collect(await ollama.chat(reasoner({ think: true, stream: true })));
    assert.equal(chunks.map((chunk) => chunk.message.thinking ?? "").join(""), whole.message.thinking);
    assert.equal(chunks.map((chunk) => chunk.message.content).join(""), whole.message.content);
    const kinds = chunks.slice(0, -1).map((chunk) => ("thinking" in chunk.message ? "thinking" : "content"));
    assert.equal(kinds.lastIndexOf("thinking") + 1, kinds.indexOf("content"));
    for (const { message } of chunks) if ("thinking" in message) assert.notEqual(message.thinking, "");
  });

  it("gives none when told not to think", async () => {
    const { message } = await ollama.chat(reasoner({ think: false }));
    assert.deepEqual(Object.keys(message).sort(), ["content", "role"]);
    assertBeginsWith(message.content, quoteOf("Think it over"));
    const chunks = await collect(await ollama.chat(reasoner({ think: false, stream: true })));
    for (const chunk of chunks) assert.deepEqual(Object.keys(chunk.message).sort(), ["content", "role"]);
  });

  it("takes a level", async () => {
    const { message } = await ollama.chat(ask("Deeply", { think: "high" }));
    assert.match(message.thinking, /\S+ \S+/);
    assertBeginsWith(message.content, quoteOf("Deeply"));
  });

  it("refuses to think with a model that cannot", async () => {
    await assert.rejects(ollama.chat(ask("Hm", { model: "ministral-8b-latest", think: true })), {
      name: "ResponseError",
      status_code: 400,
      message: '"ministral-8b-latest" does not support thinking',
    });
  });
});
