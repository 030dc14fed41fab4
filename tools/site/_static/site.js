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
