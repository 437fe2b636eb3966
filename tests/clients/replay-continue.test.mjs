// Continue (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { door } from "./addresses.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertIsUnit, assertWeatherArguments, quoteOf, weatherTool } from "./samples.mjs";
import { assertShape, json, lines, readChat, readGenerated } from "./wire.mjs";

const headers = { "content-type": "application/json" };
const model = "mistral-small-latest";

/** Continue reads num_ctx and stop from the lines of "parameters", and stop as a JSON string. */
function readParameters(text) {
  const read = { stop: [] };
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+)\s+(.+)$/.exec(line) ?? assert.fail(`"${line}" is not a key and a value`);
    if (key === "num_ctx") read.numCtx = Number.parseInt(value, 10);
    if (key === "stop") read.stop.push(JSON.parse(value));
  }
  return read;
}

describe("replay: Continue", () => {
  it("joins its addresses so that they come out doubled or not", async () => {
    for (const base of [`${door}/`, `${door}//`]) {
      const response = await fetch(`${base}api/tags`);
      assert.equal(response.status, 200);
      assert.equal(response.redirected, false);
      const posted = await fetch(`${base}api/show`, { method: "POST", body: JSON.stringify({ name: model }) });
      assert.equal(posted.status, 200);
    }
  });

  it("learns the context and whether the model fills in", async () => {
    const shown = await json("POST", "/api/show", { name: "codestral-latest" }, headers);
    assertShape(shown, { parameters: "text", template: "text" });
    assert.ok(readParameters(shown.parameters).numCtx > 0);
    assert.ok(shown.template.includes(".Suffix"));
    const chatModel = await json("POST", "/api/show", { name: model }, headers);
    assert.equal(readParameters(chatModel.parameters).numCtx, 262144);
    assert.equal(chatModel.template.includes(".Suffix"), false);
  });

  it("lists models", async () => {
    const { models } = await json("GET", "/api/tags", undefined, headers);
    assertShape(models, [{ name: "text" }]);
  });

  it("chats, keeping the model for half an hour", async () => {
    const text = marker("continue");
    const body = { model, messages: [{ role: "user", content: text }], options: { num_predict: 4096, num_ctx: 8192, stop: ["<|im_end|>"], temperature: 0.5, num_thread: null, use_mmap: null }, keep_alive: 1800, stream: true };
    assertBeginsWith(readChat(await lines("/api/chat", body, headers), model).content, quoteOf(text));
    const { body: sent } = await requestWith(text);
    assert.deepEqual([sent.max_tokens, sent.stop, sent.temperature], [4096, ["<|im_end|>"], 0.5]);
    const { models } = await json("GET", "/api/ps", undefined, headers);
    assertShape(models, [{ name: "text", expires_at: "date" }]);
  });

  it("offers tools when the last message is the user's, and leaves them out after a result", async () => {
    const messages = [{ role: "user", content: "weather_in please" }];
    const { calls, content } = readChat(await lines("/api/chat", { model, messages, tools: [weatherTool], options: { num_ctx: 8192 }, keep_alive: 1800, stream: true }, headers), model);
    assertWeatherArguments(calls[0].function.arguments);
    messages.push({ role: "assistant", content, tool_calls: calls.map(({ function: called }) => ({ function: { name: called.name, arguments: called.arguments } })) }, { role: "tool", content: "18 degrees" });
    const final = readChat(await lines("/api/chat", { model, messages, options: { num_ctx: 8192 }, keep_alive: 1800, stream: true }, headers), model);
    assertBeginsWith(final.content, 'weather_in returned: "18 degrees".');
  });

  it("completes code between prompt and suffix", async () => {
    const prompt = `def ${marker("continue").replaceAll("-", "_")}(`;
    const chunks = await lines("/api/generate", { model: "codestral-latest", prompt, suffix: "\n    return total", raw: false, options: { num_predict: 32, temperature: 0.01, stop: ["\n\n"], num_ctx: 8192 }, keep_alive: 1800, stream: true }, headers);
    readGenerated(chunks, "codestral-latest");
    const { path, body } = await requestWith(prompt);
    assert.equal(path, "/v1/fim/completions");
    assert.deepEqual([body.prompt, body.suffix, body.max_tokens, body.stop], [prompt, "\n    return total", 32, ["\n\n"]]);
  });

  it("completes code with a prompt of its own template, raw", async () => {
    const prompt = `<fim_prefix>${marker("raw")}<fim_suffix>}<fim_middle>`;
    const chunks = await lines("/api/generate", { model, prompt, raw: true, options: { num_predict: 16 }, keep_alive: 1800, stream: true }, headers);
    assert.equal("context" in readGenerated(chunks, model).final, false);
    const { body } = await requestWith(prompt.slice(12, -20));
    assert.equal(body.messages?.[0].content ?? body.prompt, prompt);
  });

  it("embeds chunks of code", async () => {
    const answer = await json("POST", "/api/embed", { model: "mistral-embed", input: ["function a() {}", "class B {}"] }, headers);
    assert.equal(answer.embeddings.length, 2);
    answer.embeddings.forEach((vector) => assertIsUnit(vector));
  });

  it("pulls by name", async () => {
    const statuses = await lines("/api/pull", { name: model }, headers);
    assert.equal(statuses.at(-1).status, "success");
  });
});
