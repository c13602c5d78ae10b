// Writes times in the visitor's zone, names that zone to the form, and shows an error summary first.
"use strict";

const options = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const written = new Intl.DateTimeFormat("en-GB", options); // day before month and 24 hours, as the pages' own times
const visitorZone = written.resolvedOptions().timeZone || "";

for (const element of document.querySelectorAll("time[datetime]")) {
  const start = new Date(element.dateTime);
  const end = new Date(element.dataset.end || "");
  if (Number.isNaN(start.getTime()) || element.dataset.zone === visitorZone) continue;
  if (element.closest(".when")) {
    const original = document.createElement("span"); // the session's own zone
    original.className = "quiet";
    original.textContent = element.textContent.trim();
    element.after(original);
  }
  element.textContent = Number.isNaN(end.getTime()) ? written.format(start) : written.formatRange(start, end);
}

const zone = document.querySelector("input[name=timezone]");
if (zone) zone.value = visitorZone;

if (visitorZone === "UTC") document.querySelectorAll(".when .utc").forEach((line) => { line.hidden = true; });

const errors = document.getElementById("errors");
if (errors) errors.focus();

// A second click would send the form again, and be told that the first has registered already.
const buttons = document.querySelectorAll("form button");
const enable = (enabled) => buttons.forEach((button) => { button.disabled = !enabled; });
document.addEventListener("submit", () => setTimeout(enable, 0, false));
window.addEventListener("pageshow", () => enable(true));

// In a frame: how high the page is, which is no secret.
if (window.parent !== window) {
  const tell = () => window.parent.postMessage({ sessionsHeight: document.documentElement.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
}
