import { conformance, noEmbeddings, notApplicable, versionOf } from "./conformance.mjs";
import { failureOfOllama, gather, ollama, toOptions } from "./conformance-ollama.mjs";

const noChoice = { every: notApplicable("Ollama has no tool_choice") };

function toMessages(turn) {
  if (turn.user !== undefined) return [{ role: "user", content: turn.user, ...(turn.image && { images: [turn.image.toString("base64")] }) }];
  if (turn.assistant !== undefined) return [{ role: "assistant", content: turn.assistant }];
  if (turn.answer) return [turn.answer.native];
  return turn.results.map(({ name, content }) => ({ role: "tool", tool_name: name, content }));
}

conformance({
  name: "ollama chat",
  file: "ollama-chat.jsonl",
  version: versionOf("ollama"),
  expected: { ...noEmbeddings, "error: rate limit": { every: { hidesHeaders: true } }, "named tool": noChoice, "required tool": noChoice },
  async ask(question) {
    const { system, turns, tools, stream, seen = () => {} } = question;
    const messages = [...(system ? [{ role: "system", content: system }] : []), ...turns.flatMap(toMessages)];
    const given = await ollama.chat({ ...toOptions(question), messages, ...(tools.length > 0 && { tools }) });
    const { calls, ...answer } = await gather(given, stream, seen, (line) => line.message.content, (line) => line.message.thinking);
    return {
      ...answer,
      calls: calls.map((call) => ({ id: call.id, name: call.function.name, arguments: call.function.arguments })),
      ended: calls.length > 0 && answer.ended === "stop" ? "tools" : answer.ended,
      native: { role: "assistant", content: answer.text, ...(answer.reasoning && { thinking: answer.reasoning }), ...(calls.length > 0 && { tool_calls: calls }) },
    };
  },
  async embed(model, input) {
    const { embeddings, prompt_eval_count: tokens } = await ollama.embed({ model, input });
    return { vectors: embeddings, tokens };
  },
  failureOf: failureOfOllama,
});
