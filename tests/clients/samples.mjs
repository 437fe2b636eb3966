// Requests that several tests send, and the emulator's answers to them. It quotes the request before it continues with its own text.
import assert from "node:assert/strict";

/** A PNG of one pixel, 70 bytes. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export const weatherTool = {
  type: "function",
  function: {
    name: "weather_in",
    description: "The weather of the next days",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 1, maximum: 7 } },
      required: ["city", "days"],
    },
  },
};

export const timeTool = {
  type: "function",
  function: {
    name: "time_in",
    description: "What the clocks say",
    parameters: { type: "object", properties: { zone: { type: "string", enum: ["UTC", "CET"] } }, required: ["zone"] },
  },
};

export function assertWeatherArguments(given) {
  assert.deepEqual(Object.keys(given).sort(), ["city", "days"]);
  assert.match(given.city, /\S/);
  assert.ok(Number.isInteger(given.days) && given.days >= 1 && given.days <= 7, `${given.days} days`);
}

export function assertTimeArguments(given) {
  assert.deepEqual(Object.keys(given), ["zone"]);
  assert.match(given.zone, /^(UTC|CET)$/);
}

export const personSchema = {
  type: "object",
  properties: {
    name: { type: "string" },
    age: { type: "integer", minimum: 0, maximum: 120 },
    languages: { type: "array", items: { type: "string", enum: ["en", "de", "fr"] }, minItems: 1 },
    address: { type: "object", properties: { street: { type: "string" } }, required: ["street"], additionalProperties: false },
  },
  required: ["name", "age", "languages", "address"],
  additionalProperties: false,
};

export function assertIsPerson(text) {
  const person = JSON.parse(text);
  assert.deepEqual(Object.keys(person).sort(), ["address", "age", "languages", "name"]);
  assert.equal(typeof person.name, "string");
  assert.ok(Number.isInteger(person.age) && person.age >= 0 && person.age <= 120, `age ${person.age}`);
  assert.ok(Array.isArray(person.languages) && person.languages.length >= 1, `languages ${JSON.stringify(person.languages)}`);
  for (const language of person.languages) assert.match(language, /^(en|de|fr)$/);
  assert.deepEqual(Object.keys(person.address), ["street"]);
  assert.equal(typeof person.address.street, "string");
}

/** The beginning of the emulator's answer to a text. */
export const quoteOf = (text) => `You said: "${text}".`;

export function assertBeginsWith(text, beginning) {
  assert.equal(text.slice(0, beginning.length), beginning);
  assert.ok(text.length > beginning.length + 5, `only ${text}`);
}

export const lengthOf = (vector) => Math.hypot(...vector);

export function assertIsUnit(vector, dimensions = 1024) {
  assert.equal(vector.length, dimensions);
  assert.ok(Math.abs(lengthOf(vector) - 1) < 1e-5, `length ${lengthOf(vector)}`);
}

export function assertSameVector(left, right) {
  assert.equal(left.length, right.length);
  left.forEach((value, index) => assert.ok(Math.abs(value - right[index]) < 1e-6, `${value} and ${right[index]} at ${index}`));
}

export async function collect(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** What a stream returned until it failed, and how it failed. */
export async function collectUntilFailure(stream) {
  const items = [];
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return { items, error };
  }
  assert.fail(`the stream ended well after ${items.length} items`);
}
