// The addresses of the servers that the runner has started for the tests.
function given(variable) {
  const address = process.env[variable];
  if (!address) throw new Error(`${variable} is not set; start the tests with: npm test -- FILE.test.mjs`);
  return address;
}

/** nginx, in front of sidecar and functions. */
export const door = given("DRAGOMAN_TEST_DOOR");

/** A sidecar that sends a keep-alive after a tenth of a second of silence. */
export const restlessSidecar = given("DRAGOMAN_TEST_RESTLESS");

/** nginx, in front of a sidecar and functions that ask for keys. */
export const keyedDoor = given("DRAGOMAN_TEST_KEYED");

/** A key for {@link keyedDoor}. */
export const key = given("DRAGOMAN_TEST_KEY");

/** The emulator, which is the provider behind them. */
export const emulator = given("DRAGOMAN_TEST_EMULATOR");

/** The local server that plays LM Studio and vLLM. */
export const scriptedServer = given("DRAGOMAN_TEST_SCRIPTED");
