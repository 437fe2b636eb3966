import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { emulator } from "./addresses.mjs";
import { assertBeginsWith, assertIsPerson, assertTimeArguments, assertWeatherArguments, collect, collectUntilFailure, png, quoteOf, timeTool, weatherTool } from "./samples.mjs";

const options = { baseURL: `${emulator}/anthropic`, maxRetries: 0 };
const anthropic = new Anthropic({ ...options, apiKey: "any" });
const older = new Anthropic({ ...options, apiKey: "any", defaultHeaders: { "anthropic-version": "2023-06-01" } });
const toTool = ({ function: { name, description, parameters } }) => ({ name, description, input_schema: parameters });
const tools = [toTool(weatherTool), toTool(timeTool)];
const ask = (content, more = {}) => ({ model: "claude-sonnet-5", max_tokens: 4096, messages: [{ role: "user", content }], ...more });
const textOf = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
const refused = (promise, pattern) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof Anthropic.BadRequestError, `${error}`);
  assert.match(error.message, pattern);
  return true;
});

describe("emulator, npm @anthropic-ai/sdk", () => {
  it("answers in one piece and streams the same", async () => {
    const whole = await anthropic.messages.create(ask("Bonjour 🌍"));
    assertBeginsWith(textOf(whole), quoteOf("Bonjour 🌍"));
    assert.equal(whole.stop_reason, "end_turn");
    const streamed = await anthropic.messages.stream(ask("Bonjour 🌍")).finalMessage();
    assert.deepEqual(streamed.content.map(({ type, text }) => [type, text]), whole.content.map(({ type, text }) => [type, text]));
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
  });

  it("thinks, calls tools in parallel, and goes on with its signed thinking", async () => {
    const request = ask("weather_in and time_in", { tools, thinking: { type: "adaptive", display: "summarized" } });
    const whole = await anthropic.messages.create(request);
    const streamed = await anthropic.messages.stream(request).finalMessage();
    assert.deepEqual(streamed.content.map(({ type, id, input, signature }) => [type, id, input, signature]), whole.content.map(({ type, id, input, signature }) => [type, id, input, signature]));
    assert.deepEqual(whole.content.map((block) => block.type), ["thinking", "tool_use", "tool_use"]);
    assert.equal(whole.stop_reason, "tool_use");
    assertWeatherArguments(whole.content[1].input);
    assertTimeArguments(whole.content[2].input);
    const results = whole.content.slice(1).map((block) => ({ type: "tool_result", tool_use_id: block.id, content: `${block.name} is fine` }));
    const follow = { ...request, messages: [...request.messages, { role: "assistant", content: streamed.content }, { role: "user", content: results }] };
    assertBeginsWith(textOf(await anthropic.messages.create(follow)), 'weather_in returned: "weather_in is fine".');

    const tampered = structuredClone(follow);
    tampered.messages[1].content[0].thinking += "!";
    await refused(anthropic.messages.create(tampered), /Invalid `signature` in `thinking` block/);
    await refused(anthropic.messages.create({ ...follow, model: "claude-opus-5" }), /Invalid `signature` in `thinking` block/);
    await refused(anthropic.messages.create({ ...follow, messages: follow.messages.slice(0, 2) }), /`tool_use` ids were found without `tool_result` blocks/);
    const late = structuredClone(follow);
    late.messages[2].content.unshift({ type: "text", text: "first" });
    await refused(anthropic.messages.create(late), /`tool_use` ids were found without `tool_result` blocks/);
  });

  it("hides thinking when asked to, and streams in Anthropic's order", async () => {
    const events = await collect(await anthropic.messages.create(ask("ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING", { stream: true, thinking: { type: "adaptive", display: "omitted" } })));
    assert.deepEqual([...new Set(events.map((event) => event.type))], ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
    assert.deepEqual(events.filter((event) => event.type === "content_block_start").map((event) => event.content_block.type), ["thinking", "redacted_thinking", "text"]);
    assert.deepEqual(events.filter((event) => event.index === 0 && event.delta).map((event) => event.delta.type), ["signature_delta"]);
  });

  it("keeps to a schema", async () => {
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" }, languages: { type: "array", items: { type: "string", enum: ["en", "de", "fr"] }, minItems: 1 }, address: { type: "object", properties: { street: { type: "string" } }, required: ["street"], additionalProperties: false } }, required: ["name", "age", "languages", "address"], additionalProperties: false };
    const message = await anthropic.messages.create(ask("Who?", { output_config: { format: { type: "json_schema", schema } } }));
    const person = JSON.parse(textOf(message));
    assertIsPerson(JSON.stringify({ ...person, age: 1 }));
    await refused(anthropic.messages.create(ask("Who?", { output_config: { format: { type: "json_schema", schema: { type: "object", properties: {} } } } })), /additionalProperties/);
  });

  it("chooses tools as it is told", async () => {
    const called = async (tool_choice) => (await anthropic.messages.create(ask("time_in weather_in", { tools, tool_choice }))).content.filter((block) => block.type === "tool_use").map((block) => block.name);
    assert.deepEqual(await called({ type: "any" }), ["weather_in", "time_in"]);
    assert.deepEqual(await called({ type: "auto", disable_parallel_tool_use: true }), ["weather_in"]);
    assert.deepEqual(await called({ type: "tool", name: "time_in" }), ["time_in"]);
    assert.deepEqual(await called({ type: "none" }), []);
    await refused(anthropic.messages.create(ask("a", { model: "claude-opus-5-5", tools, tool_choice: { type: "any" } })), /not supported for this model/);
    await refused(anthropic.messages.create(ask("a", { tools, tool_choice: { type: "any" }, thinking: { type: "adaptive" } })), /Thinking may not be enabled/);
  });

  it("sees images and documents", async () => {
    const data = png.toString("base64");
    const message = await anthropic.messages.create(ask([
      { type: "image", source: { type: "base64", media_type: "image/png", data } },
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
      { type: "document", title: "notes", source: { type: "text", media_type: "text/plain", data: "abc" } },
      { type: "text", text: "Look" },
    ]));
    assert.match(textOf(message), /I see 2 images \(image\/png, 70 bytes; by URL\)\. I got notes \(text\/plain, 3 bytes\)\./);
  });

  it("refuses what Anthropic refuses", async () => {
    await refused(anthropic.messages.create(ask("a", { temperature: 1 })), /temperature: Extra inputs are not permitted/);
    await refused(older.messages.create(ask("a", { temperature: 0.5 })), /temperature/);
    await refused(older.messages.create(ask("a", { model: "claude-haiku-4-5", temperature: 0.5, top_p: 0.5 })), /cannot both be specified/);
    await older.messages.create(ask("a", { model: "claude-haiku-4-5", temperature: 0.5 }));
    await refused(anthropic.messages.create(ask("a", { max_tokens: undefined })), /max_tokens: Field required/);
    await refused(anthropic.messages.create(ask([{ type: "text", text: "" }])), /text content blocks must be non-empty/);
    await refused(anthropic.messages.create(ask("a", { stop_sequences: [" "] })), /non-whitespace/);
    await refused(anthropic.messages.create(ask("a", { surprise: 1 })), /surprise: Extra inputs are not permitted/);
    await refused(anthropic.messages.create(ask("a", { model: "claude-opus-4-8", messages: [{ role: "user", content: "a" }, { role: "assistant", content: "{" }] })), /does not support assistant message prefill/);
    await refused(anthropic.messages.create(ask("a", { model: "claude-sonnet-5-5", thinking: { type: "enabled", budget_tokens: 1024 } })), /thinking.type.enabled/);
    await refused(anthropic.messages.create(ask(Array(5).fill({ type: "text", text: "a", cache_control: { type: "ephemeral" } }))), /maximum of 4 blocks/);
    const prefilled = await older.messages.create(ask("a", { model: "claude-sonnet-4-5", messages: [{ role: "user", content: "a" }, { role: "assistant", content: "So" }] }));
    assert.ok(textOf(prefilled).length > 0);
  });

  it("counts, and reports its cache", async () => {
    const marked = ask([{ type: "text", text: "One two three.", cache_control: { type: "ephemeral" } }, { type: "text", text: "Four.", cache_control: { type: "ephemeral" } }, { type: "text", text: "Five." }]);
    const { usage } = await anthropic.messages.create(marked);
    const total = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
    assert.ok(usage.cache_read_input_tokens > usage.cache_creation_input_tokens && usage.cache_creation_input_tokens > 0);
    assert.equal((await anthropic.messages.countTokens({ model: marked.model, messages: marked.messages })).input_tokens, total);
  });

  it("lists its models in pages and describes each", async () => {
    const models = await collect(anthropic.models.list({ limit: 5 }));
    assert.ok(models.length >= 13);
    for (const model of models) assert.equal((await anthropic.models.retrieve(model.id)).id, model.id);
    assert.equal((await anthropic.models.retrieve("claude-haiku-4-5")).id, "claude-haiku-4-5-20251001");
  });

  it("declines, stops and fails as it is asked to", async () => {
    const declined = await anthropic.messages.create(ask("a", { model: "emulate-refuse" }));
    assert.deepEqual([declined.stop_reason, declined.content], ["refusal", []]);
    assert.equal((await anthropic.messages.create(ask("a", { max_tokens: 2 }))).stop_reason, "max_tokens");
    const stopped = await anthropic.messages.create(ask("a", { stop_sequences: ["said"] }));
    assert.deepEqual([stopped.stop_reason, stopped.stop_sequence, textOf(stopped)], ["stop_sequence", "said", "You "]);
    await assert.rejects(anthropic.messages.create(ask("a", { model: "emulate-status-429-retryafter-7" })), Anthropic.RateLimitError);
    await assert.rejects(anthropic.messages.create(ask("a", { model: "nope" })), Anthropic.NotFoundError);
    await assert.rejects(new Anthropic({ ...options, apiKey: "refuse" }).messages.create(ask("a")), Anthropic.AuthenticationError);
    const { items, error } = await collectUntilFailure(await anthropic.messages.create(ask("Hello there", { model: "emulate-error-3", stream: true })));
    assert.equal(items.map((event) => event.delta?.text ?? "").join(""), "You said:");
    assert.match(error.message, /overloaded_error/);
  });
});
