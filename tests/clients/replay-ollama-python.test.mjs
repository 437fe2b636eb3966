// ollama-python, which LangChain and LlamaIndex for Python also use. Its typed messages drop ids (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestsWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsUnit, assertTimeArguments, assertWeatherArguments, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";
import { assertShape, durations, failure, json, lines, listedModel, readChat, readGenerated, shownModel } from "./wire.mjs";

const headers = { "content-type": "application/json", accept: "application/json", "user-agent": "ollama-python/0.6.1 (x86_64 linux) Python/3.12.3" };
const model = "mistral-small-latest";
const loadedModel = { name: "text", model: "text", size: "integer", digest: "text", details: "object", expires_at: "date", size_vram: "integer", context_length: "integer" };

/** The members of a message that the library's class Message keeps. */
const typed = ({ role, content, thinking, images, tool_name: toolName, tool_calls: calls }) => ({
  role,
  ...(content === undefined ? {} : { content }),
  ...(thinking ? { thinking } : {}),
  ...(images ? { images } : {}),
  ...(toolName ? { tool_name: toolName } : {}),
  ...(calls ? { tool_calls: calls.map(({ function: called }) => ({ function: { name: called.name, arguments: called.arguments } })) } : {}),
});

describe("replay: ollama-python", () => {
  it("list, ps and show parse into its types", async () => {
    assertShape(await json("GET", "/api/tags", undefined, headers), { models: [listedModel] });
    await json("POST", "/api/chat", { model, messages: [{ role: "user", content: "Hello" }], stream: false, options: {} }, headers);
    const { models } = await json("GET", "/api/ps", undefined, headers);
    assert.ok(models.length > 0);
    assertShape(models, [loadedModel]);
    const shown = await json("POST", "/api/show", { model }, headers);
    assertShape(shown, shownModel);
    assert.ok("model_info" in shown);
  });

  it("chats in one piece with what LlamaIndex sends", async () => {
    const answer = await json("POST", "/api/chat", { model, messages: [{ role: "user", content: "Hello" }], tools: [], stream: false, format: "", options: { temperature: 0.75, num_ctx: 3900 }, keep_alive: "5m" }, headers);
    assertShape(answer, { model: "text", created_at: "date", message: { role: "text", content: "text", thinking: "absent", tool_calls: "absent" }, done: "true", done_reason: "text", ...durations });
    assertBeginsWith(answer.message.content, quoteOf("Hello"));
  });

  it("streams", async () => {
    assertBeginsWith(readChat(await lines("/api/chat", { model, messages: [{ role: "user", content: "Hello" }], tools: [], stream: true }, headers), model).content, quoteOf("Hello"));
    assertBeginsWith(readGenerated(await lines("/api/generate", { model, prompt: "Hello", suffix: "", system: "", template: "", context: [], raw: false, images: null, format: "", options: {}, stream: true }, headers), model).response, quoteOf("Hello"));
  });

  it("sends a picture as base64", async () => {
    const messages = [typed({ role: "user", content: "Look", images: [png.toString("base64")] })];
    assert.match(readChat(await lines("/api/chat", { model, messages, tools: [], stream: true }, headers), model).content, /I see 1 image \(image\/png/);
  });

  it("calls tools in a loop whose messages have lost their ids", async () => {
    const text = marker("python");
    const tools = [weatherTool, timeTool];
    const messages = [typed({ role: "user", content: `time_in and weather_in ${text}` })];
    const { message } = await json("POST", "/api/chat", { model, messages, tools, stream: false }, headers);
    const [weather, time] = message.tool_calls;
    assertWeatherArguments(weather.function.arguments);
    assertTimeArguments(time.function.arguments);
    // The results are in another order than the calls, because they are matched by name when they have one.
    messages.push(typed(message), typed({ role: "tool", tool_name: "time_in", content: "09:41" }), typed({ role: "tool", tool_name: "weather_in", content: "18 degrees" }));
    const second = await json("POST", "/api/chat", { model, messages, tools, stream: false }, headers);
    assert.match(second.message.content, /weather_in returned: "18 degrees"/);
    assert.match(second.message.content, /time_in returned: "09:41"/);
    // Another round follows, with neither name nor id.
    messages.push(typed(second.message), typed({ role: "user", content: `time_in again ${text}` }));
    const third = await json("POST", "/api/chat", { model, messages, tools, stream: false }, headers);
    messages.push(typed(third.message), typed({ role: "tool", content: "09:42" }));
    assertBeginsWith(readChat(await lines("/api/chat", { model, messages, tools, stream: true }, headers), model).content, 'time_in returned: "09:42".');
    const { body } = (await requestsWith(text)).at(-1);
    const calls = body.messages.flatMap((each) => each.tool_calls ?? []);
    const results = body.messages.filter((each) => each.role === "tool");
    assert.equal(new Set(calls.map((call) => call.id)).size, 3);
    for (const call of calls) {
      const content = results.find((result) => result.tool_call_id === call.id)?.content;
      assert.match(content, call.function.name === "weather_in" ? /degrees/ : /09:4/);
    }
  });

  it("embeds, in the new and the old way", async () => {
    const answer = await json("POST", "/api/embed", { model: "mistral-embed", input: ["one", "two"], truncate: null, options: {}, keep_alive: null, dimensions: null }, headers);
    assertShape(answer, { model: "text", embeddings: [["number"]], total_duration: "positive", load_duration: "positive", prompt_eval_count: "positive" });
    answer.embeddings.forEach((vector) => assertIsUnit(vector));
    assertShape(await json("POST", "/api/embeddings", { model: "mistral-embed", prompt: "one", options: {} }, headers), { embedding: ["number"] });
  });

  it("pulls, and raises at a line with an error", async () => {
    const statuses = await lines("/api/pull", { model, insecure: false, stream: true }, headers);
    assertShape(statuses, [{ status: "text", error: "absent", "completed?": "integer", "total?": "integer", "digest?": "text" }]);
    assert.deepEqual([statuses[0].status, statuses.at(-1).status], ["pulling manifest", "success"]);
    assert.equal((await json("POST", "/api/pull", { model, insecure: false, stream: false }, headers)).status, "success");
    const missing = await lines("/api/pull", { model: "nope", insecure: false, stream: true }, headers);
    assert.equal(missing.at(-1).error, "pull model manifest: file does not exist");
  });

  it("raises errors with their status and text", async () => {
    assert.equal(await failure(404, "POST", "/api/chat", { model: "nope", messages: [], stream: false }, headers), "model 'nope' not found");
    assert.equal(await failure(404, "POST", "/api/generate", { model: "", prompt: "", stream: false }, headers), "model '' not found");
    assert.equal(await failure(404, "POST", "/api/embed", { model: "nope", input: "a" }, headers), 'model "nope" not found, try pulling it first');
    assert.equal(await failure(404, "POST", "/api/show", { model: "nope" }, headers), "model 'nope:latest' not found");
    assert.equal(await failure(404, "DELETE", "/api/delete", { model: "nope" }, headers), "model 'nope' not found");
    assert.equal(await failure(404, "POST", "/api/copy", { source: "nope", destination: "other" }, headers), 'model "nope" not found');
    await failure(501, "DELETE", "/api/delete", { model }, headers);
    await failure(501, "POST", "/api/create", { model: "mine", from: model, stream: false }, headers);
    assert.equal(await failure(400, "POST", "/api/create", { model: "mine", stream: false }, headers), "neither 'from' or 'files' was specified");
  });
});
