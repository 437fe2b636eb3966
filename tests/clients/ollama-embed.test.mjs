import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";
import { assertIsUnit, assertSameVector, lengthOf } from "./samples.mjs";

const ollama = new Ollama({ host: door });
const model = "mistral-embed";

describe("npm ollama: embed", () => {
  it("embeds one text", async () => {
    const answer = await ollama.embed({ model, input: "a harbour" });
    assert.equal(answer.model, model);
    assert.equal(answer.embeddings.length, 1);
    assertIsUnit(answer.embeddings[0]);
    assert.ok(answer.prompt_eval_count > 0 && answer.total_duration > 0 && answer.load_duration > 0);
  });

  it("embeds many texts in their order", async () => {
    const texts = ["one", "two", "", "three", "one"];
    const { embeddings } = await ollama.embed({ model, input: texts });
    assert.equal(embeddings.length, texts.length);
    for (const vector of embeddings) assertIsUnit(vector);
    assertSameVector(embeddings[0], embeddings[4]);
    for (const [index, text] of [[0, "one"], [1, "two"], [3, "three"]]) {
      const alone = await ollama.embed({ model, input: text });
      assertSameVector(embeddings[index], alone.embeddings[0]);
    }
    assert.notDeepEqual(embeddings[0], embeddings[1]);
  });

  it("embeds three hundred texts", async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`);
    const { embeddings } = await ollama.embed({ model, input: texts });
    assert.equal(embeddings.length, 300);
    const last = await ollama.embed({ model, input: "text 299" });
    assertSameVector(embeddings[299], last.embeddings[0]);
  });

  it("shortens to the dimensions that were asked for, at unit length", async () => {
    const { embeddings } = await ollama.embed({ model, input: "short", dimensions: 64 });
    assertIsUnit(embeddings[0], 64);
  });

  it("has nothing to embed in nothing", async () => {
    assert.deepEqual(await ollama.embed({ model, input: [] }), { model, embeddings: [] });
    assert.deepEqual(await ollama.embed({ model, input: "" }), { model, embeddings: [] });
  });

  it("answers the older form", async () => {
    const old = await ollama.embeddings({ model, prompt: "a harbour" });
    assert.deepEqual(Object.keys(old), ["embedding"]);
    const { embeddings } = await ollama.embed({ model, input: "a harbour" });
    assertSameVector(old.embedding.map((value) => value / lengthOf(old.embedding)), embeddings[0]);
    assert.deepEqual(await ollama.embeddings({ model, prompt: "" }), { embedding: [] });
  });

  it("says which model is not there", async () => {
    for (const call of [() => ollama.embed({ model: "nope", input: "a" }), () => ollama.embeddings({ model: "nope", prompt: "a" })]) {
      await assert.rejects(call, { name: "ResponseError", status_code: 404, message: 'model "nope" not found, try pulling it first' });
    }
  });
});
