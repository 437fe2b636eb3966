// OllamaSharp, which Microsoft.Extensions.AI also uses (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertBeginsWith, assertIsUnit, assertWeatherArguments, quoteOf, weatherTool } from "./samples.mjs";
import { assertShape, durations, failure, json, lines, listedModel, readChat, readGenerated, send } from "./wire.mjs";

const headers = { "content-type": "application/json; charset=utf-8" };
const model = "mistral-small-latest";

describe("replay: OllamaSharp", () => {
  it("sees that it runs", async () => {
    const answer = await send("GET", "/", undefined, headers);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /\S/);
  });

  it("reads the version as .NET does", async () => {
    assert.match((await json("GET", "/api/version", undefined, headers)).version, /^\d+\.\d+\.\d+$/);
  });

  it("lists local and running models", async () => {
    assertShape((await json("GET", "/api/tags", undefined, headers)).models, [listedModel]);
    await json("POST", "/api/generate", { model, prompt: "Hello", stream: false }, headers);
    const { models } = await json("GET", "/api/ps", undefined, headers);
    assert.ok(models.length > 0);
    assertShape(models, [{ name: "text", size: "integer", digest: "text", details: { format: "string", family: "string", parameter_size: "string", quantization_level: "string" }, expires_at: "date", size_vram: "integer" }]);
  });

  it("shows a model; what is there of numbers is whole", async () => {
    for (const name of [model, "mistral-embed", "qwen3:8b"]) {
      const shown = await json("POST", "/api/show", { model: name }, headers);
      assertShape(shown, { details: { parent_model: "string", format: "string", family: "string", families: ["string"], parameter_size: "string", quantization_level: "string" }, capabilities: ["string"] });
      const info = shown.model_info;
      assertShape(info, { "general.architecture": "text", "general.parameter_count?": "integer", "general.file_type?": "integer", "general.quantization_version?": "integer" });
      assertShape(info[`${info["general.architecture"]}.context_length`], "positive");
    }
  });

  it("streams a chat, with tools, and counts in whole nanoseconds", async () => {
    const { content, final } = readChat(await lines("/api/chat", { model, messages: [{ role: "user", content: "Hello" }], stream: true }, headers), model);
    assertBeginsWith(content, quoteOf("Hello"));
    assertShape(final, durations);
    const { calls } = readChat(await lines("/api/chat", { model, messages: [{ role: "user", content: "weather_in" }], tools: [weatherTool], stream: true }, headers), model);
    assertWeatherArguments(calls[0].function.arguments);
  });

  it("knows by the text that a model has no tools", async () => {
    const text = await failure(400, "POST", "/api/chat", { model: "mistral-embed", messages: [{ role: "user", content: "weather_in" }], tools: [weatherTool], stream: true }, headers);
    assert.match(text, /does not support (tools|chat)/);
  });

  it("generates and embeds a list", async () => {
    readGenerated(await lines("/api/generate", { model, prompt: "Hello", stream: true }, headers), model);
    const answer = await json("POST", "/api/embed", { model: "mistral-embed", input: ["one"] }, headers);
    assertShape(answer, { embeddings: [["number"]], total_duration: "integer", load_duration: "integer", prompt_eval_count: "integer" });
    assertIsUnit(answer.embeddings[0]);
  });

  it("looks for a blob before it creates", async () => {
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    assert.equal((await send("HEAD", `/api/blobs/${digest}`, undefined, headers)).status, 404);
    await failure(501, "POST", `/api/blobs/${digest}`, "bytes", headers);
    await failure(400, "POST", "/api/blobs/sha256:short", "bytes", headers);
  });
});
