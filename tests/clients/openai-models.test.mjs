import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { collect } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });

describe("npm openai: models", () => {
  it("lists every published model", async () => {
    const models = await collect(openai.models.list());
    assert.deepEqual(models.map((model) => model.id).sort(), [
      "codestral-latest",
      "magistral-medium-latest",
      "magistral-small-latest",
      "ministral-8b-latest",
      "mistral-embed",
      "mistral-large-latest",
      "mistral-medium-latest",
      "mistral-small-latest",
      "pixtral-12b-latest",
      "qwen3:8b",
    ]);
    for (const model of models) {
      assert.equal(model.object, "model");
      assert.equal(model.created, Date.UTC(2025, 0, 1) / 1000);
      assert.equal(model.owned_by, model.id === "qwen3:8b" ? "desk" : "emulator");
    }
  });

  it("describes one model, under the name that was asked for", async () => {
    for (const id of ["mistral-embed", "mistral-embed:latest", "emulator/mistral-embed"]) {
      const model = await openai.models.retrieve(id);
      assert.equal(model.id, id);
      assert.equal(model.object, "model");
      assert.equal(model.owned_by, "emulator");
    }
  });

  it("says that a model is not there", async () => {
    await assert.rejects(openai.models.retrieve("nope"), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError, `${error}`);
      assert.equal(error.code, "model_not_found");
      return true;
    });
  });
});
