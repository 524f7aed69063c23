// News as they happen: one stream for all open tabs, told to htmx as desk:notice and desk:board.
// Everything on the desk works without this file, after a reload.
"use strict";
(() => {
  const body = document.body;
  if (!body.dataset.live) return;
  const line = document.getElementById("line");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("desk") : null;
  let opened = false;
  // where the navigation is wider than a telephone: the entry of this page shall be seen
  const entry = document.querySelector(".nav [aria-current]");
  if (entry) entry.parentElement.scrollLeft = entry.offsetLeft - entry.parentElement.clientWidth / 2;

  function show(connected) {
    if (line.classList.contains("off") === connected) {
      line.classList.toggle("off", !connected);
      line.textContent = connected ? body.dataset.connected : body.dataset.offline;
    }
  }

  function toast(news) {
    const box = document.createElement("div");
    box.className = "toast " + (news.urgency === "urgent" ? "urgent" : "");
    const link = document.createElement("a");
    link.href = body.dataset.inbox;
    link.textContent = news.title;
    const close = document.createElement("button");
    close.textContent = "×";
    close.setAttribute("aria-label", body.dataset.close);
    close.addEventListener("click", () => box.remove());
    box.append(link, close);
    const toasts = document.getElementById("toasts");
    toasts.append(box);
    while (toasts.children.length > 3) toasts.firstChild.remove();
    // what is urgent stays until it is closed
    if (news.urgency !== "urgent") setTimeout(() => box.remove(), 8000);
  }

  function hear(message) {
    show(message.kind !== "lost");
    if (message.kind === "notice" && message.state === "open") toast(message);
    if (message.kind === "again") htmx.trigger(body, "desk:notice");
    htmx.trigger(body, message.kind === "again" ? "desk:board" : "desk:" + message.kind);
  }

  function listen() {
    const source = new EventSource(body.dataset.live);
    const pass = (message) => { hear(message); if (tabs) tabs.postMessage(message); };
    source.addEventListener("open", () => {
      if (opened) pass({ kind: "again" }); // something may have been missed meanwhile
      opened = true;
      show(true);
    });
    source.addEventListener("error", () => {
      pass({ kind: "lost" });
      // the session is over, say: the browser gives up, a reload leads to the sign-in
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 15000);
    });
    for (const kind of ["notice", "board"])
      source.addEventListener(kind, (event) => pass(JSON.parse(event.data)));
    window.addEventListener("pagehide", () => source.close());
  }

  if (tabs) tabs.addEventListener("message", (event) => hear(event.data));
  // browsers open few connections to one host: one tab listens for all, and another when it closes
  if (tabs && navigator.locks) navigator.locks.request("desk", () => { listen(); return new Promise(() => {}); });
  else listen();

  // what is swapped away takes the focus with it: give it to what came instead
  document.addEventListener("htmx:afterSettle", (event) => {
    if (document.activeElement !== body) return;
    const place = document.contains(event.target) ? event.target : document.getElementById("list");
    const next = place && place.querySelector("button, a[href]");
    if (next && body.dataset.keys === "yes") next.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", () => { body.dataset.keys = "yes"; });
  document.addEventListener("pointerdown", () => { body.dataset.keys = "no"; });
})();
