// The parts that the endpoints of the package openai have in common.
import assert from "node:assert/strict";
import OpenAI from "openai";

const classes = { 400: OpenAI.BadRequestError, 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError };

export function failureOfOpenAI(error) {
  assert.ok(error instanceof (classes[error.status] ?? OpenAI.APIError), `${error.stack}`);
  return { status: error.status, retryAfter: error.headers?.get("retry-after"), message: `${error.param}: ${error.message}` };
}

export async function embedWithOpenAI(openai, model, input) {
  const { data, usage } = await openai.embeddings.create({ model, input });
  return { vectors: data.map((each) => each.embedding), tokens: usage.total_tokens };
}
