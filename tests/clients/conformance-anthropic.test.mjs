import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { door } from "./addresses.mjs";
import { conformance, notApplicable, notBesideTools, versionOf } from "./conformance.mjs";

const anthropic = new Anthropic({ baseURL: door, apiKey: "any", maxRetries: 0 });
const classes = { 400: Anthropic.BadRequestError, 404: Anthropic.NotFoundError, 429: Anthropic.RateLimitError };

function toMessage(turn) {
  if (turn.user !== undefined) {
    const image = turn.image && { type: "image", source: { type: "base64", media_type: "image/png", data: turn.image.toString("base64") } };
    return { role: "user", content: image ? [{ type: "text", text: turn.user }, image] : turn.user };
  }

  if (turn.assistant !== undefined) return { role: "assistant", content: turn.assistant };
  if (turn.answer) return { role: "assistant", content: turn.answer.native };
  return { role: "user", content: turn.results.map(({ id, content }) => ({ type: "tool_result", tool_use_id: id, content })) };
}

function toRequest({ model, system, turns, tools, toolChoice, schema, reasoning, stop }) {
  return {
    model,
    max_tokens: 4096,
    messages: turns.map(toMessage),
    ...(system && { system }),
    ...(tools.length > 0 && { tools: tools.map(({ function: { name, description, parameters } }) => ({ name, description, input_schema: parameters })) }),
    ...(toolChoice && { tool_choice: toolChoice.name ? { type: "tool", name: toolChoice.name } : { type: "any" } }),
    ...(schema && { output_config: { format: jsonSchemaOutputFormat(schema) } }),
    ...(reasoning && { thinking: { type: "adaptive", display: "summarized" } }),
    ...(stop && { stop_sequences: stop }),
  };
}

const ends = { end_turn: "stop", stop_sequence: "stop", tool_use: "tools" };

conformance({
  name: "@anthropic-ai/sdk messages",
  file: "anthropic.jsonl",
  version: versionOf("@anthropic-ai/sdk"),
  expected: {
    "structured output": { every: { withoutBounds: true } },
    "structured output, streamed": { every: { withoutBounds: true } },
    "structured output beside tools": { every: { withoutBounds: true }, gemini: notBesideTools },
    embeddings: { every: notApplicable("Anthropic has none") },
  },
  async ask(question) {
    const request = toRequest(question);
    let message;
    if (question.stream) {
      const { seen = () => {} } = question;
      const stream = anthropic.messages.stream(request);
      stream.on("text", (piece) => seen("text", piece)).on("thinking", (piece) => seen("reasoning", piece));
      message = await stream.finalMessage();
    } else {
      message = await anthropic.messages.create(request);
    }

    const joined = (type, member) => message.content.filter((block) => block.type === type).map((block) => block[member]).join("");
    return {
      text: joined("text", "text"),
      reasoning: joined("thinking", "thinking"),
      calls: message.content.filter((block) => block.type === "tool_use").map(({ id, name, input }) => ({ id, name, arguments: input })),
      usage: { input: message.usage.input_tokens, output: message.usage.output_tokens },
      ended: ends[message.stop_reason] ?? message.stop_reason,
      native: message.content,
    };
  },
  failureOf(error) {
    assert.ok(error instanceof (classes[error.status] ?? Anthropic.APIError), `${error.stack}`);
    return { status: error.status, retryAfter: error.headers?.get("retry-after"), message: error.message };
  },
});
