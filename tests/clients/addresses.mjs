// Where the runner started what the tests talk to.
function given(variable) {
  const address = process.env[variable];
  if (!address) throw new Error(`${variable} is not set; start the tests with: npm test -- FILE.test.mjs`);
  return address;
}

/** nginx, in front of sidecar and functions. */
export const door = given("DRAGOMAN_TEST_DOOR");

/** A sidecar that fills silence after a tenth of a second. */
export const restlessSidecar = given("DRAGOMAN_TEST_RESTLESS");

/** The provider behind them. */
export const emulator = given("DRAGOMAN_TEST_EMULATOR");

/** The local server beside it, which plays LM Studio and vLLM. */
export const scriptedServer = given("DRAGOMAN_TEST_SCRIPTED");
