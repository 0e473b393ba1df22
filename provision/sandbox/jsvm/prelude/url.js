// URL and URLSearchParams; parsing and encoding are the host's.
(function (host, web) {
  "use strict";
  const invalidURL = (error, input, base) => {
    const known = error.message === "Invalid URL";
    return Object.assign(new TypeError(error.message), { code: "ERR_INVALID_URL", input, ...(known && base !== undefined ? { base } : {}) });
  };
  const parse = (input, base) => {
    try {
      return JSON.parse(base === undefined ? host("url.parse", input) : host("url.parse", input, base));
    } catch (error) {
      throw invalidURL(error, input, base);
    }
  };

  class URLSearchParams {
    #pairs = [];
    #changed = () => {};
    constructor(init = "") {
      if (typeof init === "object" && init !== null) {
        if (init instanceof URLSearchParams) this.#pairs = [...init];
        else if (typeof init[Symbol.iterator] === "function") {
          for (const pair of init) {
            if (pair == null || typeof pair[Symbol.iterator] !== "function") throw notPairs();
            const two = [...pair];
            if (two.length !== 2) throw notPairs();
            this.#pairs.push([text(two[0]), text(two[1])]);
          }
        } else for (const k of Reflect.ownKeys(init)) if (Object.getOwnPropertyDescriptor(init, k)?.enumerable) this.#pairs.push([text(k), text(init[k])]);
      } else if (init !== null) this.#read(String(init));
    }
    #read(s) {
      this.#pairs = JSON.parse(host("form.parse", s.startsWith("?") ? s.slice(1) : s));
    }
    static {
      web.bind = (params, changed) => (params.#changed = changed);
      web.reload = (params, s) => params.#read(s);
    }
    get size() {
      return this.#pairs.length;
    }
    append(name, value) {
      need(arguments, 2, '"name" and "value"');
      this.#pairs.push([text(name), text(value)]);
      this.#changed(this);
    }
    delete(name, value) {
      need(arguments, 1, '"name"');
      name = text(name);
      this.#pairs = this.#pairs.filter(([n, v]) => n !== name || (value !== undefined && v !== text(value)));
      this.#changed(this);
    }
    get(name) {
      need(arguments, 1, '"name"');
      name = text(name);
      return this.#pairs.find(([n]) => n === name)?.[1] ?? null;
    }
    getAll(name) {
      need(arguments, 1, '"name"');
      name = text(name);
      return this.#pairs.filter(([n]) => n === name).map(([, v]) => v);
    }
    has(name, value) {
      need(arguments, 1, '"name"');
      name = text(name);
      return this.#pairs.some(([n, v]) => n === name && (value === undefined || v === text(value)));
    }
    set(name, value) {
      need(arguments, 2, '"name" and "value"');
      name = text(name);
      const at = this.#pairs.findIndex(([n]) => n === name);
      if (at < 0) this.#pairs.push([name, text(value)]);
      else this.#pairs = this.#pairs.filter(([n], i) => i <= at || n !== name).map((p, i) => (i === at ? [name, text(value)] : p));
      this.#changed(this);
    }
    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed(this);
    }
    forEach(callback, self) {
      if (typeof callback !== "function") throw new TypeError(`The "callback" argument must be of type function. Received ${web.received(callback)}`);
      for (const [n, v] of this) callback.call(self, v, n, this);
    }
    *entries() {
      for (let i = 0; i < this.#pairs.length; i++) yield [...this.#pairs[i]];
    }
    *keys() {
      for (const [n] of this.entries()) yield n;
    }
    *values() {
      for (const [, v] of this.entries()) yield v;
    }
    toString() {
      return host("form.serialize", JSON.stringify(this.#pairs));
    }
    get [Symbol.toStringTag]() {
      return "URLSearchParams";
    }
  }
  const hideMethod = (owner, name, value) => Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
  hideMethod(URLSearchParams.prototype, Symbol.iterator, URLSearchParams.prototype.entries);
  const text = (v) => `${v}`.toWellFormed();
  const notPairs = () => Object.assign(new TypeError("Each query pair must be an iterable [name, value] tuple"), { code: "ERR_INVALID_TUPLE" });
  const need = (args, n, names) => {
    if (args.length < n) {
      throw Object.assign(new TypeError(`The ${names} argument${n > 1 ? "s" : ""} must be specified`), { code: "ERR_MISSING_ARGS" });
    }
  };
  const { bind, reload } = web;
  delete web.bind;
  delete web.reload;

  class URL {
    #parts;
    #params;
    constructor(input, base) {
      if (arguments.length === 0) throw Object.assign(new TypeError('The "url" argument must be specified'), { code: "ERR_MISSING_ARGS" });
      this.#parts = parse(`${input}`, base === undefined ? undefined : `${base}`);
    }
    static canParse(input, base) {
      return URL.parse(input, base) !== null;
    }
    static parse(input, base) {
      try {
        return new URL(input, base);
      } catch {
        return null;
      }
    }
    #set(part, value) {
      this.#parts = JSON.parse(host("url.set", this.#parts.href, part, `${value}`));
    }
    get searchParams() {
      if (!this.#params) {
        this.#params = new URLSearchParams(this.#parts.search);
        bind(this.#params, (params) => this.#set("search", params.toString()));
      }
      return this.#params;
    }
    get href() {
      return this.#parts.href;
    }
    set href(value) {
      this.#parts = parse(`${value}`);
      if (this.#params) reload(this.#params, this.#parts.search);
    }
    get search() {
      return this.#parts.search;
    }
    set search(value) {
      this.#set("search", value);
      if (this.#params) reload(this.#params, this.#parts.search);
    }
    get origin() {
      return this.#parts.origin;
    }
    toString() {
      return this.#parts.href;
    }
    toJSON() {
      return this.#parts.href;
    }
    get [Symbol.toStringTag]() {
      return "URL";
    }
    static {
      for (const part of ["protocol", "username", "password", "host", "hostname", "port", "pathname", "hash"]) {
        Object.defineProperty(this.prototype, part, {
          configurable: true,
          enumerable: true,
          get() {
            return this.#parts[part];
          },
          set(value) {
            this.#set(part, value);
          },
        });
      }
    }
  }
  web.hide("URL", URL);
  web.hide("URLSearchParams", URLSearchParams);
});
