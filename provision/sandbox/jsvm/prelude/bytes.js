// TextEncoder, TextDecoder, atob, btoa.
(function (host, web) {
  "use strict";
  web.encode = (text) => web.fromBase64(host("utf8.encode", text));
  // view of whatever the platform calls a BufferSource
  web.view = (source) => {
    if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source);
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    return null;
  };
  web.decode = (bytes, fatal) => host("utf8.decode", web.toBase64(bytes), fatal);

  web.hide(
    "TextEncoder",
    class TextEncoder {
      get encoding() {
        return "utf-8";
      }
      encode(text = "") {
        return web.encode(`${text}`);
      }
      encodeInto(text, into) {
        let read = 0;
        let written = 0;
        for (const c of `${text}`) {
          const bytes = web.encode(c);
          if (written + bytes.length > into.length) break;
          into.set(bytes, written);
          written += bytes.length;
          read += c.length;
        }
        return { read, written };
      }
    },
  );

  const labels = ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"];
  web.hide(
    "TextDecoder",
    class TextDecoder {
      #fatal;
      #ignoreBOM;
      constructor(label = "utf-8", options = {}) {
        if (!labels.includes(`${label}`.trim().toLowerCase())) {
          throw Object.assign(new RangeError(`The "${label}" encoding is not supported by the sandbox`), { code: "ERR_ENCODING_NOT_SUPPORTED" });
        }
        this.#fatal = Boolean(options?.fatal);
        this.#ignoreBOM = Boolean(options?.ignoreBOM);
      }
      get encoding() {
        return "utf-8";
      }
      get fatal() {
        return this.#fatal;
      }
      get ignoreBOM() {
        return this.#ignoreBOM;
      }
      decode(source, options) {
        if (options?.stream) throw web.missing("TextDecoder's stream option");
        if (source === undefined) return "";
        const bytes = web.view(source);
        if (!bytes) {
          throw Object.assign(new TypeError('The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.'), {
            code: "ERR_INVALID_ARG_TYPE",
          });
        }
        const text = web.decode(bytes, this.#fatal);
        if (text === null) {
          throw Object.assign(new TypeError("The encoded data was not valid for encoding utf-8"), { code: "ERR_ENCODING_INVALID_ENCODED_DATA" });
        }
        return !this.#ignoreBOM && text.startsWith("\ufeff") ? text.slice(1) : text;
      }
    },
  );

  const binary = (bytes) => {
    let out = "";
    for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192));
    return out;
  };
  web.hide("atob", function atob(text) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    try {
      return binary(web.looseBase64(`${text}`));
    } catch {
      throw new DOMException("The string to be decoded is not correctly encoded.", "InvalidCharacterError");
    }
  });
  web.hide("btoa", function btoa(text) {
    if (arguments.length === 0) throw new TypeError('The "input" argument must be specified');
    text = `${text}`;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c > 255) throw new DOMException("Invalid character", "InvalidCharacterError");
      bytes[i] = c;
    }
    return web.toBase64(bytes);
  });
});
