// Keeps the page up to date: loads it again and puts in what changed. Without this script the page reloads by itself.
"use strict";

const offline = document.getElementById("offline");

// What a button said has been read when the page is loaded by hand the next time.
history.replaceState(null, "", location.pathname);

async function refresh() {
  const answer = await fetch(location.pathname, { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.statusText);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = next.title;
  for (const old of document.querySelectorAll("[data-live]")) {
    const part = next.getElementById(old.id);
    // What holds the focus stays as it is, so that nobody's place is lost.
    if (!part || part.isEqualNode(old) || old.contains(document.activeElement)) continue;
    for (const open of old.querySelectorAll("details[open]")) {
      next.getElementById(open.id)?.setAttribute("open", "");
    }
    old.replaceWith(part);
  }
}

async function tick() {
  if (!document.hidden) {
    try {
      await refresh();
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
  }
  schedule();
}

function schedule() {
  // The page says how often it is worth it: often while a run is under way.
  const seconds = Number(document.getElementById("headline").dataset.reload);
  setTimeout(tick, Math.min(seconds, 15) * 500);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });
schedule();
