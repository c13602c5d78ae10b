// Puts the list of upcoming sessions where this script stands:
// <script src="https://…/static/sessions/embed.js" data-account="…" data-brand="…" async></script>
"use strict";

(() => {
  const script = document.currentScript;
  const { account = "", brand = "" } = script.dataset;
  const frame = document.createElement("iframe");
  const path = [account, brand].map(encodeURIComponent).join("/");
  frame.src = `${new URL(script.src).origin}/sessions/embed/${path}`;
  frame.title = "Upcoming sessions";
  frame.loading = "lazy";
  Object.assign(frame.style, { width: "100%", height: "24rem", border: "0" });
  window.addEventListener("message", (event) => {
    const height = event.source === frame.contentWindow && Number(event.data?.sessionsHeight);
    if (height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });
  script.after(frame);
})();
