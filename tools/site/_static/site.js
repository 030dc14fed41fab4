// What is wider than the page can be scrolled by keys, too.
const WIDE = "pre, .table-wrapper, .math-wrapper";

function reachable() {
  for (const block of document.querySelectorAll(WIDE)) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

addEventListener("resize", reachable);
addEventListener("load", () => {
  reachable();
  window.MathJax?.startup?.promise.then(reachable); // formulas get their widths late
});

// An explorable comes when it is nearly in view.
const explorables = new URL("explore/", document.currentScript.src);
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    import(new URL(`${target.dataset.explorable}.js`, explorables))
      .then(({ mount }) => mount(target), () => near.observe(target)); // its still stays
  }
}, { rootMargin: "600px" });

addEventListener("DOMContentLoaded", () => {
  for (const each of document.querySelectorAll("[data-explorable]")) near.observe(each);
});
