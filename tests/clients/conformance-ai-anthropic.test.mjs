import { createAnthropic } from "@ai-sdk/anthropic";
import { door } from "./addresses.mjs";
import { askWithAI, failureOfAI } from "./conformance-ai.mjs";
import { conformance, notApplicable, versionOf } from "./conformance.mjs";

const anthropic = createAnthropic({ baseURL: `${door}/v1`, apiKey: "any" });

conformance({
  name: "ai with @ai-sdk/anthropic",
  file: "ai-anthropic.jsonl",
  version: `${versionOf("ai")} with ${versionOf("@ai-sdk/anthropic")}`,
  expected: {
    "structured output beside tools": { every: notApplicable("the package asks for a schema by a tool of its own") },
    embeddings: { every: notApplicable("Anthropic has none") },
  },
  ask: askWithAI(anthropic, { anthropic: { thinking: { type: "enabled", budgetTokens: 2048 } } }),
  failureOf: failureOfAI,
});
