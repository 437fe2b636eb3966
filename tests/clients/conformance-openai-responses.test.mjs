import assert from "node:assert/strict";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { conformance, dataUrl, notApplicable, versionOf } from "./conformance.mjs";
import { failureOfOpenAI } from "./conformance-openai.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "any", maxRetries: 0 });

function toItems(turn) {
  if (turn.user !== undefined) return [{ role: "user", content: turn.image ? [{ type: "input_text", text: turn.user }, { type: "input_image", detail: "auto", image_url: dataUrl }] : turn.user }];
  if (turn.assistant !== undefined) return [{ role: "assistant", content: turn.assistant }];
  if (turn.answer) return turn.answer.native;
  return turn.results.map(({ id, content }) => ({ type: "function_call_output", call_id: id, output: content }));
}

function toRequest({ model, system, turns, tools, toolChoice, schema, reasoning, stream }) {
  return {
    model,
    input: turns.flatMap(toItems),
    ...(system && { instructions: system }),
    ...(tools.length > 0 && { tools: tools.map(({ type, function: each }) => ({ type, ...each, strict: false })) }),
    ...(toolChoice && { tool_choice: toolChoice.name ? { type: "function", name: toolChoice.name } : toolChoice }),
    ...(schema && { text: { format: { type: "json_schema", name: "person", strict: true, schema } } }),
    ...(reasoning && { reasoning: { effort: "high", summary: "auto" }, include: ["reasoning.encrypted_content"], store: false }),
    ...(stream && { stream }),
  };
}

/** The package returns a failure within a stream as an event, so this throws for such events. */
async function gather(stream, seen) {
  const deltas = { text: "", reasoning: "" };
  const take = (kind, delta) => {
    seen(kind, delta);
    deltas[kind] += delta;
  };
  let response;
  let number = 0;
  for await (const event of stream) {
    if (event.type === "error") throw new Error(event.message);
    assert.equal(event.sequence_number, number++);
    if (event.type === "response.output_text.delta") take("text", event.delta);
    if (/^response\.reasoning(_summary)?_text\.delta$/.test(event.type)) take("reasoning", event.delta);
    if (event.type === "response.failed") throw new Error(event.response.error.message);
    if (event.type === "response.completed" || event.type === "response.incomplete") response = event.response;
  }

  assert.ok(response, "the stream ended without a response");
  const text = response.output.flatMap((item) => item.content ?? []).filter((part) => part.type === "output_text").map((part) => part.text).join("");
  assert.equal(text, deltas.text);
  return response;
}

conformance({
  name: "openai responses",
  file: "openai-responses.jsonl",
  version: versionOf("openai"),
  expected: {
    "stop sequence": { every: notApplicable("Responses have none") },
    embeddings: { every: notApplicable("told of under openai chat completions") },
  },
  async ask(question) {
    const { seen = () => {}, stream } = question;
    const given = await openai.responses.create(toRequest(question));
    const response = stream ? await gather(given, seen) : given;
    const parts = (type, member) => response.output.filter((item) => item.type === type).flatMap((item) => [...(item[member] ?? [])]).map((part) => part.text).join("");
    const calls = response.output.filter((item) => item.type === "function_call");
    return {
      text: parts("message", "content"),
      reasoning: parts("reasoning", "summary") + parts("reasoning", "content"),
      calls: calls.map((call) => ({ id: call.call_id, name: call.name, arguments: JSON.parse(call.arguments) })),
      usage: { input: response.usage.input_tokens, output: response.usage.output_tokens, total: response.usage.total_tokens },
      ended: response.status !== "completed" ? response.incomplete_details.reason : calls.length > 0 ? "tools" : "stop",
      native: response.output,
    };
  },
  failureOf: failureOfOpenAI,
});
