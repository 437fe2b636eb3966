import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { conformance, notApplicable, versionOf } from "./conformance.mjs";
import { failureOfOpenAI } from "./conformance-openai.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "any", maxRetries: 0 });
const every = notApplicable("a prompt and a text, nothing else");

async function gather(stream, seen) {
  let text = "";
  let finish = null;
  let usage;
  for await (const chunk of stream) {
    usage = chunk.usage ?? usage;
    for (const choice of chunk.choices) {
      if (choice.text) seen("text", choice.text);
      text += choice.text;
      finish = choice.finish_reason ?? finish;
    }
  }

  return { text, finish, usage };
}

conformance({
  name: "openai completions",
  file: "openai-completions.jsonl",
  version: versionOf("openai"),
  expected: Object.fromEntries(
    ["system and earlier turns", "tool loop", "tool loop, streamed", "named tool", "required tool", "structured output", "structured output, streamed", "image", "reasoning", "reasoning, streamed", "tool loop with reasoning", "tool loop with reasoning, streamed", "structured output beside tools", "embeddings"]
      .map((feature) => [feature, { every }]),
  ),
  async ask({ model, turns, stop, stream, seen = () => {} }) {
    const answer = await openai.completions.create({ model, prompt: turns[0].user, max_tokens: 500, ...(stop && { stop }), ...(stream && { stream, stream_options: { include_usage: true } }) });
    const { text, finish, usage } = stream ? await gather(answer, seen) : { text: answer.choices[0].text, finish: answer.choices[0].finish_reason, usage: answer.usage };
    return { text, reasoning: "", calls: [], ended: finish, usage: { input: usage.prompt_tokens, output: usage.completion_tokens, total: usage.total_tokens } };
  },
  failureOf: failureOfOpenAI,
});
