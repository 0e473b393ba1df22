// Web Crypto: HMAC, digests and random values.
(function (host, web) {
  "use strict";
  const hashes = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
  const lengths = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 };
  const nameOf = (algorithm) => {
    const name = typeof algorithm === "string" ? algorithm : algorithm?.name;
    if (typeof name !== "string") throw new TypeError("the algorithm has no name");
    return name.toUpperCase();
  };
  const hashOf = (algorithm) => {
    const name = nameOf(algorithm);
    if (!hashes.includes(name)) throw new DOMException("Unrecognized algorithm name", "NotSupportedError");
    return name;
  };
  const bytesOf = (source, what) => {
    const bytes = web.view(source);
    if (!bytes) throw Object.assign(new TypeError(`${what} is not instance of ArrayBuffer, Buffer, TypedArray, or DataView.`), { code: "ERR_INVALID_ARG_TYPE" });
    return web.toBase64(bytes);
  };
  const hmacOnly = (algorithm) => {
    if (nameOf(algorithm) !== "HMAC") throw new DOMException(`${nameOf(algorithm)} is not available in the sandbox`, "NotSupportedError");
  };

  const secret = Symbol();
  class CryptoKey {
    #bytes;
    constructor(k, bytes, algorithm, extractable, usages) {
      if (k !== secret) throw Object.assign(new TypeError("Illegal constructor"), { code: "ERR_ILLEGAL_CONSTRUCTOR" });
      this.#bytes = bytes;
      this.type = "secret";
      this.extractable = extractable;
      this.algorithm = algorithm;
      this.usages = usages;
    }
    static bytes(k) {
      if (!(k instanceof CryptoKey)) throw Object.assign(new TypeError("the key is not of type CryptoKey"), { code: "ERR_INVALID_ARG_TYPE" });
      return k.#bytes;
    }
  }
  const keyBytes = CryptoKey.bytes;
  delete CryptoKey.bytes;
  const usable = (algorithm, key, usage) => {
    hmacOnly(algorithm);
    const bytes = keyBytes(key);
    if (!key.usages.includes(usage)) throw new DOMException(`Unable to use this key to ${usage}`, "InvalidAccessError");
    return web.toBase64(bytes);
  };

  class SubtleCrypto {
    async importKey(format, data, algorithm, extractable, usages) {
      hmacOnly(algorithm);
      if (format !== "raw" && format !== "jwk") throw new DOMException(`key format ${format} is not available in the sandbox`, "NotSupportedError");
      const hash = hashOf(algorithm.hash);
      let bytes;
      if (format === "jwk") {
        if (data?.kty !== "oct" || typeof data.k !== "string") throw new DOMException("Invalid JWK", "DataError");
        bytes = web.looseBase64(data.k.replaceAll("-", "+").replaceAll("_", "/"));
      } else bytes = web.fromBase64(bytesOf(data, "keyData"));
      if (bytes.length === 0) throw new DOMException("Zero-length key is not supported", "DataError");
      const list = [...usages];
      for (const u of list) if (u !== "sign" && u !== "verify") throw new DOMException("Unsupported key usage for an HMAC key", "SyntaxError");
      if (list.length === 0) throw new DOMException("Usages cannot be empty when importing a secret key.", "SyntaxError");
      return new CryptoKey(secret, bytes, { name: "HMAC", hash: { name: hash }, length: bytes.length * 8 }, Boolean(extractable), list);
    }
    async generateKey(algorithm, extractable, usages) {
      hmacOnly(algorithm);
      const hash = hashOf(algorithm.hash);
      const bytes = web.fromBase64(host("random", (algorithm.length ?? lengths[hash]) / 8));
      return this.importKey("raw", bytes, algorithm, extractable, usages);
    }
    async exportKey(format, key) {
      const bytes = keyBytes(key);
      if (format !== "raw") throw new DOMException(`key format ${format} is not available in the sandbox`, "NotSupportedError");
      if (!key.extractable) throw new DOMException("key is not extractable", "InvalidAccessError");
      return bytes.slice().buffer;
    }
    async sign(algorithm, key, data) {
      return web.fromBase64(host("hmac", key?.algorithm?.hash?.name, usable(algorithm, key, "sign"), bytesOf(data, "data"))).buffer;
    }
    async verify(algorithm, key, signature, data) {
      const k = usable(algorithm, key, "verify");
      return host("hmac.verify", key.algorithm.hash.name, k, bytesOf(data, "data"), bytesOf(signature, "signature"));
    }
    async digest(algorithm, data) {
      return web.fromBase64(host("digest", hashOf(algorithm), bytesOf(data, "data"))).buffer;
    }
  }
  for (const name of ["encrypt", "decrypt", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"]) {
    SubtleCrypto.prototype[name] = {
      async [name]() {
        throw new DOMException(`crypto.subtle.${name} is not available in the sandbox`, "NotSupportedError");
      },
    }[name];
  }

  class Crypto {
    #subtle = new SubtleCrypto();
    get subtle() {
      return this.#subtle;
    }
    getRandomValues(array) {
      if (!ArrayBuffer.isView(array) || array instanceof DataView || array instanceof Float32Array || array instanceof Float64Array) {
        throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
      }
      if (array.byteLength > 65536) {
        throw new DOMException(`The requested length exceeds 65,536 bytes`, "QuotaExceededError");
      }
      web.view(array).set(web.fromBase64(host("random", array.byteLength)));
      return array;
    }
    randomUUID() {
      const b = web.fromBase64(host("random", 16));
      b[6] = (b[6] & 0x0f) | 0x40;
      b[8] = (b[8] & 0x3f) | 0x80;
      const hex = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
  }
  web.hide("CryptoKey", CryptoKey);
  web.hide("SubtleCrypto", SubtleCrypto);
  web.hide("Crypto", Crypto);
  web.hide("crypto", new Crypto());
});
