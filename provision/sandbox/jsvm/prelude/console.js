// console, with values written roughly as Node's util.inspect does. Each line goes to the host.
(function (host, web) {
  "use strict";
  const quote = (s) => {
    const q = !s.includes("'") ? "'" : !s.includes('"') ? '"' : !s.includes("`") ? "`" : "'";
    return q + s.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\t/g, "\\t").replace(/\r/g, "\\r").replaceAll(q === "'" ? "'" : "\0", q === "'" ? "\\'" : "\0") + q;
  };
  const key = (k) => (typeof k === "symbol" ? `[${String(k)}]` : /^[A-Za-z_$][\w$]*$/.test(k) ? k : quote(k));
  const wrap = (open, items, close) => {
    if (items.length === 0) return open + close;
    const line = `${open} ${items.join(", ")} ${close}`;
    return line.length <= 76 && !line.includes("\n") ? line : `${open}\n  ${items.join(",\n").replaceAll("\n", "\n  ")}\n${close}`;
  };
  const show = (value, seen, depth) => {
    switch (typeof value) {
      case "string":
        return quote(value);
      case "bigint":
        return `${value}n`;
      case "symbol":
        return String(value);
      case "number":
        return Object.is(value, -0) ? "-0" : String(value);
      case "function":
        return `[${/^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "Function"}${value.name ? (/^class\b/.test(Function.prototype.toString.call(value)) ? " " : ": ") + value.name : " (anonymous)"}]`;
      case "object":
        break;
      default:
        return String(value);
    }
    if (value === null) return "null";
    if (seen.includes(value)) return "[Circular *1]";
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}`.trimEnd() : `[${value}]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return "Promise { <pending> }";
    const name = value.constructor?.name ?? (Object.getPrototypeOf(value) === null ? "[Object: null prototype]" : "Object");
    if (depth > 2) return Array.isArray(value) ? "[Array]" : `[${name}]`;
    const inner = seen.concat([value]);
    const item = (v) => show(v, inner, depth + 1);
    if (Array.isArray(value)) {
      const shown = value.slice(0, 100).map(item);
      if (value.length > 100) shown.push(`... ${value.length - 100} more item${value.length > 101 ? "s" : ""}`);
      return wrap("[", shown, "]");
    }
    if (ArrayBuffer.isView(value)) return wrap(`${name}(${value.length}) [`, Array.from(value).slice(0, 100).map(String), "]");
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    if (value instanceof Map) return wrap(`Map(${value.size}) {`, [...value].map(([k, v]) => `${item(k)} => ${item(v)}`), "}");
    if (value instanceof Set) return wrap(`Set(${value.size}) {`, [...value].map(item), "}");
    const fields = Reflect.ownKeys(value)
      .filter((k) => Object.getOwnPropertyDescriptor(value, k)?.enumerable)
      .map((k) => {
        const p = Object.getOwnPropertyDescriptor(value, k);
        return `${key(k)}: ${p.get ? (p.set ? "[Getter/Setter]" : "[Getter]") : p.set ? "[Setter]" : item(p.value)}`;
      });
    return wrap(name === "Object" ? "{" : `${name} {`, fields, "}");
  };
  web.inspect = (value) => show(value, [], 0);

  const format = (args) => {
    let rest = args;
    let text = "";
    if (typeof args[0] === "string" && args.length > 1) {
      rest = args.slice(1);
      text = args[0].replace(/%([sdifjoOc%])/g, (all, kind) => {
        if (kind === "%") return "%";
        if (rest.length === 0) return all;
        const value = rest[0];
        rest = rest.slice(1);
        switch (kind) {
          case "s":
            return typeof value === "object" && value !== null ? web.inspect(value) : typeof value === "bigint" ? `${value}n` : String(value);
          case "d":
            return typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : String(Number(value));
          case "i":
            return typeof value === "symbol" ? "NaN" : String(parseInt(value, 10));
          case "f":
            return typeof value === "symbol" ? "NaN" : String(parseFloat(value));
          case "j":
            return JSON.stringify(value);
          case "c":
            return "";
          default:
            return web.inspect(value);
        }
      });
    } else if (typeof args[0] === "string") {
      rest = args.slice(1);
      text = args[0];
    } else if (args.length > 0) {
      rest = args.slice(1);
      text = web.inspect(args[0]);
    }
    return [text, ...rest.map((v) => (typeof v === "string" ? v : web.inspect(v)))].join(" ");
  };

  const write = (...args) => host("log", format(args));
  const counts = new Map();
  const console = {
    assert: (ok, ...args) => ok || write(...(args.length ? ["Assertion failed:", ...args] : ["Assertion failed"])),
    count: (label = "default") => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      write(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => counts.delete(label),
    time() {},
    timeEnd() {},
    timeLog() {},
    groupEnd() {},
    dir: (value) => write(web.inspect(value)),
  };
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "table", "group", "groupCollapsed"]) {
    console[name] = { [name]: (...args) => void write(...args) }[name];
  }
  web.hide("console", console);
});
