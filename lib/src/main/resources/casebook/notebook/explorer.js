// What the explorers share. Explorer.java puts this file, that of one explorer and its data into one function, so no name here
// reaches the page.

const INK = {input: "#0072B2", filter: "#D55E00"};   // Okabe and Ito's blue and vermillion: seen on white and on black

const STYLE = `
  .casebook-explorer { max-width: 46rem; line-height: 1.45; font-variant-numeric: tabular-nums; }
  .casebook-explorer :focus-visible { outline: 3px solid ${INK.filter}; outline-offset: 2px; }
  .casebook-explorer .controls { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .4rem 1.5rem; margin: .5rem 0; }
  .casebook-explorer .control { display: grid; grid-template-columns: 1fr 5rem; gap: 0 .6rem; align-items: end; }
  .casebook-explorer .control label { display: flex; flex-direction: column; }
  .casebook-explorer .control input { width: 100%; margin: 0; box-sizing: border-box; height: 1.8rem; }
  .casebook-explorer input, .casebook-explorer select, .casebook-explorer button { font: inherit; font-size: .95em; }
  .casebook-explorer input[type=checkbox] { width: 1.1rem; height: 1.1rem; margin: 0 .4rem 0 0; vertical-align: -.15rem; }
  .casebook-explorer button { padding: .2rem .7rem; margin: 0 .5rem .3rem 0; }
  .casebook-explorer p { margin: .4rem 0; }
  .casebook-explorer svg { display: block; width: 100%; height: auto; }
  .casebook-explorer svg text { fill: currentColor; font-family: inherit; }
  .casebook-explorer .side { display: flex; flex-wrap: wrap; gap: .8rem 1.5rem; align-items: flex-start; margin: .5rem 0; }
  .casebook-explorer .track { background: rgba(128, 128, 128, .25); height: .8rem; display: flex; }
  .casebook-explorer .track:not(:last-child) { margin-bottom: .5rem; }
  .casebook-explorer .bar { background: ${INK.input}; height: 100%; }
  .casebook-explorer .bar.second { background: repeating-linear-gradient(135deg, ${INK.filter} 0 4px, transparent 4px 7px); }
  .casebook-explorer .sign { display: inline-block; width: 1rem; height: .8rem; margin-right: .4rem; }
  .casebook-explorer .wrong { border-left: 4px solid ${INK.filter}; padding-left: .6rem; }
  .casebook-explorer .wrong::before { content: "⚠ "; }
  .casebook-explorer table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: 1em; }
  .casebook-explorer th, .casebook-explorer td { text-align: left; padding: .15rem .5rem .15rem 0; border: 0; background: none; vertical-align: top;
    font-weight: normal; white-space: normal; max-width: none; }
`;

/** An element of HTML with its attributes and what is in it. */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  // JupyterLab takes keys for its own commands, unless the element with the focus says that it needs them.
  if (["INPUT", "SELECT", "BUTTON"].includes(node.tagName) || "tabindex" in attributes) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  node.append(...children);
  return node;
}

/** A whole number with thousands separators. */
function figure(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Changes a text only where it differs: a screen reader reads out what changes. */
function say(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/**
 * A slider with a field for the exact number beside it. What is typed and can't be used is refused with a reason, which stands
 * below until the number is good or the field is left.
 */
function control({label, low, high, step = 1, value, changed}) {
  const range = element("input", {type: "range", min: low, max: high, step, value});
  const field = element("input", {type: "number", min: low, max: high, step: step === 1 ? 1 : "any", value, "aria-label": label + ", exactly"});
  const reason = element("span", {class: "wrong", "aria-live": "polite", style: "grid-column: 1 / 3"});
  reason.hidden = true;
  const node = element("div", {class: "control"}, element("label", {}, label, range), field, reason);
  const self = {node, value};

  function refuse(text) {
    reason.hidden = !text;
    say(reason, text);
    field.setAttribute("aria-invalid", Boolean(text));
  }
  function set(number) {
    self.value = number;
    refuse("");
    changed();
  }
  range.addEventListener("input", () => {
    field.value = range.value;
    set(Number(range.value));
  });
  field.addEventListener("input", () => {
    const number = field.value === "" ? NaN : Number(field.value);
    if (!(number >= low && number <= high) || step === 1 && !Number.isInteger(number)) {
      refuse(`It has to be a ${step === 1 ? "whole " : ""}number from ${figure(low)} to ${figure(high)}.`);
    } else {
      range.value = number;
      set(number);
    }
  });
  field.addEventListener("change", () => {
    field.value = self.value;
    refuse("");
  });
  return self;
}

/** Lets the arrow keys, Home and End move something on a board: by how many rows and columns. */
function arrows(board, move) {
  const moves = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-Infinity, -Infinity], End: [Infinity, Infinity]};
  board.addEventListener("keydown", (event) => {
    if (moves[event.key] && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      move(...moves[event.key]);
    }
  });
}

/** The point of a drawing under the mouse, as [column, row]. */
function under(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}

/** A block of a network on its line, which is interrupted where nothing comes through, and the shortcut beside it. */
function blockParts(works, residual) {
  const path = (d, attributes) => drawn("path", {d, fill: "none", stroke: "currentColor", "stroke-width": 2, ...attributes});
  const parts = [path("M28 0V11M28 31V44", works || residual ? {} : {"stroke-dasharray": "2 3", opacity: .6}),
    drawn("rect", {x: 16, y: 11, width: 24, height: 20, fill: works ? INK.input : "none", "fill-opacity": .5, stroke: "currentColor",
      ...(works ? {} : {"stroke-dasharray": "3 2"})})];
  if (!works) {
    parts.push(path("M20 14L36 28M36 14L20 28"));
  }
  return residual ? [...parts, path("M28 6H48V38H28", {stroke: INK.filter, "stroke-width": 3})] : parts;
}

/**
 * Builds the explorer in its place: the element in front of this script, or, where scripts are moved, the first one with its id that
 * has none yet. The table that stands there without scripts is folded once the explorer works.
 */
function start(id, title, build, data) {
  const before = document.currentScript && document.currentScript.previousElementSibling;
  const root = before && before.dataset.explorer === id ? before
    : Array.from(document.querySelectorAll(`[data-explorer="${id}"]`)).find((place) => !place.casebookExplorer);
  if (!root) {
    return;
  }
  root.casebookExplorer = true;
  root.querySelectorAll(".casebook-explorer").forEach((old) => old.remove());   // a browser that saved the page saved it, too
  const live = element("div", {class: "casebook-explorer", role: "group", "aria-label": title});
  live.append(element("style", {}, STYLE));
  build(live, data);
  const table = root.querySelector("details");
  root.insertBefore(live, table);
  table.open = false;
}
