// Leadgate form snippet. Sends every <form data-leadgate> to its action: with a solved proof of work, again when the
// gateway is busy (503, 429), and by a plain form post where scripts do not run. No cookie, no third party.
(function () {
  "use strict";
  const TRIES = 6;
  const LONGEST_WAIT = 60000;
  const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

  // ALTCHA v2: look for the counter whose PBKDF2 key begins with the prefix.
  async function solve(challenge) {
    const { parameters, signature } = challenge;
    const nonce = bytes(parameters.nonce);
    const salt = bytes(parameters.salt);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    const tail = new DataView(password.buffer, nonce.length);
    const method = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
    for (let counter = 0; ; counter += 1) {
      tail.setUint32(0, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const derivedKey = hex(await crypto.subtle.deriveBits(method, key, parameters.keyLength * 8));
      if (derivedKey.startsWith(parameters.keyPrefix)) {
        const payload = { challenge: { parameters, signature }, solution: { counter, derivedKey } };
        return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(payload))));
      }
    }
  }

  // How long to wait: what the gateway says (Retry-After in seconds), else 1, 2, 4 ... seconds, with jitter.
  function pause(answer, attempt) {
    const said = answer && answer.headers.get("Retry-After");
    const seconds = said !== null && /^\d+$/.test(said || "") ? Number(said) : 2 ** attempt;
    return Math.min(LONGEST_WAIT, seconds * 1000) + Math.random() * 500;
  }

  // Post until the gateway has taken it or says that it never will; to it, the same post again is still one.
  async function send(url, body, onRetry = () => {}) {
    for (let attempt = 0; ; attempt += 1) {
      const headers = { Accept: "application/json" };
      const answer = await fetch(url, { method: "POST", body, headers, credentials: "omit" }).catch(() => null);
      const busy = answer === null || answer.status === 503 || answer.status === 429;
      if (!busy || attempt + 1 === TRIES) return answer;
      onRetry();
      await sleep(pause(answer, attempt));
    }
  }

  async function fetchChallenge(action) {
    const answer = await fetch(`${action}/challenge`, { credentials: "omit" });
    const challenge = await answer.json();
    const life = Date.parse(challenge.expires_at) - Date.parse(challenge.served_at);
    return { challenge, until: performance.now() + life };
  }

  function attach(form) {
    const action = form.getAttribute("action");
    const output = form.querySelector("output");
    const failed = form.dataset.failed || "This could not be sent. Please try again.";
    const retrying = form.dataset.retrying || "This takes longer than usual, we keep trying …";
    const say = (text) => { if (output) output.textContent = text || ""; };
    const fetchQuietly = () => fetchChallenge(action).catch(() => {
      console.warn(`leadgate: no challenge from ${action}: it is down, or does not list ${location.origin}.`);
      return null;
    });
    let served = fetchQuietly();
    let solved = null;
    const start = () => { solved = solved || served.then((got) => got && solve(got.challenge)).catch(() => null); };

    // The proof to send: a fresh one if the page was open for too long, none where the browser cannot solve it.
    async function proof() {
      const got = await served;
      if (got && performance.now() > got.until) {
        served = fetchQuietly();
        solved = null;
        await sleep(3000);
      }
      start();
      return solved;
    }

    form.addEventListener("focusin", start, { once: true });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = "1";
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form, event.submitter)) {
        body.append(name, typeof value === "string" ? value : value.name);
      }
      if (!body.has("page_url")) body.append("page_url", location.href);
      const solution = await proof();
      if (solution) body.append("altcha", solution);
      const answer = await send(action, body, () => say(retrying));
      delete form.dataset.busy;
      served = fetchQuietly();
      solved = null;
      if (!answer || !answer.ok) return say(failed);
      const told = await answer.json().catch(() => ({}));
      if (told.redirect) return location.assign(told.redirect);
      form.reset();
      return say(form.dataset.sent || "Thank you.");
    });

    const email = form.dataset.hint && form.querySelector('input[type="email"]');
    if (email) email.addEventListener("change", async () => {
      const body = new URLSearchParams({ email: email.value });
      const answer = await fetch(`${action}/check`, { method: "POST", body, credentials: "omit" }).catch(() => null);
      const told = answer && answer.ok ? await answer.json().catch(() => ({})) : {};
      say(told.suggestion ? `${form.dataset.hint} ${told.suggestion}` : "");
    });
  }

  globalThis.leadgate = { solve, send, attach };
  if (typeof document !== "undefined") document.querySelectorAll("form[data-leadgate]").forEach(attach);
})();
