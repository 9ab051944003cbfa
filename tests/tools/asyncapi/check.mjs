// Says whether an AsyncAPI document is sound: node check.mjs FILE. Exit 0 when no error was found, 1 otherwise, 2 for wrong usage.
import { Parser, fromFile } from "@asyncapi/parser";

const ERROR = 0; // severity of a finding that makes the document invalid; 1 warning, 2 information, 3 hint
const [file, ...rest] = process.argv.slice(2);
if (!file || rest.length > 0) {
  console.error("usage: node check.mjs FILE");
  process.exit(2);
}

const { document, diagnostics } = await fromFile(new Parser(), file).parse();
for (const { severity, message, path } of diagnostics) {
  console.log(`${["error", "warning", "information", "hint"][severity]}: ${path.join(".")}: ${message}`);
}
const errors = diagnostics.filter(({ severity }) => severity === ERROR).length;
if (document === undefined || errors > 0) {
  console.error(`${file}: ${errors} errors`);
  process.exit(1);
}
const counted = [document.channels(), document.operations(), document.components().messages()].map((all) => all.length);
console.log(`${file}: AsyncAPI ${document.version()}, ${counted[0]} channels, ${counted[1]} operations, ${counted[2]} messages, no errors`);
