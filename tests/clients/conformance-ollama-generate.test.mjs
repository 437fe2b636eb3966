import { conformance, notApplicable, versionOf } from "./conformance.mjs";
import { failureOfOllama, gather, ollama, toOptions } from "./conformance-ollama.mjs";

const every = notApplicable("a prompt has no turns and no tools");

conformance({
  name: "ollama generate",
  file: "ollama-generate.jsonl",
  version: versionOf("ollama"),
  expected: {
    ...Object.fromEntries(["tool loop", "tool loop, streamed", "named tool", "required tool", "tool loop with reasoning", "tool loop with reasoning, streamed", "structured output beside tools", "embeddings"].map((feature) => [feature, { every }])),
    "error: rate limit": { every: { hidesHeaders: true } },
    "system and earlier turns": { every: { withoutTurns: true } },
  },
  async ask(question) {
    const { system, turns: [{ user, image }], stream, seen = () => {} } = question;
    const given = await ollama.generate({ ...toOptions(question), prompt: user, ...(system && { system }), ...(image && { images: [image.toString("base64")] }) });
    return gather(given, stream, seen, (line) => line.response, (line) => line.thinking);
  },
  failureOf: failureOfOllama,
});
