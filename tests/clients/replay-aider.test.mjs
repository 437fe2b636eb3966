// Aider, which uses LiteLLM with both of its prefixes (specs/ollama.md 4.1).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, assertWeatherArguments, png, quoteOf, weatherTool } from "./samples.mjs";
import { assertShape, durations, failure, json, lines, readChat, readGenerated, send } from "./wire.mjs";

const model = "mistral-large-latest";
const litellm = { "user-agent": "litellm/1.82.3", accept: "*/*", "content-type": "application/json" };

/** Aider sends this with every request: its own estimate of the context length, which may be odd and very large. */
const contexts = [8192 + 1.25 * 1000, 12_345.75, 2_000_000_000];

/** LiteLLM's reading of a model's description. It fails when template or model_info is missing. */
async function modelInfo(name) {
  const shown = await json("POST", "/api/show", { name }, litellm);
  const contextKey = Object.keys(shown.model_info).find((key) => key.includes("context_length"));
  return { supportsTools: shown.template.toLowerCase().includes("tools"), maxInputTokens: shown.model_info[contextKey] };
}

describe("replay: Aider through LiteLLM, ollama/", () => {
  it("learns context and tools from show", async () => {
    assert.deepEqual(await modelInfo(model), { supportsTools: true, maxInputTokens: 262144 });
    assert.equal((await modelInfo("codestral-latest")).supportsTools, true);
    assert.equal((await modelInfo("mistral-embed")).supportsTools, false);
    await failure(404, "POST", "/api/show", { name: "nope" }, litellm);
  });

  it("streams an edit, whatever its num_ctx", async () => {
    for (const numCtx of contexts) {
      const text = marker("aider-generate");
      const prompt = `### System:\nAct as an expert software developer.\n\n### User:\n${text}\n\n### Assistant:\n`;
      const chunks = await lines("/api/generate", { model, prompt, options: { temperature: 0, num_ctx: numCtx }, stream: true, images: [] }, litellm);
      for (const chunk of chunks) assertShape(chunk, { done: "boolean", response: "string" });
      const { response, final } = readGenerated(chunks, model);
      assert.match(response, /^You said: "### System:/);
      assert.equal(final.done_reason, "stop");
      const { body } = await requestWith(text);
      assert.deepEqual([body.messages, body.temperature, "num_ctx" in body], [[{ role: "user", content: prompt }], 0, false]);
    }
  });

  it("asks for a commit message in one piece", async () => {
    const answer = await json("POST", "/api/generate", { model, prompt: "### User:\nWrite a commit message\n\n", options: { num_ctx: 9442, temperature: 0 }, stream: false, images: [] }, litellm);
    assertShape(answer, { model: "text", created_at: "date", response: "text", done: "true", done_reason: "text", ...durations });
  });

  it("asks for JSON", async () => {
    const answer = await json("POST", "/api/generate", { model, prompt: "### User:\nAny JSON\n\n", format: "json", options: {}, stream: false, images: [] }, litellm);
    assertShape(JSON.parse(answer.response), "object");
  });

  it("shows a screenshot", async () => {
    const { response } = readGenerated(await lines("/api/generate", { model, prompt: "What is this?", images: [png.toString("base64")], options: { num_ctx: 9442 }, stream: true }, litellm), model);
    assertBeginsWith(response, `${quoteOf("What is this?")} I see 1 image`);
  });
});

describe("replay: Aider through LiteLLM, ollama_chat/", () => {
  const history = [
    { role: "system", content: "Act as an expert software developer." },
    { role: "user", content: "Example?" },
    { role: "assistant", content: "ok" },
  ];

  it("streams an edit, whatever its num_ctx", async () => {
    for (const numCtx of contexts) {
      const text = marker("aider-chat");
      const messages = [...history, { role: "user", content: text }];
      const { content, final } = readChat(await lines("/api/chat", { model, messages, options: { temperature: 0, num_ctx: numCtx }, stream: true }, litellm), model);
      assertBeginsWith(content, quoteOf(text));
      assert.equal(final.done_reason, "stop");
      const { body } = await requestWith(text);
      assert.deepEqual(body.messages, messages);
    }
  });

  it("reads the thinking of a model that reasons, never beside content", async () => {
    const reasoner = "magistral-medium-latest";
    const chunks = await lines("/api/chat", { model: reasoner, messages: [{ role: "user", content: "Think" }], think: true, options: { num_ctx: 9442 }, stream: true }, litellm);
    const { thinking, content } = readChat(chunks, reasoner);
    assert.match(thinking, /\S+ \S+/);
    assertBeginsWith(content, quoteOf("Think"));
  });

  it("calls a tool and gives the result back without any id", async () => {
    const messages = [{ role: "user", content: "weather_in please" }];
    const answer = await json("POST", "/api/chat", { model, messages, tools: [weatherTool], options: { num_ctx: 9442 }, stream: false }, litellm);
    assertShape(answer, { model: "text", message: { role: "text", content: "string", tool_calls: [{ function: { name: "text", arguments: "object" } }] }, done: "true", done_reason: "text", ...durations });
    const [call] = answer.message.tool_calls;
    assertWeatherArguments(call.function.arguments);
    messages.push(
      { role: "assistant", content: "", tool_calls: [{ function: { name: call.function.name, arguments: call.function.arguments } }] },
      { role: "tool", content: "18 degrees" },
    );
    const { content } = readChat(await lines("/api/chat", { model, messages, tools: [weatherTool], options: { num_ctx: 9442 }, stream: true }, litellm), model);
    assertBeginsWith(content, 'weather_in returned: "18 degrees".');
  });

  it("lists models, and learns that one is missing", async () => {
    const { models } = await json("GET", "/api/tags", undefined, litellm);
    assertShape(models, [{ name: "text", model: "text" }]);
    assert.equal(await failure(404, "POST", "/api/chat", { model: "nope", messages: history, stream: true }, litellm), "model 'nope' not found");
    assert.equal((await send("GET", "/", undefined, litellm)).status, 200);
  });
});
