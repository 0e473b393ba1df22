// Headers, Request, Response, FormData, fetch.
(function (host, web) {
  "use strict";
  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  class Headers {
    #list = new Map(); // lower-case name -> values
    constructor(init) {
      if (init === undefined) return;
      if (init === null || typeof init !== "object") throw new TypeError("Headers constructor: init is neither a sequence nor a record");
      if (init instanceof Headers) for (const [n, values] of init.#list) this.#list.set(n, [...values]);
      else if (typeof init[Symbol.iterator] === "function") {
        for (const pair of init) {
          const two = [...pair];
          if (two.length !== 2) throw new TypeError("Headers constructor: expected name/value pair to be length 2");
          this.append(two[0], two[1]);
        }
      } else for (const n of Reflect.ownKeys(init)) this.append(n, init[n]);
    }
    #name(name, method) {
      name = `${name}`;
      if (!token.test(name)) throw new TypeError(`Headers.${method}: ${name} is an invalid header name.`);
      return name.toLowerCase();
    }
    #value(value, method) {
      value = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
      if (/[\0\n\r]/.test(value)) throw new TypeError(`Headers.${method}: ${value} is an invalid header value.`);
      for (let i = 0; i < value.length; i++) {
        if (value.charCodeAt(i) > 255) {
          throw new TypeError(`Cannot convert argument to a ByteString because the character at index ${i} has a value of ${value.charCodeAt(i)} which is greater than 255.`);
        }
      }
      return value;
    }
    append(name, value) {
      const n = this.#name(name, "append");
      const v = this.#value(value, "append");
      this.#list.set(n, [...(this.#list.get(n) ?? []), v]);
    }
    set(name, value) {
      this.#list.set(this.#name(name, "set"), [this.#value(value, "set")]);
    }
    delete(name) {
      this.#list.delete(this.#name(name, "delete"));
    }
    get(name) {
      const values = this.#list.get(this.#name(name, "get"));
      return values ? values.join(", ") : null;
    }
    has(name) {
      return this.#list.has(this.#name(name, "has"));
    }
    getSetCookie() {
      return [...(this.#list.get("set-cookie") ?? [])];
    }
    forEach(callback, self) {
      for (const [n, v] of this) callback.call(self, v, n, this);
    }
    *entries() {
      for (const n of [...this.#list.keys()].sort()) {
        const values = this.#list.get(n);
        if (n === "set-cookie") for (const v of values) yield [n, v];
        else yield [n, values.join(", ")];
      }
    }
    *keys() {
      for (const [n] of this.entries()) yield n;
    }
    *values() {
      for (const [, v] of this.entries()) yield v;
    }
    get [Symbol.toStringTag]() {
      return "Headers";
    }
    static {
      Object.defineProperty(this.prototype, Symbol.iterator, { value: this.prototype.entries, writable: true, configurable: true });
    }
  }

  class FormData {
    #pairs = [];
    constructor(form) {
      if (form !== undefined) throw new TypeError("FormData constructor: Argument 1 could not be converted to: undefined.");
    }
    append(name, value) {
      this.#pairs.push([`${name}`, `${value}`]);
    }
    set(name, value) {
      const at = this.#pairs.findIndex(([n]) => n === `${name}`);
      this.delete(name);
      this.#pairs.splice(at < 0 ? this.#pairs.length : at, 0, [`${name}`, `${value}`]);
    }
    delete(name) {
      this.#pairs = this.#pairs.filter(([n]) => n !== `${name}`);
    }
    get(name) {
      return this.#pairs.find(([n]) => n === `${name}`)?.[1] ?? null;
    }
    getAll(name) {
      return this.#pairs.filter(([n]) => n === `${name}`).map(([, v]) => v);
    }
    has(name) {
      return this.#pairs.some(([n]) => n === `${name}`);
    }
    forEach(callback, self) {
      for (const [n, v] of this) callback.call(self, v, n, this);
    }
    *entries() {
      for (const p of this.#pairs) yield [...p];
    }
    *keys() {
      for (const [n] of this.#pairs) yield n;
    }
    *values() {
      for (const [, v] of this.#pairs) yield v;
    }
    get [Symbol.toStringTag]() {
      return "FormData";
    }
    static {
      Object.defineProperty(this.prototype, Symbol.iterator, { value: this.prototype.entries, writable: true, configurable: true });
    }
  }

  // A body is null, a string or bytes, and the content type it brings.
  const extract = (body) => {
    if (body == null) return [null, null];
    if (body instanceof URLSearchParams) return [body.toString(), "application/x-www-form-urlencoded;charset=UTF-8"];
    const bytes = web.view(body);
    if (bytes) return [bytes.slice(), null];
    if (body instanceof FormData) throw web.missing("a multipart body");
    return [`${body}`.toWellFormed(), "text/plain;charset=UTF-8"];
  };
  const pack = (body) => (body === null ? null : typeof body === "string" ? { text: body } : { base64: web.toBase64(body) });
  const unpack = (body) => (!body ? null : body.text !== undefined ? body.text : web.fromBase64(body.base64));

  class Body {
    #body = null;
    #used = false;
    get bodyUsed() {
      return this.#used;
    }
    get body() {
      if (this.#body === null) return null;
      throw web.missing("reading a body as a stream");
    }
    #take() {
      if (this.#used) throw new TypeError("Body is unusable: Body has already been read");
      if (this.#body !== null) this.#used = true;
      return this.#body;
    }
    async text() {
      const body = this.#take();
      if (body === null) return "";
      const text = typeof body === "string" ? body : web.decode(body, false);
      return text.startsWith("\ufeff") ? text.slice(1) : text;
    }
    async json() {
      const text = await this.text();
      try {
        return JSON.parse(text);
      } catch (error) {
        if (text === "") throw new SyntaxError("Unexpected end of JSON input");
        throw error;
      }
    }
    async bytes() {
      const body = this.#take();
      return body === null ? new Uint8Array() : typeof body === "string" ? web.encode(body) : body.slice();
    }
    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }
    async blob() {
      throw web.missing("reading a body as a Blob");
    }
    async formData() {
      const type = (this.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
      if (type === "multipart/form-data") throw web.missing("reading a multipart body");
      if (type !== "application/x-www-form-urlencoded") {
        throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".');
      }
      const form = new FormData();
      for (const [n, v] of new URLSearchParams("?" + (await this.text()))) form.append(n, v);
      return form;
    }
    static put(of, body) {
      of.#body = body;
    }
    static peek(of) {
      if (of.#used) throw new TypeError("Response.clone: Body has already been consumed.");
      return of.#body;
    }
    static take(of) {
      return of.#take();
    }
  }
  const { put, peek, take } = Body;
  delete Body.put;
  delete Body.peek;
  delete Body.take;

  const known = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
  class Request extends Body {
    #method = "GET";
    #url;
    #headers;
    #signal;
    #redirect = "follow";
    constructor(input, init = {}) {
      super();
      if (arguments.length === 0) throw new TypeError("Request constructor: 1 argument required, but only 0 present.");
      init ??= {};
      let body = null;
      if (input instanceof Request) {
        this.#method = input.#method;
        this.#url = input.#url;
        this.#headers = new Headers(input.#headers);
        this.#signal = input.#signal;
        this.#redirect = input.#redirect;
        if (init.body == null) body = take(input);
      } else {
        let url;
        try {
          url = new URL(`${input}`);
        } catch (cause) {
          throw new TypeError(`Failed to parse URL from ${input}`, { cause });
        }
        if (url.username || url.password) throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
        this.#url = url.href;
        this.#headers = new Headers();
      }
      if (init.method !== undefined) {
        const method = `${init.method}`;
        if (!token.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
        if (/^(connect|trace|track)$/i.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
        this.#method = known.includes(method.toUpperCase()) ? method.toUpperCase() : method;
      }
      if (init.headers !== undefined) this.#headers = new Headers(init.headers);
      if (init.redirect !== undefined) {
        if (!["follow", "manual", "error"].includes(init.redirect)) throw new TypeError(`Request constructor: ${init.redirect} is not an accepted type.`);
        this.#redirect = init.redirect;
      }
      if (init.signal !== undefined) {
        if (init.signal !== null && !(init.signal instanceof AbortSignal)) {
          throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
        }
        this.#signal = init.signal;
      }
      if (init.body != null) {
        if (this.#method === "GET" || this.#method === "HEAD") throw new TypeError("Request with GET/HEAD method cannot have body.");
        const [content, type] = extract(init.body);
        body = content;
        if (type && !this.#headers.has("content-type")) this.#headers.append("content-type", type);
      }
      this.#signal ??= web.newSignal();
      put(this, body);
    }
    get method() {
      return this.#method;
    }
    get url() {
      return this.#url;
    }
    get headers() {
      return this.#headers;
    }
    get signal() {
      return this.#signal;
    }
    get redirect() {
      return this.#redirect;
    }
    clone() {
      const copy = new Request(this.#url, { method: this.#method, headers: this.#headers, redirect: this.#redirect, signal: this.#signal });
      put(copy, peek(this));
      return copy;
    }
    get [Symbol.toStringTag]() {
      return "Request";
    }
  }

  const received = Symbol();
  class Response extends Body {
    #status = 200;
    #statusText = "";
    #headers;
    #url = "";
    #redirected = false;
    #type = "default";
    constructor(body = null, init = {}) {
      super();
      if (init?.[received]) {
        const m = init[received];
        this.#status = m.status;
        this.#statusText = m.statusText ?? "";
        this.#headers = new Headers(m.headers);
        this.#url = m.url;
        this.#redirected = Boolean(m.redirected);
        this.#type = "basic";
        put(this, [101, 103, 204, 205, 304].includes(m.status) ? null : unpack(m.body));
        return;
      }
      init ??= {};
      if (init.status !== undefined) {
        const status = Number(init.status);
        if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
        this.#status = status;
      }
      if (init.statusText !== undefined) this.#statusText = `${init.statusText}`;
      this.#headers = new Headers(init.headers);
      const [content, type] = extract(body);
      if (content !== null && [204, 205, 304].includes(this.#status)) throw new TypeError("Response constructor: Invalid response status code " + this.#status);
      if (type && !this.#headers.has("content-type")) this.#headers.append("content-type", type);
      put(this, content);
    }
    get status() {
      return this.#status;
    }
    get ok() {
      return this.#status >= 200 && this.#status <= 299;
    }
    get statusText() {
      return this.#statusText;
    }
    get headers() {
      return this.#headers;
    }
    get url() {
      return this.#url;
    }
    get redirected() {
      return this.#redirected;
    }
    get type() {
      return this.#type;
    }
    clone() {
      const copy = new Response(null, {});
      copy.#status = this.#status;
      copy.#statusText = this.#statusText;
      copy.#headers = new Headers(this.#headers);
      copy.#url = this.#url;
      copy.#redirected = this.#redirected;
      copy.#type = this.#type;
      put(copy, peek(this));
      return copy;
    }
    static json(data, init = {}) {
      const text = JSON.stringify(data);
      if (text === undefined) throw new TypeError("Value is not JSON serializable");
      const response = new Response(text, init);
      if (!new Headers(init?.headers).has("content-type")) response.#headers.set("content-type", "application/json");
      return response;
    }
    static redirect(url, status = 302) {
      let href;
      try {
        href = new URL(`${url}`).href;
      } catch (cause) {
        throw new TypeError(`Failed to parse URL from ${url}`, { cause });
      }
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
      return new Response(null, { status, headers: { location: href } });
    }
    static error() {
      const response = new Response();
      response.#status = 0;
      response.#type = "error";
      return response;
    }
    get [Symbol.toStringTag]() {
      return "Response";
    }
  }

  web.request = (m) => {
    const request = new Request(m.url, { method: m.method, headers: m.headers });
    put(request, unpack(m.body));
    return request;
  };
  web.respond = (response) => {
    if (!(response instanceof Response)) throw new TypeError(`the handler returned ${web.received(response)}, not a Response`);
    return JSON.stringify({ status: response.status, statusText: response.statusText, headers: [...response.headers], body: pack(take(response)) });
  };

  web.hide("Headers", Headers);
  web.hide("FormData", FormData);
  web.hide("Request", Request);
  web.hide("Response", Response);
  web.hide("fetch", async function fetch(input, init) {
    if (arguments.length === 0) throw new TypeError("Failed to execute 'fetch' on 'Window': 1 argument required, but only 0 present.");
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    if (!/^https?:/.test(request.url)) throw new TypeError("fetch failed", { cause: new Error("unknown scheme") });
    const message = JSON.stringify({
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      redirect: request.redirect,
      body: pack(take(request)),
    });
    let id;
    let onAbort;
    const aborted = new Promise((_, reject) => {
      onAbort = () => {
        host("cancel", id);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort);
    });
    try {
      const answer = await Promise.race([
        aborted,
        web.promised((n) => {
          id = n;
          host("fetch", n, message);
        }).catch((cause) => {
          throw new TypeError("fetch failed", { cause });
        }),
      ]);
      return new Response(null, { [received]: JSON.parse(answer) });
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  });
});
