import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany } from "ai";
import { door } from "./addresses.mjs";
import { askWithAI, failureOfAI } from "./conformance-ai.mjs";
import { conformance, hiddenReasoning, noEmbeddings, versionOf } from "./conformance.mjs";

const dragoman = createOpenAICompatible({ name: "dragoman", baseURL: `${door}/v1`, includeUsage: true, supportsStructuredOutputs: true });

conformance({
  name: "ai with @ai-sdk/openai-compatible",
  file: "ai-openai-compatible.jsonl",
  version: `${versionOf("ai")} with ${versionOf("@ai-sdk/openai-compatible")}`,
  expected: { ...noEmbeddings, ...hiddenReasoning },
  ask: askWithAI(dragoman, { dragoman: { reasoningEffort: "high" } }),
  async embed(model, values) {
    const { embeddings, usage } = await embedMany({ model: dragoman.embeddingModel(model), values, maxRetries: 0 });
    return { vectors: embeddings, tokens: usage.tokens };
  },
  failureOf: failureOfAI,
});
