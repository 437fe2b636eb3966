// The real processes behind the real nginx, each on a free port, with the emulator and a scripted local server as their providers.
import { spawn, execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ScriptedServer } from "./scripted-server.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const startDeadline = 30_000;
const stopDeadline = 10_000;
const keptLines = 200;

const portVariables = {
  emulator: "DRAGOMAN_EMULATOR_PORT",
  sidecar: "DRAGOMAN_SIDECAR_PORT",
  functions: "FUNCTIONS_CUSTOMHANDLER_PORT",
};

/** A child process whose last lines of output are kept. */
class RunningProcess {
  #lines = [];
  #watchers = new Set();

  constructor(name, file, args, options) {
    this.name = name;
    // A separate process group, so that Ctrl-C reaches only the runner, which stops the processes in its own order.
    this.child = spawn(file, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(error.message));
      this.child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: output }).on("line", (line) => this.#keep(line));
    }
  }

  get lastLines() {
    return this.#lines.slice(-20).map((line) => `  ${line}`).join("\n");
  }

  /** The first match among the lines written so far and from now on. */
  async line(pattern) {
    const written = this.#lines.map((line) => pattern.exec(line)).find(Boolean);
    if (written) return written;
    let watcher;
    const found = new Promise((resolve) => {
      watcher = (line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      };
      this.#watchers.add(watcher);
    });
    try {
      return await this.#inTime(found, () => `did not write ${pattern}`);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** Repeats a request until its answer is good. */
  async answers(url) {
    const given = new AbortController();
    let last;
    const answered = (async () => {
      while (!given.signal.aborted) {
        last = await fetch(url, { signal: given.signal }).then(
          async (response) => `${response.status} ${await response.text()}`,
          (error) => `${error.cause ?? error}`,
        );
        if (last.startsWith("200 ")) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    try {
      await this.#inTime(answered, () => `did not answer ${url} well (${last})`);
    } finally {
      given.abort();
    }
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGTERM");
    const killer = setTimeout(() => this.child.kill("SIGKILL"), stopDeadline);
    await this.ended;
    clearTimeout(killer);
  }

  async #inTime(promise, complaint) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name} ${complaint()}:\n${this.lastLines}`)), startDeadline);
    });
    const ended = this.ended.then((how) => {
      throw new Error(`${this.name} ended (${how}) and ${complaint()}:\n${this.lastLines}`);
    });
    try {
      return await Promise.race([promise, late, ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  #keep(line) {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    for (const watcher of this.#watchers) watcher(line);
  }
}

/** All processes, and how to stop them. */
export class Stack {
  #processes = [];
  #directory;
  #stopping;

  /** The base address of nginx. */
  door;

  /** The base address of a sidecar that sends a keep-alive after a tenth of a second of silence. */
  restless;

  /** The base address of an nginx whose sidecar and functions ask for keys. */
  keyed;

  /** A key of a team of the keyed ones. */
  key;

  /** The base address of the emulator. */
  emulator;

  /** The local server that plays LM Studio and vLLM. */
  scripted;

  /** Starts everything and returns when everything answers. Leaves nothing behind when that fails. */
  static async start() {
    const stack = new Stack();
    try {
      await stack.#start();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** Rejects when a process ends that the tests have not stopped. */
  async failure() {
    const [process, how] = await Promise.race(this.#processes.map(async (each) => [each, await each.ended]));
    if (this.#stopping) return new Promise(() => {});
    throw new Error(`${process.name} ended by itself (${how}):\n${process.lastLines}`);
  }

  stop() {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start() {
    const nginx = await nginxPath();
    this.#directory = await mkdtemp(join(tmpdir(), "dragoman-clients-"));
    // nginx started by root runs its workers as nobody, which must be able to enter.
    await chmod(this.#directory, 0o711);

    [this.scripted, this.emulator] = await Promise.all([ScriptedServer.start(), this.#startOurs("emulator")]);
    const configuration = await gatewayConfiguration(this.emulator, this.scripted.address);
    const gateway = await this.#configure("gateway", configuration);
    const restless = await this.#configure("restless", { ...configuration, limits: { keepAliveSeconds: 0.1 } });
    const [sidecar, functions] = await Promise.all([this.#startOurs("sidecar", gateway), this.#startOurs("functions", gateway)]);
    this.restless = await this.#startOurs("sidecar", restless);

    this.door = await this.#startDoor("nginx", nginx, sidecar, functions);

    const guarded = await this.#configure("keyed", { ...configuration, access: keyedAccess, store: { connection: `sqlite:${join(this.#directory, "keyed.db")}` } });
    const keyed = await Promise.all([this.#startOurs("sidecar", guarded), this.#startOurs("functions", guarded)]);
    this.keyed = await this.#startDoor("keyed-nginx", nginx, ...keyed);
    this.key = await createKey(this.keyed);
  }

  async #startDoor(name, nginx, sidecar, functions) {
    const listen = `127.0.0.1:${await freePort()}`;
    const rendered = join(this.#directory, name);
    await promisify(execFile)(join(repository, "nginx", "render.sh"), [rendered], {
      env: {
        ...quietEnvironment(),
        DRAGOMAN_NGINX_LISTEN: listen,
        DRAGOMAN_SIDECAR: new URL(sidecar).host,
        DRAGOMAN_FUNCTIONS: new URL(functions).host,
        DRAGOMAN_WORKERS: "1",
        DRAGOMAN_ACCESS_LOG: join(rendered, "access.log"),
      },
    });
    await chmod(rendered, 0o711);
    const door = this.#launch(name, nginx, ["-e", "stderr", "-p", rendered, "-c", join(rendered, "nginx.conf"), "-g", "daemon off;"], quietEnvironment());
    await door.answers(`http://${listen}/health`);
    return `http://${listen}`;
  }

  /** Writes a configuration and returns the environment that makes a process use it. */
  async #configure(name, configuration) {
    const path = join(this.#directory, `${name}.json`);
    await writeFile(path, JSON.stringify(configuration));
    return { DRAGOMAN_CONFIG: path, DRAGOMAN_DATA: join(this.#directory, name) };
  }

  async #startOurs(name, environment = {}) {
    const started = this.#launch(name, executable(name), [], {
      ...quietEnvironment(),
      [portVariables[name]]: "0",
      ...environment,
    });
    const [, address] = await started.line(new RegExp(`^dragoman-${name} listening on (http://127\\.0\\.0\\.1:\\d+)$`));
    await started.answers(`${address}/health`);
    return address;
  }

  #launch(name, file, args, env) {
    const process = new RunningProcess(name, file, args, { cwd: this.#directory, env });
    this.#processes.push(process);
    return process;
  }

  async #stop() {
    for (const process of this.#processes.toReversed()) await process.stop();
    await this.scripted?.stop();
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The clients at this address, which have no place for a key, are a team of their own. */
export const keylessAddress = "127.0.0.3";

const adminKey = "the-administrators-own-key";

const keyedAccess = { mode: "keys", adminKey, keyless: { team: "desk", networks: [keylessAddress] } };

/** Creates two teams and returns a key of the first. */
async function createKey(door) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${adminKey}`, "content-type": "application/json" };
    const response = await fetch(`${door}/dragoman/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  await post("teams", { id: "web" });
  await post("teams", { id: "desk" });
  return (await post("keys", { team: "web" })).key;
}

/**
 * Every model of the emulator, a local server of each kind, and the emulator in each dialect. The latter's
 * models are called as provider/model.
 */
async function gatewayConfiguration(emulator, scripted) {
  const conformance = await readFile(join(repository, "tests", "conformance", "providers.json"), "utf8");
  return {
    providers: {
      ...JSON.parse(conformance.replaceAll("EMULATOR", emulator)).providers,
      emulator: { dialect: "mistral", baseUrl: `${emulator}/v1`, apiKey: "emulator", publish: "all" },
      desk: { dialect: "openai", baseUrl: `${scripted}/v1`, options: { server: "lmstudio" } },
      rack: { dialect: "openai", baseUrl: `${scripted}/v1`, options: { server: "vllm" } },
      shed: { dialect: "openai", baseUrl: `${scripted}/v1` },
    },
    models: {
      "qwen3:8b": {
        provider: "desk",
        model: "inline-think",
        aliases: ["house"],
        capabilities: ["completion", "tools", "thinking"],
        contextLength: 40960,
        embeddingLength: 4096,
        family: "qwen3",
        parameterSize: "8.2B",
        quantization: "Q4_K_M",
      },
    },
  };
}

function executable(name) {
  const configurations = process.env.DRAGOMAN_TEST_CONFIGURATION ? [process.env.DRAGOMAN_TEST_CONFIGURATION] : ["Release", "Debug"];
  const candidates = configurations.map((configuration) => join(repository, name, "bin", configuration, "net10.0", `dragoman-${name}`));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new Error(`${candidates[0]} is missing; build it: dotnet build Serverless.sln -c ${configurations[0]}`);
  return found;
}

async function nginxPath() {
  const { stdout } = await promisify(execFile)(join(repository, "nginx", "install.sh"));
  return stdout.trim().split("\n").at(-1);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// The tests must not depend on the developer's environment.
function quietEnvironment() {
  const changesBehavior = /^(DRAGOMAN|ASPNETCORE_)|_API_KEY$|^(PORT|FUNCTIONS_CUSTOMHANDLER_PORT|AZURE_OPENAI_ENDPOINT|LMSTUDIO_BASE_URL)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !changesBehavior.test(name)));
}
