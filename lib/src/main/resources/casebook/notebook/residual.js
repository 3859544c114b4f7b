// Signal flow through a stack of blocks, with and without shortcuts, by a model that is stated in the explorer's own text: random
// branches whose output has g times the size of their input. Then the squares of the sizes multiply, by g² or by 1 + g².

function build(live, data) {
  const shortcuts = element("input", {type: "checkbox"});
  shortcuts.checked = true;
  const [blocks, factor] = data.controls.map(([label, low, high, value, step]) => control({label, low, high, step, value, changed: show}));
  const result = element("p", {"aria-live": "polite", style: "font-size: 1.1em"});
  const scale = element("p");
  const every = element("button", {type: "button"}, "Switch all blocks on");
  const body = element("tbody");
  // The alignment stands at the cells, because JupyterLab's own rules for tables overrule those of a style sheet.
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...["Block", "Signal behind it ↓", "Gradient in front of it ↑"]
    .map((head) => element("th", {scope: "col", style: "text-align: left"}, head)))), body);
  const off = new Set();
  live.append(element("div", {class: "controls"}, blocks.node, factor.node),
    element("p", {}, element("label", {}, shortcuts, "Shortcuts around the blocks")), result, table, scale, every,
    ...data.model.map((text) => element("p", {}, text)));

  /** By what a block multiplies a size. */
  function through(block, residual) {
    const g = off.has(block) ? 0 : factor.value;
    return residual ? Math.sqrt(1 + g * g) : g;
  }

  function product(from, to, residual) {
    let size = 1;
    for (let block = from; block <= to; block++) {
      size *= through(block, residual);
    }
    return size;
  }

  /** Three digits, with a power of ten where there would be many zeros. */
  function written(size) {
    const rounded = Number(size.toPrecision(3));
    if (size === 0) {
      return "0";
    }
    if (rounded >= .0001 && rounded < 100000) {
      return rounded >= 1000 ? figure(rounded) : size.toPrecision(3);
    }
    const [digits, exponent] = size.toExponential(2).split("e");
    return `${digits}·${power(Number(exponent))}`;
  }

  function power(exponent) {
    return "10" + [...String(exponent)].map((sign) => sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]).join("");
  }

  function show() {
    const [count, residual] = [blocks.value, shortcuts.checked];
    while (body.children.length > count) {
      body.lastChild.remove();
    }
    while (body.children.length < count) {
      body.append(line(body.children.length + 1));
    }
    const sizes = [...body.children].map((row, i) => [product(1, i + 1, residual), product(i + 1, count, residual)]);
    const exponents = sizes.flat().filter((size) => size > 0).map((size) => Math.abs(Math.log10(size)));
    const decades = Math.max(1, ...exponents.map((each) => Math.ceil(each - 1e-9)));
    [...body.children].forEach((row, i) => fill(row, sizes[i], decades, residual));
    const cut = [...off].some((block) => block <= count);
    const [plain, added] = [written(product(1, count, false)), written(product(1, count, true))];
    say(result, `A signal of size 1 leaves the ${count} block${count > 1 ? "s" : ""} with size ${added} with shortcuts, and with size ${plain} without`
      + (cut ? ": a block that is switched off hands on nothing unless there is a shortcut." : ".")
      + " The gradient arrives at the front with the same size.");
    say(scale, `The middle of each bar's field is 1, its ends are ${decades > 3 ? power(-decades) : 10 ** -decades} and ${decades > 3 ? power(decades) : figure(10 ** decades)}; the scale is logarithmic. `
      + "Bars to the left are solid, bars to the right are hatched.");
  }

  /** A row for a block: its switch with its part of the drawing, and a bar for each size. */
  function line(block) {
    const box = element("input", {type: "checkbox"});
    box.checked = !off.has(block);
    box.addEventListener("change", () => {
      off[box.checked ? "delete" : "add"](block);
      show();
    });
    const cells = [0, 1].map(() => element("td", {style: "text-align: left; width: 38%; padding: 0 .6rem 0 0; vertical-align: middle"}, element("span"), meter()));
    return element("tr", {}, element("th", {scope: "row", style: "text-align: left; white-space: nowrap; padding: 0 .6rem 0 0"},
      element("div", {style: "display: flex; align-items: center"},
        drawn("svg", {viewBox: "10 0 44 44", "aria-hidden": "true", style: "flex: none; width: 2.75rem; height: 2.75rem"}),
        element("label", {}, box, "block " + block))), ...cells);
  }

  function meter() {
    return element("div", {class: "track", style: "position: relative"}, element("div", {class: "bar", style: "position: absolute"}),
      element("div", {style: "position: absolute; left: 50%; top: -2px; bottom: -2px; border-left: 2px solid currentColor"}));
  }

  function fill(row, pair, decades, residual) {
    const block = row.rowIndex;
    row.querySelector("input").checked = !off.has(block);
    row.querySelector("svg").replaceChildren(...blockParts(!off.has(block), residual));
    row.querySelectorAll("td").forEach((cell, i) => {
      say(cell.firstChild, written(pair[i]) + (pair[i] === 0 ? " (cut)" : ""));
      const share = pair[i] > 0 ? Math.log10(pair[i]) / decades : 0;
      const bar = cell.querySelector(".bar");
      bar.classList.toggle("second", share > 0);
      bar.style.width = 50 * Math.abs(share) + "%";
      bar.style.left = share < 0 ? 50 + 50 * share + "%" : "50%";
    });
  }

  shortcuts.addEventListener("change", show);
  every.addEventListener("click", () => {
    off.clear();
    show();
  });
  show();
}
