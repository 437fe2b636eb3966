import { createOpenAI } from "@ai-sdk/openai";
import { embedMany } from "ai";
import { door } from "./addresses.mjs";
import { askWithAI, failureOfAI } from "./conformance-ai.mjs";
import { conformance, noEmbeddings, notApplicable, versionOf } from "./conformance.mjs";

const openai = createOpenAI({ baseURL: `${door}/v1`, apiKey: "any" });
// The package knows OpenAI's own model names. For other names it needs these options.
const reasoning = { openai: { forceReasoning: true, reasoningEffort: "high", reasoningSummary: "auto", store: false, include: ["reasoning.encrypted_content"] } };

conformance({
  name: "ai with @ai-sdk/openai",
  file: "ai-openai.jsonl",
  version: `${versionOf("ai")} with ${versionOf("@ai-sdk/openai")}`,
  expected: { ...noEmbeddings, "stop sequence": { every: notApplicable("its models are Responses, which have none") } },
  ask: askWithAI(openai, reasoning),
  async embed(model, values) {
    const { embeddings, usage } = await embedMany({ model: openai.embedding(model), values, maxRetries: 0 });
    return { vectors: embeddings, tokens: usage.tokens };
  },
  failureOf: failureOfAI,
});
