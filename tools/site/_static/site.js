// What is wider than the page can be scrolled by keys, too.
const WIDE = "pre, .table-wrapper, .math-wrapper";

function reachable() {
  for (const block of document.querySelectorAll(WIDE)) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

// What comes late moves the heading that was asked for: go there again, unless the reader
// has gone elsewhere.
let hasMoved = false;
for (const act of ["wheel", "touchstart", "keydown", "pointerdown"]) {
  addEventListener(act, () => { hasMoved = true; }, { once: true, passive: true });
}
function goToHeading() {
  const heading = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!hasMoved) heading?.scrollIntoView({ behavior: "instant" });
}

addEventListener("resize", reachable);
addEventListener("load", () => {
  reachable();
  goToHeading();
  window.MathJax?.startup?.promise.then(() => { // formulas get their sizes late
    reachable();
    goToHeading();
  });
});

// An explorable comes when it is nearly in view.
const explorables = new URL("explore/", document.currentScript.src);
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    import(new URL(`${target.dataset.explorable}.js`, explorables))
      .then(({ mount }) => { mount(target); goToHeading(); },
        () => near.observe(target)); // its still stays
  }
}, { rootMargin: "600px" });

addEventListener("DOMContentLoaded", () => {
  for (const each of document.querySelectorAll("[data-explorable]")) near.observe(each);
});
