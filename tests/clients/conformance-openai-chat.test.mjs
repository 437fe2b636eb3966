import assert from "node:assert/strict";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { conformance, dataUrl, hiddenReasoning, noEmbeddings, versionOf } from "./conformance.mjs";
import { failureOfOpenAI, embedWithOpenAI } from "./conformance-openai.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "any", maxRetries: 0 });

function toMessages(turn) {
  if (turn.user !== undefined) return [{ role: "user", content: turn.image ? [{ type: "text", text: turn.user }, { type: "image_url", image_url: { url: dataUrl } }] : turn.user }];
  if (turn.assistant !== undefined) return [{ role: "assistant", content: turn.assistant }];
  if (turn.answer) return [turn.answer.native];
  return turn.results.map(({ id, content }) => ({ role: "tool", tool_call_id: id, content }));
}

function toRequest({ model, system, turns, tools, toolChoice, schema, reasoning, stop, stream }) {
  return {
    model,
    messages: [...(system ? [{ role: "system", content: system }] : []), ...turns.flatMap(toMessages)],
    ...(tools.length > 0 && { tools }),
    ...(toolChoice && { tool_choice: toolChoice.name ? { type: "function", function: { name: toolChoice.name } } : toolChoice }),
    ...(schema && { response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema } } }),
    ...(reasoning && { reasoning_effort: "high" }),
    ...(stop && { stop }),
    ...(stream && { stream, stream_options: { include_usage: true } }),
  };
}

async function gather(stream, seen) {
  const message = { role: "assistant", content: "" };
  let reasoning = "";
  let finish = null;
  let usage;
  for await (const chunk of stream) {
    usage = chunk.usage ?? usage;
    for (const { delta, finish_reason } of chunk.choices) {
      finish = finish_reason ?? finish;
      if (delta.reasoning_content) seen("reasoning", delta.reasoning_content);
      if (delta.content) seen("text", delta.content);
      reasoning += delta.reasoning_content ?? "";
      message.content += delta.content ?? "";
      for (const { index, id, type, function: { name, arguments: piece } } of delta.tool_calls ?? []) {
        message.tool_calls ??= [];
        message.tool_calls[index] ??= { id, type, function: { name, arguments: "" } };
        message.tool_calls[index].function.arguments += piece ?? "";
      }
    }
  }

  return { message, reasoning, finish, usage };
}

conformance({
  name: "openai chat completions",
  file: "openai-chat.jsonl",
  version: versionOf("openai"),
  expected: { ...noEmbeddings, ...hiddenReasoning },
  async ask(question) {
    const answer = await openai.chat.completions.create(toRequest(question));
    const [choice] = question.stream ? [] : answer.choices;
    const { message, reasoning, finish, usage } = question.stream
      ? await gather(answer, question.seen ?? (() => {}))
      : { message: choice.message, reasoning: choice.message.reasoning_content ?? "", finish: choice.finish_reason, usage: answer.usage };
    assert.equal(message.role, "assistant");
    return {
      text: message.content ?? "",
      reasoning,
      calls: (message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) })),
      usage: { input: usage.prompt_tokens, output: usage.completion_tokens, total: usage.total_tokens },
      ended: finish === "tool_calls" ? "tools" : finish,
      native: message,
    };
  },
  embed: (model, input) => embedWithOpenAI(openai, model, input),
  failureOf: failureOfOpenAI,
});
