// The content of a request in each provider's own format: instructions, turns, and the state that only the provider can read.
import assert from "node:assert/strict";

const textOf = (content) => (typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join(""));
const isInstruction = ({ role }) => role === "system" || role === "developer";

function seenByChat({ messages }) {
  return {
    system: messages.filter(isInstruction).map((message) => textOf(message.content)).join("\n"),
    turns: messages.filter((message) => !isInstruction(message)).map((message) => [message.role, textOf(message.content)]),
    states: messages.flatMap((message) => (Array.isArray(message.content) ? message.content : [])).filter((part) => part.type === "thinking"),
  };
}

function seenByResponses({ instructions, input }) {
  const items = typeof input === "string" ? [{ role: "user", content: input }] : input;
  return {
    system: [instructions, ...items.filter(isInstruction).map((item) => textOf(item.content))].filter(Boolean).join("\n"),
    turns: items.filter((item) => item.role && !isInstruction(item)).map((item) => [item.role, textOf(item.content)]),
    states: items.map((item) => item.encrypted_content).filter(Boolean),
  };
}

function seenByAnthropic({ system, messages }) {
  return {
    system: textOf(system),
    turns: messages.map((message) => [message.role, textOf(message.content)]),
    states: messages.flatMap((message) => (Array.isArray(message.content) ? message.content : [])).map((block) => block.signature).filter(Boolean),
  };
}

function seenByGemini({ systemInstruction, contents }) {
  return {
    system: textOf(systemInstruction?.parts),
    turns: contents.map((content) => [content.role === "model" ? "assistant" : content.role, textOf(content.parts)]),
    states: contents.flatMap((content) => content.parts).map((part) => part.thoughtSignature).filter((signature) => signature && signature !== "skip_thought_signature_validator"),
  };
}

/** A request to the emulator as { system, turns: [[role, text]], states }. */
export function seenBy({ path, body }) {
  if (path.endsWith("/chat/completions")) return seenByChat(body);
  if (path.endsWith("/responses")) return seenByResponses(body);
  if (path.endsWith("/messages")) return seenByAnthropic(body);
  if (path.startsWith("/gemini/")) return seenByGemini(body);
  return assert.fail(`nobody knows what ${path} says`);
}
