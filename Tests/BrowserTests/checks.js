// Looks at a page as it stands in a browser; the value is a list of what is wrong with it.
// The width is that of the screen: innerWidth would not do, a phone widens it to what the page asks for.
((screenWidth) => {
  const findings = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isSeen = (element) => element.getClientRects().length > 0;

  // The page, all of it
  all("details").forEach((details) => { details.open = true; });
  if (document.documentElement.scrollWidth > screenWidth) {
    findings.push(`the page is ${document.documentElement.scrollWidth} wide on a screen of ${screenWidth}`);
  }
  if (!document.documentElement.lang || !document.title) findings.push("no language or no title");
  for (const landmark of ["header", "main", "footer"]) {
    if (all(`body > ${landmark}`).length !== 1) findings.push(`not one ${landmark}`);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) findings.push(`heading of level ${next} after ${level}: ${heading.textContent}`);
    if (!heading.textContent.trim()) findings.push("an empty heading");
    level = next;
  }
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, index) => ids.indexOf(id) !== index).forEach((id) => findings.push(`id ${id} twice`));
  for (const name of ["aria-labelledby", "aria-describedby", "href"]) {
    for (const element of all(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(" ")) {
        if (!ids.includes(id.replace(/^#/, ""))) findings.push(`${name} ${id} leads nowhere`);
      }
    }
  }
  for (const element of all("[style], [onclick], [onload], img, iframe, link, script[src], style[src]")) {
    findings.push(`${element.tagName} that may load or style something`);
  }

  // Charts
  for (const svg of all("svg[role=img]")) {
    const name = svg.closest("figure").id;
    const frame = svg.getBoundingClientRect();
    const shapes = all("path.area, path.line, .mover .way", svg).filter((shape) => {
      const box = shape.getBBox();
      return box.width + box.height > 0 || shape.classList.contains("dots");
    });
    if (shapes.length === 0) findings.push(`${name} is empty`);
    for (const shape of all("path, use, rect, circle", svg)) {
      if (shape.classList.contains("cross")) continue;
      const box = shape.getBoundingClientRect();
      const isInside = box.left > frame.left - 1 && box.right < frame.right + 1 && box.top > frame.top - 1
        && box.bottom < frame.bottom + 1;
      if (!isInside) findings.push(`${name}: ${shape.tagName} .${shape.getAttribute("class")} leaves the chart`);
      const fill = getComputedStyle(shape).fill.match(/url\("?#([^")]+)/);
      if (fill && !ids.includes(fill[1])) findings.push(`${name}: there is no fill ${fill[1]}`);
    }
    const texts = all("text", svg).filter((text) => text.textContent.trim());
    const boxes = texts.map((text) => text.getBoundingClientRect());
    texts.forEach((text, index) => {
      const box = boxes[index];
      if (box.left < frame.left - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5
        || box.top < frame.top - 0.5) findings.push(`${name}: "${text.textContent}" leaves the chart`);
      const size = parseFloat(getComputedStyle(text).fontSize) * frame.width / svg.viewBox.baseVal.width;
      if (size < 9) findings.push(`${name}: "${text.textContent}" is only ${size.toFixed(1)} pixels high`);
      for (let other = 0; other < index; other += 1) {
        const across = Math.min(box.right, boxes[other].right) - Math.max(box.left, boxes[other].left);
        const along = Math.min(box.bottom, boxes[other].bottom) - Math.max(box.top, boxes[other].top);
        // The box of a text has room above and below its letters.
        if (across > 0.5 && along > 0.3 * box.height) {
          findings.push(`${name}: "${text.textContent}" covers "${texts[other].textContent}"`);
        }
      }
    });
    if (!document.getElementById(svg.getAttribute("aria-describedby")).textContent.trim()) {
      findings.push(`${name} has no words for those who do not see it`);
    }
  }

  // Tables
  for (const figure of all("figure[data-points]")) {
    const table = figure.querySelector("details table");
    if (!table) { findings.push(`${figure.id} has no table`); continue; }
    if (figure.dataset.points.split(" ").length !== all("tbody tr", table).length) {
      findings.push(`${figure.id}: other points than rows`);
    }
  }
  for (const table of all("table")) {
    if (!table.caption) findings.push("a table without a caption");
    const columns = all("thead th[scope=col]", table).length;
    for (const row of all("tbody tr", table)) {
      if (row.querySelectorAll("th[scope=row]").length !== 1 || row.children.length !== columns) {
        findings.push(`a row that does not fit: ${row.textContent}`);
        break;
      }
    }
  }

  // Contrast of texts, by WCAG 2: 4.5 to 1.
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const seen = new Set();
  for (const element of all("h1, h2, h3, p, li, th, td, summary, caption, text, b, a, code, .value")) {
    if (!isSeen(element) || !element.textContent.trim()) continue;
    const style = getComputedStyle(element);
    const pair = [element.closest("svg") && element.tagName === "text" ? style.fill : style.color, ground(element)];
    if (seen.has(pair.join())) continue;
    seen.add(pair.join());
    const [low, high] = pair.map(light).sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) findings.push(`${element.tagName} ${pair.join(" on ")} has a contrast of ${ratio.toFixed(2)}`);
  }
  return findings;
})
