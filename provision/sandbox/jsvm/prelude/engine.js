// The engine under the code: clock, timers, promises of the host, and the differences between QuickJS and the V8 of Node 22.
(function (host, web) {
  "use strict";
  const { fromBase64 } = Uint8Array;
  const { toBase64 } = Uint8Array.prototype;

  web.fromBase64 = (text) => fromBase64.call(Uint8Array, text);
  web.looseBase64 = (text) => fromBase64.call(Uint8Array, text, { lastChunkHandling: "loose" });
  web.toBase64 = (bytes) => toBase64.call(bytes);
  web.hide = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

  // What this engine has and Node 22 has not: code that uses it must fail here as well.
  for (const name of ["fromBase64", "fromHex"]) delete Uint8Array[name];
  for (const name of ["toBase64", "toHex", "setFromBase64", "setFromHex"]) delete Uint8Array.prototype[name];
  for (const name of ["getOrInsert", "getOrInsertComputed"]) {
    delete Map.prototype[name];
    delete WeakMap.prototype[name];
  }
  delete Promise.try;
  delete RegExp.escape;
  delete Error.isError;
  delete Math.sumPrecise;
  delete Math.f16round;
  delete Iterator.concat;
  delete Atomics.pause;
  delete DataView.prototype.getFloat16;
  delete DataView.prototype.setFloat16;
  delete globalThis.Float16Array;

  // What V8 has and this engine has not.
  if (!Error.captureStackTrace) Error.captureStackTrace = () => {};
  if (!Array.fromAsync) {
    Object.defineProperty(Array, "fromAsync", {
      writable: true,
      configurable: true,
      value: async function fromAsync(items, map, self) {
        const out = [];
        for await (const item of items) out.push(map ? await map.call(self, item, out.length) : item);
        return out;
      },
    });
  }

  // Promises that the host settles.
  let last = 0;
  let pending = new Map();
  let timers = new Map();
  let turn = 0;
  web.nextId = () => ++last;
  web.promised = (start) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      pending.set(id, { resolve, reject });
      start(id);
    });
  web.uncaught = (error) => {
    const [text, stack] = web.describe(error);
    host("uncaught", text, stack);
  };
  web.describe = (error) => {
    try {
      if (error instanceof Error || (typeof error === "object" && error !== null && "stack" in error)) {
        return [`${error}`, `${error.stack ?? ""}`];
      }
      return [typeof error === "string" ? error : web.inspect(error), ""];
    } catch {
      return ["an error that cannot be described", ""];
    }
  };
  web.settle = (id, ok, payload) => {
    turn++;
    if (timers.has(id)) return fire(timers.get(id));
    const waiter = pending.get(id);
    if (!waiter) return;
    pending.delete(id);
    if (ok) waiter.resolve(payload);
    else waiter.reject(new Error(payload));
  };
  // A call begins: what an earlier one left waiting will never come.
  web.reset = () => {
    pending = new Map();
    timers = new Map();
  };

  // Timers. The host's clock may run so fast that two waits end in the wrong order, so every timer that must be
  // due before the one that fired is run first.
  function fire(due) {
    const first = [...timers.values()]
      .filter((t) => t === due || (t.turn <= due.turn && (t.delay < due.delay || (t.delay === due.delay && t.seq < due.seq))))
      .sort((a, b) => a.delay - b.delay || a.seq - b.seq);
    for (const t of first.filter((t) => t !== due).concat(due)) {
      if (!timers.delete(t.id)) continue;
      if (t !== due) host("cancel", t.id);
      if (t.again) schedule(t.object, t.call, t.delay, true, t.id);
      try {
        t.call();
      } catch (error) {
        web.uncaught(error);
      }
    }
  }
  function schedule(object, call, delay, again, id = ++last) {
    timers.set(id, { id, object, call, delay, again, turn, seq: ++last });
    host("sleep", id, delay);
    return id;
  }
  class Timeout {
    #id;
    constructor(call, delay, again) {
      this.#id = schedule(this, call, delay, again);
    }
    ref() {
      return this;
    }
    unref() {
      return this;
    }
    hasRef() {
      return true;
    }
    close() {
      if (timers.delete(this.#id)) host("cancel", this.#id);
      return this;
    }
    [Symbol.toPrimitive]() {
      return this.#id;
    }
  }
  const timer = (name, again) =>
    web.hide(name, {
      [name](callback, delay, ...args) {
        if (typeof callback !== "function") {
          throw Object.assign(new TypeError(`The "callback" argument must be of type function. Received ${web.received(callback)}`), {
            code: "ERR_INVALID_ARG_TYPE",
          });
        }
        delay = Number(delay);
        if (!(delay >= 1 && delay <= 0x7fffffff)) delay = 1;
        return new Timeout(() => callback(...args), Math.trunc(delay), again);
      },
    }[name]);
  timer("setTimeout", false);
  timer("setInterval", true);
  web.hide("setImmediate", function setImmediate(callback, ...args) {
    return new Timeout(() => callback(...args), 0, false);
  });
  const clear = (t) => {
    if (t instanceof Timeout) t.close();
    else if (timers.delete(Number(t))) host("cancel", Number(t));
  };
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) {
    web.hide(name, { [name]: (t) => clear(t) }[name]);
  }
  web.hide("queueMicrotask", function queueMicrotask(callback) {
    if (typeof callback !== "function") {
      throw Object.assign(new TypeError(`The "callback" argument must be of type function. Received ${web.received(callback)}`), {
        code: "ERR_INVALID_ARG_TYPE",
      });
    }
    Promise.resolve().then(() => {
      try {
        callback();
      } catch (error) {
        web.uncaught(error);
      }
    });
  });
  web.received = (value) => {
    if (value == null) return String(value);
    if (typeof value === "function") return `function ${value.name}`;
    if (typeof value === "object") return value.constructor?.name ? `an instance of ${value.constructor.name}` : web.inspect(value);
    return `type ${typeof value} (${typeof value === "string" ? `'${value}'` : String(value)})`;
  };

  // The clock: the sandbox's, in UTC, as on the real hosts.
  const Native = Date;
  const now = () => host("now");
  const parse = (text) => {
    const local = Native.parse(text);
    const hasZone = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\s*(?:\([^)]*\))?\s*$/i.test(text) || /^[+-]?\d{4,6}(?:-\d\d(?:-\d\d)?)?$/.test(text);
    return hasZone || Number.isNaN(local) ? local : local - new Native(local).getTimezoneOffset() * 60000;
  };
  function SandboxDate(...args) {
    if (new.target === undefined) return new SandboxDate().toString();
    let value;
    if (args.length === 0) value = now();
    else if (args.length > 1) value = Native.UTC(...args);
    else if (args[0] instanceof Native) value = args[0].getTime();
    else {
      const primitive = typeof args[0] === "object" && args[0] !== null ? toPrimitive(args[0]) : args[0];
      value = typeof primitive === "string" ? parse(primitive) : primitive;
    }
    return Reflect.construct(Native, [value], new.target);
  }
  const toPrimitive = (object) => (object[Symbol.toPrimitive] ? object[Symbol.toPrimitive]("default") : object.valueOf());
  Object.defineProperties(SandboxDate, {
    name: { value: "Date", configurable: true },
    length: { value: 7, configurable: true },
    prototype: { value: Native.prototype, writable: false },
    now: { value: { now }.now, writable: true, configurable: true },
    parse: { value: (text) => parse(String(text)), writable: true, configurable: true },
    UTC: { value: Native.UTC, writable: true, configurable: true },
  });
  const proto = Native.prototype;
  const define = (name, value) => Object.defineProperty(proto, name, { value, writable: true, configurable: true, enumerable: false });
  define("constructor", SandboxDate);
  for (const part of ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
    define("get" + part, proto["getUTC" + part]);
    if (part !== "Day") define("set" + part, proto["setUTC" + part]);
  }
  define("getTimezoneOffset", function getTimezoneOffset() {
    return this.getTime() * 0;
  });
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (n) => String(n).padStart(2, "0");
  const dateText = (d) => `${days[d.getUTCDay()]} ${months[d.getUTCMonth()]} ${two(d.getUTCDate())} ${String(d.getUTCFullYear()).padStart(4, "0")}`;
  const timeText = (d) => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} GMT+0000 (Coordinated Universal Time)`;
  const orInvalid = (text) =>
    function () {
      return Number.isNaN(this.getTime()) ? "Invalid Date" : text(this);
    };
  define("toString", orInvalid((d) => `${dateText(d)} ${timeText(d)}`));
  define("toDateString", orInvalid(dateText));
  define("toTimeString", orInvalid(timeText));
  web.hide("Date", SandboxDate);

  // Intl is large and hardly ever used: it is loaded when first touched.
  const locals = [
    [proto, "toLocaleString"],
    [proto, "toLocaleDateString"],
    [proto, "toLocaleTimeString"],
    [Number.prototype, "toLocaleString"],
  ];
  const loadIntl = () => {
    for (const [owner, name] of locals) delete owner[name];
    delete globalThis.Intl;
    for (const [owner, name, original] of originals) {
      Object.defineProperty(owner, name, { value: original, writable: true, configurable: true });
    }
    host("intl");
    return globalThis.Intl;
  };
  const originals = locals.map(([owner, name]) => [owner, name, owner[name]]);
  Object.defineProperty(globalThis, "Intl", {
    configurable: true,
    enumerable: false,
    get: loadIntl,
    set: (value) => web.hide("Intl", value),
  });
  for (const [owner, name] of locals) {
    Object.defineProperty(owner, name, {
      writable: true,
      configurable: true,
      value: {
        [name](...args) {
          loadIntl();
          return owner[name].apply(this, args);
        },
      }[name],
    });
  }

  const began = now();
  web.hide("performance", { timeOrigin: began, now: () => now() - began, mark() {}, measure() {} });
  const env = JSON.parse(host("env")) ?? {};
  web.env = env;
  const found = host("process"); // 0: all of it, 1: without environment, 2: there is none
  if (found !== 2) web.hide("process", {
    env: found === 0 ? env : {},
    argv: ["node"],
    version: "v22.12.0",
    versions: { node: "22.12.0" },
    platform: "linux",
    arch: "x64",
    pid: 1,
    nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
    uptime: () => (now() - began) / 1000,
    cwd: () => "/var/task",
    on() {
      return this;
    },
    exit() {
      throw new Error("process.exit is not available in the sandbox");
    },
  });
  web.hide("global", globalThis);
  web.hide("self", globalThis);

  // What Node has and the sandbox has not says so when it is used.
  const missing = (name) => new Error(`${name} is not available in the sandbox`);
  for (const name of [
    "ReadableStream", "WritableStream", "TransformStream", "CompressionStream", "DecompressionStream", "TextDecoderStream",
    "TextEncoderStream", "Blob", "File", "WebSocket", "MessageChannel", "MessagePort", "BroadcastChannel",
  ]) {
    web.hide(name, {
      [name]: class {
        constructor() {
          throw missing(name);
        }
      },
    }[name]);
  }
  web.missing = missing;
  const refuse = (name) => {
    const fail = (_, key) => {
      if (typeof key === "symbol") return undefined;
      throw missing(`${name}.${key}`);
    };
    return new Proxy(function () {}, {
      get: fail,
      apply() {
        throw missing(name);
      },
      construct() {
        throw missing(name);
      },
    });
  };
  web.hide("Buffer", refuse("Buffer"));
  web.hide("WebAssembly", refuse("WebAssembly"));
});
