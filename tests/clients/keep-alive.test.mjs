// A provider is silent before and between its tokens. The keep-alives change nothing that a client sees.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { ChatOllama } from "@langchain/ollama";
import { streamText } from "ai";
import { Ollama } from "ollama";
import { createOllama } from "ollama-ai-provider-v2";
import OpenAI from "openai";
import { restlessSidecar } from "./addresses.mjs";
import { collect } from "./samples.mjs";
import { scripted } from "./scripted-server.mjs";

const model = "desk/silences";
const prompt = "Is three less than five?";
const messages = [{ role: "user", content: prompt }];
const baseURL = `${restlessSidecar}/v1`;
const apiKey = "any";

const openai = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: restlessSidecar, apiKey, maxRetries: 0 });
const ollama = new Ollama({ host: restlessSidecar });

/** The text and the token counts, as each library returns them. */
const libraries = {
  "npm openai, chat": async () => {
    const chunks = await collect(await openai.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } }));
    return [chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), chunks.at(-1).usage.prompt_tokens, chunks.at(-1).usage.completion_tokens];
  },
  "npm openai, responses": async () => {
    const answer = await openai.responses.stream({ model, input: prompt }).finalResponse();
    return [answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens];
  },
  "npm @anthropic-ai/sdk": async () => {
    const answer = await anthropic.messages.stream({ model, max_tokens: 100, messages }).finalMessage();
    return [answer.content.map((block) => block.text).join(""), answer.usage.input_tokens, answer.usage.output_tokens];
  },
  "npm ollama, chat": async () => {
    const chunks = await collect(await ollama.chat({ model, messages, stream: true }));
    return [chunks.map((chunk) => chunk.message.content).join(""), chunks.at(-1).prompt_eval_count, chunks.at(-1).eval_count];
  },
  "npm ollama, generate": async () => {
    const chunks = await collect(await ollama.generate({ model, prompt, stream: true }));
    return [chunks.map((chunk) => chunk.response).join(""), chunks.at(-1).prompt_eval_count, chunks.at(-1).eval_count];
  },
  "npm @langchain/ollama": async () => {
    let sum;
    for await (const chunk of await new ChatOllama({ baseUrl: restlessSidecar, model, maxRetries: 0 }).stream(prompt)) sum = sum ? sum.concat(chunk) : chunk;
    return [sum.content, sum.usage_metadata.input_tokens, sum.usage_metadata.output_tokens];
  },
};

for (const [name, languageModel] of Object.entries({
  "@ai-sdk/openai, chat": createOpenAI({ baseURL, apiKey }).chat(model),
  "@ai-sdk/openai, responses": createOpenAI({ baseURL, apiKey }).responses(model),
  "@ai-sdk/openai-compatible": createOpenAICompatible({ name: "dragoman", baseURL, includeUsage: true }).chatModel(model),
  "@ai-sdk/anthropic": createAnthropic({ baseURL, apiKey })(model),
  "ollama-ai-provider-v2": createOllama({ baseURL: `${restlessSidecar}/api` })(model),
})) {
  libraries[`npm ai with ${name}`] = async () => {
    const result = streamText({ model: languageModel, prompt, maxRetries: 0 });
    const text = (await collect(result.textStream)).join("");
    const { inputTokens, outputTokens } = await result.usage;
    return [text, inputTokens, outputTokens];
  };
}

/** By endpoint: a request, and the form of its keep-alive. */
const signs = {
  "/v1/chat/completions": [{ model, messages, stream: true }, /^: keep-alive$/gm],
  "/v1/responses": [{ model, input: prompt, stream: true }, /^: keep-alive$/gm],
  "/v1/messages": [{ model, max_tokens: 100, messages, stream: true }, /^event: ping$/gm],
  "/api/chat": [{ model, messages }, /"content":""},"done":false}$/gm],
  "/api/generate": [{ model, prompt }, /"response":"","done":false}$/gm],
};

describe("the stream of a silent provider", { concurrency: true }, () => {
  for (const [path, [body, sign]] of Object.entries(signs)) {
    it(`shows signs of life at ${path}`, async () => {
      const answer = await fetch(`${restlessSidecar}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" } });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      assert.ok(text.match(sign)?.length >= 5, text);
    });
  }

  for (const [name, ask] of Object.entries(libraries)) {
    it(`reads as any other with ${name}`, async () => {
      assert.deepEqual(await ask(), [scripted.answer, scripted.usage.prompt_tokens, scripted.usage.completion_tokens]);
    });
  }
});
