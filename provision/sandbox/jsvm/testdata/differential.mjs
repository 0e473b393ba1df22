// Runs each snippet of a JSON list (argv[2]) in Node and prints the list of outcomes.
import { readFileSync } from "node:fs";
const snippets = JSON.parse(readFileSync(process.argv[2], "utf8"));
const out = [];
const alive = setInterval(() => {}, 1000); // AbortSignal.timeout alone does not keep Node running
for (const { code } of snippets) {
  try {
    const value = await new Function(`return (async () => {${code}\n})()`)();
    out.push(JSON.stringify(value ?? null));
  } catch (error) {
    out.push(`throws ${error.name}`);
  }
}
clearInterval(alive);
console.log(JSON.stringify(out));
