// A deployed function: an ES module whose default export has fetch, or that exports functions named like methods.
// And the door through which the host starts calls.
(function (host, web) {
  "use strict";
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
  let loaded;
  const load = () => (loaded ??= import("phonegate:entry"));

  const handle = (module, request, second) => {
    const entry = module.default;
    if (typeof entry?.fetch === "function") return entry.fetch(request, ...second);
    if (methods.some((m) => typeof module[m] === "function")) {
      const run = module[request.method] ?? (request.method === "HEAD" ? module.GET : undefined);
      return typeof run === "function" ? run(request, ...second) : new Response(null, { status: 405 });
    }
    if (typeof entry === "function") throw new Error("handlers of the form (req, res) are not available in the sandbox: export default { fetch(request) }");
    throw new Error("the module has no default export with fetch");
  };

  const kinds = {
    action: (given) => web.runAction(given),
    load: async () => {
      await load();
      return "";
    },
    request: async ({ message, secondArgument }) => {
      const module = await load();
      return web.respond(await handle(module, web.request(message), secondArgument ? [web.env] : []));
    },
  };
  web.invoke = (kind, json) => {
    web.reset();
    kinds[kind](JSON.parse(json)).then((answer) => host("done", answer), web.uncaught);
  };
});
