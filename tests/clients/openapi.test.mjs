import assert from "node:assert/strict";
import { it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { door } from "./addresses.mjs";

it("serves an OpenAPI document that its specification accepts", async () => {
  const answer = await fetch(`${door}/openapi.json`);
  assert.equal(answer.status, 200);

  const validator = new Validator();
  const result = await validator.validate(await answer.json());

  assert.deepEqual(result.errors ?? [], []);
  assert.equal(result.valid, true);
  assert.equal(validator.version, "3.1");
});
