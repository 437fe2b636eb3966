// curl as users run it, without any header.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs curl and splits its output. */
export async function curl(url, { data, args = [] } = {}) {
  const sends = data === undefined ? [] : ["--data-binary", "@-"];
  const child = spawn("curl", ["--silent", "--show-error", "--noproxy", "*", "--path-as-is", "--max-time", "20", "--include", ...sends, ...args, url]);
  const output = [];
  const complaints = [];
  child.stdout.on("data", (piece) => output.push(piece));
  child.stderr.on("data", (piece) => complaints.push(piece));
  // The server may have rejected the request before it read all of it.
  child.stdin.on("error", () => {});
  child.stdin.end(data ?? "");
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0) throw new Error(`curl ended with ${exitCode}: ${Buffer.concat(complaints)}`);
  return answerOf(Buffer.concat(output).toString("utf8"));
}

function answerOf(text) {
  let rest = text;
  let head = "";
  do {
    const end = rest.indexOf("\r\n\r\n");
    head = rest.slice(0, end);
    rest = rest.slice(end + 4);
  } while (/^HTTP\/1\.1 1/.test(head));
  const [statusLine, ...lines] = head.split("\r\n");
  const headers = new Headers(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
  return { status: Number(statusLine.split(" ")[1]), headers, body: rest };
}
