// The requests that reached the provider: the emulator keeps the last ones and how they ended.
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { emulator, scriptedServer } from "./addresses.mjs";

const deadline = 10_000;
let number = 0;

/** A text that no other request holds, to find the request that carried it. */
export function marker(topic) {
  number += 1;
  return `${topic}-${process.pid}-${number}`;
}

/** The requests that reached the local server for this model, the oldest first. */
export async function requestsAtLocalServer(model) {
  const response = await fetch(`${scriptedServer}/__scripted/requests`);
  const { requests } = await response.json();
  return requests.filter((request) => request.body?.model === model);
}

/** The requests whose body holds the text, the oldest first. */
export async function requestsWith(text) {
  const response = await fetch(`${emulator}/__emulator/requests`);
  const { requests } = await response.json();
  return requests.filter((request) => JSON.stringify(request.body).includes(text));
}

/** The one request whose body holds the text. */
export async function requestWith(text) {
  const found = await requestsWith(text);
  assert.equal(found.length, 1, `${found.length} requests reached the provider with ${text}`);
  return found[0];
}

/** Waits until a request with the text has arrived and meets the condition. */
export async function requestBecomes(text, isAsWanted) {
  const end = Date.now() + deadline;
  for (;;) {
    const [request] = await requestsWith(text);
    if (request && isAsWanted(request)) return request;
    assert.ok(Date.now() < end, `the provider's request stays ${JSON.stringify(request)}`);
    await wait(10);
  }
}
