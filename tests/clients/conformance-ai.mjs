// The package ai with one of its providers.
import assert from "node:assert/strict";
import { APICallError, generateText, jsonSchema, Output, streamText, tool } from "ai";

const ends = { "tool-calls": "tools" };

function toMessages(turn) {
  if (turn.user !== undefined) return [{ role: "user", content: turn.image ? [{ type: "text", text: turn.user }, { type: "image", image: turn.image.toString("base64"), mediaType: "image/png" }] : turn.user }];
  if (turn.assistant !== undefined) return [{ role: "assistant", content: turn.assistant }];
  if (turn.answer) return turn.answer.native;
  return [{ role: "tool", content: turn.results.map(({ id, name, content }) => ({ type: "tool-result", toolCallId: id, toolName: name, output: { type: "text", value: content } })) }];
}

async function gather(result, seen) {
  for await (const part of result.fullStream) {
    // Some providers of the package throw the event itself instead of an Error.
    if (part.type === "error") throw part.error instanceof Error ? part.error : new Error(JSON.stringify(part.error));
    if (part.type === "text-delta" && part.text) seen("text", part.text);
    if (part.type === "reasoning-delta" && part.text) seen("reasoning", part.text);
  }
}

/**
 * Sends a question with generateText or streamText.
 * @param modelOf returns the package's model by its name
 * @param reasoning the provider options that request reasoning
 */
export function askWithAI(modelOf, reasoning) {
  return async (question) => {
    const { seen = () => {} } = question;
    const settings = {
      model: modelOf(question.model),
      maxRetries: 0,
      messages: question.turns.flatMap(toMessages),
      ...(question.system && { system: question.system }),
      ...(question.tools.length > 0 && { tools: Object.fromEntries(question.tools.map(({ function: { name, description, parameters } }) => [name, tool({ description, inputSchema: jsonSchema(parameters) })])) }),
      ...(question.toolChoice && { toolChoice: question.toolChoice.name ? { type: "tool", toolName: question.toolChoice.name } : question.toolChoice }),
      ...(question.schema && { output: Output.object({ schema: jsonSchema(question.schema) }) }),
      ...(question.reasoning && { providerOptions: reasoning }),
      ...(question.stop && { stopSequences: question.stop }),
    };
    const result = question.stream ? streamText({ ...settings, onError: () => {} }) : await generateText(settings);
    if (question.stream) await gather(result, seen);
    const [text, reasoningText, calls, usage, finish, response] = await Promise.all(["text", "reasoningText", "toolCalls", "usage", "finishReason", "response"].map((name) => result[name]));
    return {
      text: question.schema && calls.length === 0 ? JSON.stringify(await result.output) : text,
      reasoning: reasoningText ?? "",
      calls: calls.map((call) => ({ id: call.toolCallId, name: call.toolName, arguments: call.input })),
      usage: { input: usage.inputTokens, output: usage.outputTokens, total: usage.totalTokens },
      ended: ends[finish] ?? finish,
      native: response.messages,
    };
  };
}

export function failureOfAI(error) {
  assert.ok(APICallError.isInstance(error), `${error.stack}`);
  return { status: error.statusCode, retryAfter: error.responseHeaders?.["retry-after"], message: `${error.message} ${error.responseBody}` };
}
