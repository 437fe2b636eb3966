// Zed, whose types must match. A member of another type makes its request fail (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertWeatherArguments, quoteOf, weatherTool } from "./samples.mjs";
import { assertShape, durations, json, lines, readChat } from "./wire.mjs";

const headers = { "content-type": "application/json" };
const listing = { name: "string", modified_at: "string", size: "integer", digest: "string", details: { format: "string", family: "string", "families?": ["string"], parameter_size: "string", quantization_level: "string" } };
const chunkShape = { model: "string", created_at: "string", message: { role: "string", content: "string", "thinking?": "string", "tool_calls?": [{ function: { name: "string", arguments: "object" } }] }, "done_reason?": "string", done: "boolean", "prompt_eval_count?": "integer", "eval_count?": "integer" };

const request = (messages, more) => ({ model: "mistral-small-latest:latest", messages, stream: true, keep_alive: -1, options: { num_ctx: 16384, stop: [], temperature: 1 }, think: null, tools: [], ...more });

async function chat(body) {
  const chunks = await lines("/api/chat", body, headers);
  assertShape(chunks, [chunkShape]);
  return readChat(chunks, body.model);
}

describe("replay: Zed", () => {
  it("lists models and shows each that does not embed", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [listing]);
    for (const { size } of models) assert.ok(size >= 0);
    const shown = models.filter((model) => !model.name.includes("-embed"));
    assert.equal(models.length - shown.length, 1);
    for (const { name } of shown) {
      const { capabilities, model_info: info } = await json("POST", "/api/show", { model: name }, headers);
      assertShape(capabilities, ["string"]);
      assert.ok(capabilities.includes("tools"), `${name}: ${capabilities}`);
      assertShape(info[`${info["general.architecture"]}.context_length`], "positive");
    }
  });

  it("chats without tools, without an end to the keeping", async () => {
    const { content, final } = await chat(request([{ role: "system", content: "You are in an editor." }, { role: "user", content: "Hello", images: null }]));
    assertBeginsWith(content, quoteOf("Hello"));
    assertShape(final, { done_reason: "string", ...durations });
  });

  it("reads thinking", async () => {
    const { thinking, content } = await chat(request([{ role: "user", content: "Think" }], { model: "magistral-small-latest:latest", think: true }));
    assert.match(thinking, /\S+ \S+/);
    assertBeginsWith(content, quoteOf("Think"));
  });

  it("calls a tool in a line of its own, and gives the result back by the tool's name", async () => {
    const text = marker("zed");
    const messages = [{ role: "user", content: `weather_in ${text}` }];
    const body = request(messages, { tools: [weatherTool] });
    const chunks = await lines("/api/chat", body, headers);
    assertShape(chunks, [chunkShape]);
    const withCalls = chunks.filter((chunk) => "tool_calls" in chunk.message);
    assert.deepEqual(withCalls.map((chunk) => chunk.done), [false]);
    const calls = withCalls[0].message.tool_calls;
    assertWeatherArguments(calls[0].function.arguments);
    messages.push(
      { role: "assistant", content: "", tool_calls: calls.map((call) => ({ id: call.id, function: { name: call.function.name, arguments: call.function.arguments } })), thinking: null, images: null },
      { role: "tool", tool_name: "weather_in", content: "18 degrees" },
    );
    assertBeginsWith((await chat(request(messages, { tools: [weatherTool] }))).content, 'weather_in returned: "18 degrees".');
    const [, second] = await requestsWith(text);
    const [, assistant, result] = second.body.messages;
    assert.equal(result.tool_call_id, assistant.tool_calls[0].id);
  });
});
