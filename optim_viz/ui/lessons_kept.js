// Progress in this browser, where it may be kept at all; the page is told once of what was there before.
const NAME = "optim_viz.lessons", NEXT = ".st-key-guide-next button", PAUSE = 100, MOST = 60;
const shown = document.documentElement.dataset; // another page mounts this anew: what was done is written here

function kept() {
  try { return localStorage.getItem(NAME) ?? ""; } catch { return ""; }
}

/** Who goes on by keyboard stays at the button that leads on, also when another page takes the place of this one. */
function follow(at, looks = MOST) {
  if (shown.lesson !== at || !looks) return;
  if (!document.activeElement || document.activeElement === document.body) {
    document.querySelector(NEXT)?.focus({ preventScroll: true });
  }
  setTimeout(() => follow(at, looks - 1), PAUSE);
}

/** Once the page is at rest: what is said earlier would bring along values of controls that are about to change. */
function tell(say) {
  if (document.querySelector("[data-test-script-state=running]")) setTimeout(() => tell(say), PAUSE);
  else say();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { asks, text, at } = JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data));
  const before = kept(), moved = shown.lesson && at && at !== shown.lesson;
  shown.lesson = at;
  if (moved) follow(at);
  if (asks && before && !shown.lessons) {
    setTimeout(() => tell(() => setTriggerValue("kept", before.slice(0, 20001))), PAUSE);
  } else if (text !== before) {
    try { localStorage.setItem(NAME, text); } catch { /* a private window: the session keeps it */ }
  }
  shown.lessons = "heard";
}
