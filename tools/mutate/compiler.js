// The pinned compiler, loaded once: each connection to the socket sends one standard JSON input and reads the output.
// Loading it takes longer than compiling a small change. It ends with its parent, whose pipe is its standard input.
"use strict";

const net = require("net");
const path = require("path");

const [folder, socket] = process.argv.slice(2);
const compiler = require(path.join(folder, "node_modules", "solc"));
const nothingElse = () => ({ error: "all sources are given" });

const server = net.createServer({ allowHalfOpen: true }, (connection) => {
  const parts = [];
  connection.on("data", (part) => parts.push(part));
  connection.on("end", () => connection.end(compiler.compile(Buffer.concat(parts).toString("utf8"), { import: nothingElse })));
  connection.on("error", () => connection.destroy()); // whoever asked was stopped
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
server.listen(socket, () => process.stdout.write(`${compiler.version()}\n`));
