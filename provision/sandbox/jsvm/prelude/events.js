// DOMException, events, AbortController, structuredClone.
(function (host, web) {
  "use strict";
  const codes = {
    IndexSizeError: 1, NotFoundError: 8, NotSupportedError: 9, InvalidStateError: 11, SyntaxError: 12, InvalidAccessError: 15,
    TimeoutError: 23, AbortError: 20, DataCloneError: 25, QuotaExceededError: 22, InvalidCharacterError: 5,
  };
  class DOMException extends Error {
    #name;
    constructor(message = "", options = "Error") {
      super(message);
      this.#name = typeof options === "object" && options !== null ? String(options.name ?? "Error") : String(options);
      if (typeof options === "object" && options !== null && "cause" in options) this.cause = options.cause;
    }
    get name() {
      return this.#name;
    }
    get code() {
      return codes[this.#name] ?? 0;
    }
  }
  web.hide("DOMException", DOMException);

  class Event {
    #type;
    #prevented = false;
    #cancelable;
    target = null;
    currentTarget = null;
    constructor(type, options = {}) {
      if (arguments.length === 0) throw new TypeError('The "type" argument must be specified');
      this.#type = String(type);
      this.#cancelable = Boolean(options?.cancelable);
    }
    get type() {
      return this.#type;
    }
    get cancelable() {
      return this.#cancelable;
    }
    get defaultPrevented() {
      return this.#prevented;
    }
    preventDefault() {
      if (this.#cancelable) this.#prevented = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.stopped = true;
    }
  }
  class EventTarget {
    #listeners = [];
    addEventListener(type, listener, options) {
      if (listener == null) return;
      if (this.#listeners.some((l) => l.type === type && l.listener === listener)) return;
      const signal = options?.signal;
      if (signal?.aborted) return;
      this.#listeners.push({ type, listener, once: Boolean(options?.once) });
      signal?.addEventListener("abort", () => this.removeEventListener(type, listener), { once: true });
    }
    removeEventListener(type, listener) {
      this.#listeners = this.#listeners.filter((l) => l.type !== type || l.listener !== listener);
    }
    dispatchEvent(event) {
      event.target = event.currentTarget = this;
      for (const l of this.#listeners.filter((l) => l.type === event.type)) {
        if (event.stopped) break;
        if (l.once) this.removeEventListener(l.type, l.listener);
        try {
          if (typeof l.listener === "function") l.listener.call(this, event);
          else l.listener.handleEvent(event);
        } catch (error) {
          web.uncaught(error);
        }
      }
      return !event.defaultPrevented;
    }
  }
  web.hide("Event", Event);
  web.hide("EventTarget", EventTarget);

  const key = Symbol();
  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #onabort = null;
    #listening = false;
    constructor(k) {
      if (k !== key) throw Object.assign(new TypeError("Illegal constructor"), { code: "ERR_ILLEGAL_CONSTRUCTOR" });
      super();
    }
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    get onabort() {
      return this.#onabort;
    }
    set onabort(handler) {
      this.#onabort = typeof handler === "function" ? handler : null;
      if (this.#listening) return;
      this.#listening = true;
      this.addEventListener("abort", (event) => this.#onabort?.call(this, event));
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    static abort(reason) {
      const s = new AbortSignal(key);
      abort(s, reason);
      return s;
    }
    static timeout(ms) {
      const s = new AbortSignal(key);
      setTimeout(() => abort(s, new DOMException("The operation was aborted due to timeout", "TimeoutError")), ms);
      return s;
    }
    static any(signals) {
      const s = new AbortSignal(key);
      for (const other of signals) {
        if (other.aborted) {
          abort(s, other.reason);
          break;
        }
        other.addEventListener("abort", () => abort(s, other.reason), { once: true });
      }
      return s;
    }
    static #abort(s, reason) {
      if (s.#aborted) return;
      s.#aborted = true;
      s.#reason = reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
      s.dispatchEvent(new Event("abort"));
    }
    static {
      web.abort = (s, reason) => AbortSignal.#abort(s, reason);
    }
  }
  const abort = web.abort;
  delete web.abort;
  class AbortController {
    #signal = new AbortSignal(key);
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
  }
  web.newSignal = () => new AbortSignal(key);
  web.hide("AbortSignal", AbortSignal);
  web.hide("AbortController", AbortController);

  const refuse = (value) => {
    throw new DOMException(`${typeof value === "function" ? value : web.inspect(value)} could not be cloned.`, "DataCloneError");
  };
  const clone = (value, seen) => {
    if (typeof value === "function" || typeof value === "symbol") refuse(value);
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (copy) => (seen.set(value, copy), copy);
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (value instanceof DataView) return keep(new DataView(clone(value.buffer, seen), value.byteOffset, value.byteLength));
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(clone(value.buffer, seen), value.byteOffset, value.length));
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [k, v] of value) copy.set(clone(k, seen), clone(v, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const v of value) copy.add(clone(v, seen));
      return copy;
    }
    if (value instanceof Error) {
      const kinds = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
      const copy = keep(new (kinds[value.name] ?? Error)(value.message));
      copy.stack = value.stack;
      if ("cause" in value) copy.cause = clone(value.cause, seen);
      return copy;
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) refuse(value);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return keep(Object(value.valueOf()));
    const copy = keep(Array.isArray(value) ? new Array(value.length) : {});
    for (const k of Object.keys(value)) copy[k] = clone(value[k], seen);
    return copy;
  };
  web.hide("structuredClone", function structuredClone(value) {
    if (arguments.length === 0) throw new TypeError("The \"value\" argument must be specified");
    return clone(value, new Map());
  });
});
