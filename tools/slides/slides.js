// Formulas first: whether a slide is full is known only when they are set.
// The speaker's window has no MathJax, so formulas of notes become MathML.
async function start() {
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  for (const item of MathJax.startup.document.math) {
    if (item.typesetRoot.closest("aside.notes")) {
      item.typesetRoot.outerHTML = MathJax.startup.toMML(item.root);
    }
  }
  await Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    pdfMaxPagesPerSlide: 1,
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
}

start();
