// VS Code Copilot with Ollama as its provider: it lists through /api and chats through /v1 (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { door } from "./addresses.mjs";
import { curl } from "./curl.mjs";
import { assertBeginsWith, assertWeatherArguments, png, quoteOf, weatherTool } from "./samples.mjs";
import { assertShape, json, send, shownModel } from "./wire.mjs";

const headers = { "content-type": "application/json", "user-agent": "GitHubCopilotChat/0.38.0", authorization: "Bearer " };
const lowest = [0, 6, 4];

/** Copilot's reading of a model. It leaves out a model without a list of capabilities. */
async function resolve(name) {
  const shown = await json("POST", "/api/show", { model: name }, headers);
  assertShape(shown, shownModel);
  const architecture = shown.model_info["general.architecture"];
  return {
    name: shown.model_info["general.basename"] ?? shown.remote_model ?? name,
    context: shown.model_info[`${architecture}.context_length`] ?? 32768,
    tools: shown.capabilities.includes("tools"),
    vision: shown.capabilities.includes("vision"),
  };
}

async function stream(body) {
  const answer = await send("POST", "/v1/chat/completions", { stream: true, stream_options: { include_usage: true }, ...body }, headers);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
  const events = answer.text.split("\n\n");
  assert.equal(events.pop(), "");
  assert.equal(events.pop(), "data: [DONE]");
  return events.map((event) => {
    assert.ok(event.startsWith("data: "), event);
    return JSON.parse(event.slice(6));
  });
}

describe("replay: VS Code Copilot", () => {
  it("accepts the version", async () => {
    const parts = (await json("GET", "/api/version", undefined, headers)).version.split(".").map(Number);
    const difference = parts.map((part, index) => part - lowest[index]).find((each) => each !== 0) ?? 0;
    assert.ok(difference >= 0, parts.join("."));
  });

  it("takes in every listed model", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [{ model: "text" }]);
    const found = Object.fromEntries(await Promise.all(models.map(async ({ model }) => [model, await resolve(model)])));
    assert.deepEqual([found["mistral-small-latest:latest"].tools, found["mistral-small-latest:latest"].vision], [true, true]);
    assert.deepEqual([found["mistral-embed:latest"].tools, found["mistral-embed:latest"].vision], [false, false]);
    for (const [model, { name, context }] of Object.entries(found)) {
      assert.ok(model.startsWith(name), `${model} is shown as ${name}`);
      assert.ok(Number.isSafeInteger(context) && context > 0, `${model} ${context}`);
    }
  });

  it("shows a model under the name that it asked for", async () => {
    assert.equal((await resolve("mistral-small-latest")).name, "mistral-small-latest");
    assert.equal((await resolve("qwen3:8b")).name, "qwen3:8b");
    assert.equal((await resolve("qwen3:8b")).context, 40960);
  });

  it("chats in a stream with its usage at the end", async () => {
    const chunks = await stream({ model: "mistral-small-latest:latest", messages: [{ role: "system", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "Hello" }] }], temperature: 0.1, top_p: 1, n: 1 });
    assertShape(chunks, [{ id: "text", object: "text", created: "positive", model: "text", choices: [{ index: "integer", delta: "object" }] }]);
    assertBeginsWith(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), quoteOf("Hello"));
    assert.equal(chunks[0].choices[0].delta.role, "assistant");
    assertShape(chunks.at(-1), { choices: [], usage: { prompt_tokens: "positive", completion_tokens: "positive", total_tokens: "positive" } });
    assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
  });

  it("calls tools in agent mode", async () => {
    const messages = [{ role: "user", content: "weather_in please" }];
    const chunks = await stream({ model: "mistral-medium-latest:latest", messages, tools: [weatherTool], tool_choice: "auto" });
    const call = { id: "", name: "", arguments: "" };
    for (const piece of chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])) {
      assert.equal(piece.index, 0);
      call.id ||= piece.id;
      call.name ||= piece.function.name;
      call.arguments += piece.function.arguments ?? "";
    }
    assertWeatherArguments(JSON.parse(call.arguments));
    assert.equal(chunks.findLast((chunk) => chunk.choices.length > 0).choices[0].finish_reason, "tool_calls");
    messages.push({ role: "assistant", content: "", tool_calls: [{ id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } }] }, { role: "tool", tool_call_id: call.id, content: "18 degrees" });
    const final = await stream({ model: "mistral-medium-latest:latest", messages, tools: [weatherTool] });
    assertBeginsWith(final.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), 'weather_in returned: "18 degrees".');
  });

  it("attaches a picture", async () => {
    const content = [{ type: "text", text: "Look" }, { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}`, detail: "high" } }];
    const chunks = await stream({ model: "mistral-small-latest:latest", messages: [{ role: "user", content }] });
    assert.match(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), /I see 1 image/);
  });

  it("sends a bearer without a key", async () => {
    for (const authorization of ["Authorization: Bearer ", "Authorization;"]) {
      for (const path of ["/api/version", "/api/tags", "/v1/models"]) {
        assert.equal((await curl(`${door}${path}`, { args: ["--header", authorization] })).status, 200);
      }
    }
  });
});
