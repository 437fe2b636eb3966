import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsPerson, collect, personSchema, png, quoteOf } from "./samples.mjs";

const ollama = new Ollama({ host: door });
const ask = (prompt, more = {}) => ({ model: "mistral-small-latest", prompt, ...more });

describe("npm ollama: generate", () => {
  it("answers in one piece", async () => {
    const answer = await ollama.generate(ask("Once upon a time"));
    assertBeginsWith(answer.response, quoteOf("Once upon a time"));
    assert.equal(answer.model, "mistral-small-latest");
    assert.equal(answer.done, true);
    assert.equal(answer.done_reason, "stop");
    assert.ok(answer.eval_count > 10, `${answer.eval_count} tokens`);
    assert.equal("message" in answer, false);
  });

  it("streams the same answer", async () => {
    const whole = await ollama.generate(ask("the same twice"));
    const chunks = await collect(await ollama.generate(ask("the same twice", { stream: true })));
    assert.equal(chunks.map((chunk) => chunk.response).join(""), whole.response);
    assert.deepEqual(chunks.map((chunk) => chunk.done), [...Array(chunks.length - 1).fill(false), true]);
    const last = chunks.at(-1);
    assert.equal(last.done_reason, "stop");
    assert.equal(last.eval_count, whole.eval_count);
    assert.equal(last.response, "");
  });

  it("puts the system text before the prompt", async () => {
    const text = marker("system");
    await ollama.generate(ask(text, { system: "Be brief." }));
    const { body } = await requestWith(text);
    assert.deepEqual(body.messages, [{ role: "system", content: "Be brief." }, { role: "user", content: text }]);
  });

  it("keeps to a JSON schema", async () => {
    const answer = await ollama.generate(ask("Who?", { format: personSchema }));
    assertIsPerson(answer.response);
  });

  it("sees images", async () => {
    const answer = await ollama.generate(ask("Look", { images: [new Uint8Array(png)] }));
    assertBeginsWith(answer.response, `${quoteOf("Look")} I see 1 image (image/png, ${png.length} bytes).`);
  });

  it("gives the thinking beside the answer", async () => {
    const answer = await ollama.generate(ask("Think", { model: "magistral-small-latest", think: true }));
    assert.match(answer.thinking, /\S+ \S+/);
    assertBeginsWith(answer.response, quoteOf("Think"));
    const chunks = await collect(await ollama.generate(ask("Think", { model: "magistral-small-latest", think: true, stream: true })));
    assert.equal(chunks.map((chunk) => chunk.thinking ?? "").join(""), answer.thinking);
    assert.equal(chunks.map((chunk) => chunk.response).join(""), answer.response);
    const quiet = await ollama.generate(ask("Think", { model: "magistral-small-latest", think: false }));
    assert.equal("thinking" in quiet, false);
  });

  it("fills in between prompt and suffix with a model that can", async () => {
    const prompt = `def ${marker("fim").replaceAll("-", "_")}(`;
    const answer = await ollama.generate(ask(prompt, { model: "codestral-latest", suffix: "return total" }));
    assert.match(answer.response, /\S/);
    const { path, body } = await requestWith(prompt);
    assert.equal(path, "/v1/fim/completions");
    assert.deepEqual(body, { model: "codestral-latest", prompt, suffix: "return total" });
  });

  it("refuses a suffix with a model that cannot", async () => {
    await assert.rejects(ollama.generate(ask("a", { suffix: "b" })), {
      name: "ResponseError",
      status_code: 400,
      message: "mistral-small-latest does not support insert",
    });
  });

  it("answers an empty prompt itself: the model counts as loaded", async () => {
    const answer = await ollama.generate(ask(""));
    assert.deepEqual({ ...answer, created_at: "" }, { model: "mistral-small-latest", created_at: "", response: "", done: true, done_reason: "load" });
  });
});
