// Home Assistant's Ollama integration, on ollama-python (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsPerson, assertTimeArguments, assertWeatherArguments, personSchema, quoteOf, timeTool, weatherTool } from "./samples.mjs";
import { assertShape, failure, json, lines, readChat } from "./wire.mjs";

const headers = { "content-type": "application/json", accept: "application/json", "user-agent": "ollama-python/0.5.1 (x86_64 linux) Python/3.13" };
const model = "mistral-medium-latest:latest";

async function chat(messages, more) {
  return readChat(await lines("/api/chat", { model, messages, tools: [], stream: true, keep_alive: "300s", options: { num_ctx: 8192 }, think: false, format: null, ...more }, headers), model);
}

describe("replay: Home Assistant", () => {
  it("sets itself up with a listed model: its stored name is the listed one, tag included", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [{ model: "text" }]);
    assert.ok(models.some((each) => each.model === model));
  });

  it("pulls a model that is not in its list, in one piece", async () => {
    assertShape(await json("POST", "/api/pull", { model: "mistral-small-latest", insecure: false, stream: false }, headers), { status: "text", error: "absent" });
    assert.equal(await failure(500, "POST", "/api/pull", { model: "nope", insecure: false, stream: false }, headers), "pull model manifest: file does not exist");
  });

  for (const keepAlive of ["300s", -1]) {
    it(`talks, keeping the model ${keepAlive}`, async () => {
      const { content } = await chat([{ role: "system", content: "You control a house." }, { role: "user", content: "Hello" }], { keep_alive: keepAlive });
      assertBeginsWith(content, quoteOf("Hello"));
    });
  }

  it("lets the model think when it is switched on", async () => {
    const { thinking, content } = await chat([{ role: "user", content: "Think" }], { think: true });
    assert.match(thinking, /\S+ \S+/);
    assertBeginsWith(content, quoteOf("Think"));
    assert.equal((await chat([{ role: "user", content: "Think" }])).thinking, "");
  });

  it("calls two tools in one turn and gives the results back by position alone", async () => {
    const text = marker("house");
    const tools = [weatherTool, timeTool];
    const messages = [{ role: "user", content: `weather_in and time_in ${text}` }];
    const { calls } = await chat(messages, { tools });
    assertWeatherArguments(calls[0].function.arguments);
    assertTimeArguments(calls[1].function.arguments);
    messages.push(
      { role: "assistant", content: "", tool_calls: calls.map((call) => ({ function: { name: call.function.name, arguments: call.function.arguments } })) },
      { role: "tool", content: '{"temperature": 18}' },
      { role: "tool", content: '{"time": "09:41"}' },
    );
    const { content } = await chat(messages, { tools });
    assert.match(content, /weather_in returned: "\{"temperature": 18\}"\. time_in returned: "\{"time": "09:41"\}"\./);
    const [, second] = await requestsWith(text);
    const [, assistant, ...results] = second.body.messages;
    assert.deepEqual(results.map((result) => result.tool_call_id), assistant.tool_calls.map((call) => call.id));
    assert.equal(new Set(assistant.tool_calls.map((call) => call.id)).size, 2);
  });

  it("makes data of a shape", async () => {
    assertIsPerson((await chat([{ role: "user", content: "Who?" }], { format: personSchema })).content);
  });

  it("hears that a model is not there, and never that its key is wrong", async () => {
    assert.equal(await failure(404, "POST", "/api/chat", { model: "nope:latest", messages: [{ role: "user", content: "Hi" }], stream: true }, headers), "model 'nope:latest' not found");
    await failure(502, "POST", "/api/chat", { model: "emulator/emulate-status-401", messages: [{ role: "user", content: "Hi" }], stream: true }, headers);
  });
});
