// The parts that the package ollama's two ways to generate have in common.
import assert from "node:assert/strict";
import { Ollama } from "ollama";
import { door } from "./addresses.mjs";

export const ollama = new Ollama({ host: door });

export function failureOfOllama(error) {
  assert.equal(error.constructor.name, "ResponseError", `${error.stack}`);
  return { status: error.status_code, message: error.message };
}

/** Passes the lines of a stream to a callback, and joins them, or the only line, to one answer. */
export async function gather(given, stream, seen, textIn, thinkingIn) {
  const lines = stream ? [] : [given];
  if (stream) {
    for await (const line of given) {
      lines.push(line);
      if (thinkingIn(line)) seen("reasoning", thinkingIn(line));
      if (textIn(line)) seen("text", textIn(line));
    }
  }

  const last = lines.at(-1);
  assert.equal(last.done, true);
  return {
    text: lines.map((line) => textIn(line) ?? "").join(""),
    reasoning: lines.map((line) => thinkingIn(line) ?? "").join(""),
    calls: lines.flatMap((line) => line.message?.tool_calls ?? []),
    usage: { input: last.prompt_eval_count, output: last.eval_count },
    ended: last.done_reason,
  };
}

export const toOptions = ({ model, schema, reasoning, stop, stream }) => ({
  model,
  stream: stream ?? false,
  ...(schema && { format: schema }),
  ...(reasoning && { think: true }),
  ...(stop && { options: { stop } }),
});
