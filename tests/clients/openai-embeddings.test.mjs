import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { assertIsUnit, assertSameVector } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });
const model = "mistral-embed";

describe("npm openai: embeddings", () => {
  it("gives the same vector by the default, as base64 and as numbers", async () => {
    // The library asks for base64 by default and decodes it.
    const byDefault = await openai.embeddings.create({ model, input: "a harbour" });
    const numbers = await openai.embeddings.create({ model, input: "a harbour", encoding_format: "float" });
    const base64 = await openai.embeddings.create({ model, input: "a harbour", encoding_format: "base64" });
    assertIsUnit(byDefault.data[0].embedding);
    assertSameVector(byDefault.data[0].embedding, numbers.data[0].embedding);
    const bytes = Buffer.from(base64.data[0].embedding, "base64");
    assert.equal(bytes.length, 4096);
    assertSameVector(Array.from({ length: 1024 }, (_, index) => bytes.readFloatLE(index * 4)), numbers.data[0].embedding);
    for (const answer of [byDefault, numbers, base64]) {
      assert.equal(answer.object, "list");
      assert.equal(answer.model, model);
      assert.deepEqual(answer.usage, numbers.usage);
    }
    assert.ok(numbers.usage.prompt_tokens > 0);
    assert.equal(numbers.usage.total_tokens, numbers.usage.prompt_tokens);
  });

  it("embeds many texts in their order", async () => {
    const { data } = await openai.embeddings.create({ model, input: ["one", "two", "one"] });
    assert.deepEqual(data.map((item) => [item.object, item.index]), [["embedding", 0], ["embedding", 1], ["embedding", 2]]);
    assertSameVector(data[0].embedding, data[2].embedding);
    const alone = await openai.embeddings.create({ model, input: "two" });
    assertSameVector(data[1].embedding, alone.data[0].embedding);
    assert.notDeepEqual(data[0].embedding, data[1].embedding);
  });

  it("gives the dimensions that were asked for", async () => {
    const { data } = await openai.embeddings.create({ model, input: "short", dimensions: 64 });
    assert.equal(data[0].embedding.length, 64);
  });

  for (const [what, request, param] of [
    ["no input", { model, input: [] }, "input"],
    ["a number as input", { model, input: 7 }, "input"],
    ["an unknown encoding", { model, input: "a", encoding_format: "hex" }, "encoding_format"],
    ["no dimensions", { model, input: "a", dimensions: 0 }, "dimensions"],
  ]) {
    it(`refuses ${what}, naming ${param}`, async () => {
      await assert.rejects(openai.embeddings.create(request), (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError, `${error}`);
        assert.equal(error.param, param);
        return true;
      });
    });
  }
});
