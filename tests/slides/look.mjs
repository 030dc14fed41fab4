// Looks at each slide with all of its fragments; returns what is wrong, by its number.
({ least, area }) => {
  const wrong = [];
  const seen = (e) => e.getClientRects().length > 0;
  Reveal.getSlides().forEach((slide, number) => {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v, 99);
    const say = (...words) => wrong.push([number + 1, ...words]);
    const frame = slide.getBoundingClientRect();
    if (slide.scrollHeight > frame.height) say("higher than the screen", slide.scrollHeight);
    if (slide.scrollWidth > frame.width) say("wider than the screen", slide.scrollWidth);
    for (const each of slide.querySelectorAll("*")) {
      if (each.closest("aside, mjx-assistive-mml") || !seen(each)) continue;
      const box = each.getBoundingClientRect();
      if (box.bottom > frame.bottom - 8 || box.right > frame.right - 8) {
        say("beyond the edge", each.tagName, box.right, box.bottom);
      }
      const words = [...each.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      const size = parseFloat(getComputedStyle(each).fontSize);
      if (words && size < least && !each.closest("mjx-container")) {
        say("small", size, each.textContent);
      }
    }
    for (const picture of slide.querySelectorAll("img")) {
      const box = picture.getBoundingClientRect();
      const shape = picture.naturalWidth / picture.naturalHeight;
      const width = Math.min(box.width, box.height * shape);
      if (!picture.naturalWidth) say("no picture");
      if ((width * width) / shape < area * 1280 * 720) say("small picture", width);
    }
  });
  return wrong;
}
