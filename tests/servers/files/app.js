// A small application on Node that signs everybody in, and says what it was given: /echo/raw the
// headers as they came, /echo/joined as Node puts them together. The parser is the lenient one.
const http = require("node:http");

const FORM = `<form method="post" action="/login"><input name="email">
<input name="password" type="password"><button>Sign in</button></form>`;

function userOf(request) {
  const found = /(?:^|; *)sessionid=session-of-user-(\d+)\./.exec(request.headers.cookie ?? "");
  return found?.[1];
}

function lines(pairs) {
  return pairs.map(([name, value]) => `${name}\t${value}\n`).join("");
}

function raw(request) {
  const flat = [...request.rawHeaders, ...request.rawTrailers];
  return flat.flatMap((name, at) => (at % 2 ? [] : [[name, flat[at + 1]]]));
}

function answer(request, body) {
  const path = request.url.split("?")[0];
  const user = userOf(request);
  if (path === "/echo/raw") return [200, "text/plain", lines(raw(request))];
  if (path.startsWith("/echo")) {
    const joined = { ...request.trailers, ...request.headers };
    return [200, "text/plain", lines(Object.entries(joined))];
  }
  if (path === "/login" && request.method === "POST") {
    const number = Number(/user(\d+)/.exec(new URLSearchParams(body).get("email"))[1]);
    const cookie = `sessionid=session-of-user-${1000 + number}.0123456789abcdef; Path=/; HttpOnly`;
    return [303, "text/html", "", { Location: "/private", "Set-Cookie": cookie }];
  }
  if (path === "/login") return [200, "text/html", FORM];
  if (path === "/api/me" && user) {
    const email = `user${String(user - 1000).padStart(2, "0")}@example.com`;
    return [200, "application/json", JSON.stringify({ id: Number(user), email })];
  }
  if (user) return [200, "text/html", `<p>PROTECTED-BYTES-${user}-END</p>`];
  return [401, "text/html", "<p>signed out</p>"];
}

const options = { insecureHTTPParser: true, maxHeaderSize: 256 * 1024 };
http
  .createServer(options, (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const [status, type, text, more] = answer(request, Buffer.concat(chunks).toString());
      response.writeHead(status, { "Content-Type": type, ...more });
      response.end(text);
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
