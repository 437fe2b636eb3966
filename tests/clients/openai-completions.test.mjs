import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI from "openai";
import { door } from "./addresses.mjs";
import { marker, requestWith } from "./provider-log.mjs";
import { assertBeginsWith, collect, quoteOf } from "./samples.mjs";

const openai = new OpenAI({ baseURL: `${door}/v1`, apiKey: "none is asked for", maxRetries: 0 });

describe("npm openai: completions", () => {
  it("answers in one piece", async () => {
    const answer = await openai.completions.create({ model: "mistral-small-latest", prompt: "Once upon" });
    assert.match(answer.id, /^cmpl-/);
    assert.equal(answer.object, "text_completion");
    assert.equal(answer.choices.length, 1);
    assertBeginsWith(answer.choices[0].text, quoteOf("Once upon"));
    assert.equal(answer.choices[0].finish_reason, "stop");
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  it("streams the same answer", async () => {
    const request = { model: "mistral-small-latest", prompt: "Once upon" };
    const whole = await openai.completions.create(request);
    const chunks = await collect(await openai.completions.create({ ...request, stream: true, stream_options: { include_usage: true } }));
    const [last, ...others] = chunks.toReversed();
    assert.equal(others.toReversed().map((chunk) => chunk.choices[0].text).join(""), whole.choices[0].text);
    assert.equal(others[0].choices[0].finish_reason, "stop");
    assert.deepEqual(last.choices, []);
    assert.deepEqual(last.usage, whole.usage);
  });

  it("repeats the prompt when asked to", async () => {
    const answer = await openai.completions.create({ model: "mistral-small-latest", prompt: "Echo. ", echo: true });
    assertBeginsWith(answer.choices[0].text, `Echo. ${quoteOf("Echo. ")}`);
  });

  it("fills in between prompt and suffix", async () => {
    const prompt = `def ${marker("fill").replaceAll("-", "_")}(`;
    const answer = await openai.completions.create({ model: "codestral-latest", prompt, suffix: "return total" });
    assert.match(answer.choices[0].text, /\S/);
    assert.equal((await requestWith(prompt)).path, "/v1/fim/completions");
  });
});
