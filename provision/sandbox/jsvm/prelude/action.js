// A post-login Action: the CommonJS wrapper and the api object, which records what the Action asks for.
(function (host, web) {
  "use strict";
  const call = (...args) => {
    try {
      return host(...args);
    } catch (error) {
      throw new Error(error.message);
    }
  };
  const plain = (value) => (value === undefined ? null : value);
  const require = (name) => {
    throw Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /data/main.js`), {
      code: "MODULE_NOT_FOUND",
      requireStack: ["/data/main.js"],
    });
  };

  const newApi = (result, canRedirect) => {
    const api = {};
    const record = (name, ...args) => result.recorded.push({ name, args: args.map(plain) });
    const recorded = (group, ...names) => {
      api[group] ??= {};
      for (const name of names) {
        api[group][name] = (...args) => {
          record(`api.${group}.${name}`, ...args);
          return api;
        };
      }
    };
    const setter = (into) => (name, value) => {
      result[into][`${name}`] = plain(value);
      return api;
    };
    api.access = {
      deny(reason) {
        result.denied ??= reason === undefined ? "" : `${reason}`;
        return api;
      },
    };
    api.user = { setAppMetadata: setter("appMetadata"), setUserMetadata: setter("userMetadata") };
    api.idToken = { setCustomClaim: setter("idTokenClaims") };
    api.accessToken = { setCustomClaim: setter("accessTokenClaims") };
    api.transaction = { setMetadata: setter("transactionMetadata") };
    api.redirect = {
      canRedirect: () => canRedirect,
      sendUserTo(url, options) {
        const to = new URL(url);
        for (const [name, value] of Object.entries(options?.query ?? {})) to.searchParams.append(name, value);
        result.redirect = to.href;
        return api;
      },
      encodeToken: (options) => call("encodeToken", `${options.secret}`, options.expiresInSeconds ?? 900, JSON.stringify(options.payload ?? {})),
      validateToken: (options) => JSON.parse(call("validateToken", `${options.secret}`, options.tokenParameterName ?? "session_token")),
    };
    api.cache = {
      get: (name) => {
        const value = call("cache.get", `${name}`);
        return value === null ? undefined : { value, expires_at: Date.now() + 15 * 60000 };
      },
      set: (name, value, options) => {
        if (typeof value !== "string") return { type: "error", code: "invalid_value" };
        call("cache.set", `${name}`, value);
        return { type: "success", record: { value, expires_at: options?.expires_at ?? Date.now() + (options?.ttl ?? 15 * 60000) } };
      },
      delete: (name) => {
        call("cache.delete", `${name}`);
        return { type: "success" };
      },
    };
    recorded("multifactor", "enable");
    recorded("accessToken", "addScope", "removeScope");
    recorded("authentication", "challengeWith", "challengeWithAny", "enrollWith", "enrollWithAny", "recordMethod", "setPrimaryUser");
    recorded("samlResponse", "setAttribute", "setAudience", "setDestination", "setNameIdentifierFormat", "setRecipient");
    recorded("prompt", "render");
    recorded("session", "revoke", "setExpiresAt", "setIdleExpiresAt");
    recorded("refreshToken", "revoke", "setExpiresAt", "setIdleExpiresAt");
    api.rules = { wasExecuted: () => false };
    return api;
  };

  web.runAction = async (given) => {
    const { code, handler, event, secrets, canRedirect } = given;
    const result = {
      denied: null, redirect: "", appMetadata: {}, userMetadata: {}, transactionMetadata: {}, idTokenClaims: {}, accessTokenClaims: {},
      recorded: [], missing: false, thrown: "", stack: "",
    };
    try {
      const module = { exports: {} };
      const wrapper = (0, eval)(`(function (exports, require, module, __filename, __dirname) {${code}\n})`);
      wrapper.call(module.exports, module.exports, require, module, "/data/main.js", "/data");
      const run = module.exports?.[handler];
      if (typeof run !== "function") result.missing = true;
      else await run(Object.assign(event, { secrets }), newApi(result, canRedirect));
    } catch (error) {
      [result.thrown, result.stack] = web.describe(error);
    }
    return JSON.stringify(result);
  };
});
