// Convolution arithmetic: the output's side from n, f, s and p, and which cells of the input one output reads.

function build(live, data) {
  const place = {row: 0, column: 0};
  const [n, f, s, p] = data.controls.map(([label, low, high, value]) => control({label, low, high, value, changed: show}));
  const sum = element("p", {"aria-live": "polite"});
  const note = element("p", {"aria-live": "polite"});
  const reading = element("p", {"aria-live": "polite"});
  const keys = "Input and output: the arrow keys move the filter from output to output, Home and End to the first and the last one";
  const input = drawn("svg", {"aria-hidden": "true"});
  const output = drawn("svg", {"aria-hidden": "true"});
  const inputName = element("div");
  const outputName = element("div");
  const board = element("div", {class: "side", tabindex: 0, role: "application", "aria-label": keys},
    element("div", {style: "flex: 3 1 14rem; max-width: 24rem"}, inputName, input),
    element("div", {style: "flex: 2 1 9rem; max-width: 16rem"}, outputName, output));
  const back = element("button", {type: "button"}, "◀ Previous output");
  const on = element("button", {type: "button"}, "Next output ▶");
  live.append(element("div", {class: "controls"}, n.node, f.node, s.node, p.node), sum, note, board,
    element("div", {}, back, on), reading);

  /** The output's side; 0 where the filter does not fit. */
  function side() {
    const room = n.value + 2 * p.value - f.value;
    return room < 0 ? 0 : Math.floor(room / s.value) + 1;
  }

  /** True if the cells are large enough for a letter in each. */
  function lettered() {
    return Math.max(n.value + 2 * p.value, f.value) <= 20;
  }

  function move(row, column) {
    const last = Math.max(0, side() - 1);
    place.row = Math.min(Math.max(row, 0), last);
    place.column = Math.min(Math.max(column, 0), last);
    show();
  }

  /** Steps through the outputs as one reads: row by row. */
  function step(by) {
    const out = Math.max(1, side());
    const at = Math.min(Math.max(place.row * out + place.column + by, 0), out * out - 1);
    move(Math.floor(at / out), at % out);
  }

  function show() {
    const out = side();
    place.row = Math.min(place.row, Math.max(0, out - 1));
    place.column = Math.min(place.column, Math.max(0, out - 1));
    const padded = n.value + 2 * p.value;
    const [room, rest] = [padded - f.value, (padded - f.value) % s.value];
    const start = `⌊(n + 2p − f) ÷ s⌋ + 1 = ⌊(${n.value} + 2·${p.value} − ${f.value}) ÷ ${s.value}⌋ + 1 = `;
    say(sum, out ? `${start}⌊${room} ÷ ${s.value}⌋ + 1 = ${Math.floor(room / s.value)} + 1 = ${out}. The output is ${out}×${out}.`
      : `n + 2p − f = ${n.value} + 2·${p.value} − ${f.value} = −${-room}: there is no output.`);
    say(note, out ? remarks(out, rest) : `A ${f.value}×${f.value} filter does not fit: the input is ${padded} wide, padding included. `
      + `Make the filter smaller or the input larger, or take p = ${Math.ceil((f.value - n.value) / 2)}.`);
    note.classList.toggle("wrong", !out);
    say(reading, out ? cells() : "");
    say(inputName, `input ${n.value}×${n.value}` + (p.value ? `, with padding ${padded}×${padded}` : ""));
    say(outputName, out ? `output ${out}×${out}` : "no output");
    drawInput(padded, out, rest);
    drawOutput(out);
  }

  function remarks(out, rest) {
    const [texts, same] = [[], (f.value - 1) / 2];
    if (rest) {
      texts.push(`The division leaves a remainder of ${rest}: the last ${rest > 1 ? rest + " rows and columns" : "row and column"}`
        + `${p.value ? " of the padded input" : ""} (${lettered() ? "marked ×" : "beyond the dashed line"}) ${rest > 1 ? "are" : "is"} never read.`);
    }
    if (s.value > f.value) {
      texts.push("The stride is larger than the filter: cells between two places of the filter are never read.");
    }
    if (out === n.value && s.value === 1) {
      texts.push("The output is as large as the input: this is what same padding means.");
    } else if (s.value === 1 && Number.isInteger(same)) {
      texts.push(`With p = (f − 1) ÷ 2 = ${same} the output would be as large as the input.`);
    }
    if (p.value >= f.value) {
      texts.push("The padding is as wide as the filter or wider: the outputs at the border see zeros only.");
    }
    return texts.join(" ");
  }

  /** Which cells the chosen output reads, in words. */
  function cells() {
    const [top, left] = [place.row * s.value, place.column * s.value];
    const inside = (from) => Math.max(0, Math.min(from + f.value, p.value + n.value) - Math.max(from, p.value));
    const zeros = f.value ** 2 - inside(top) * inside(left);
    const lines = (word, from) => f.value === 1 ? `${word} ${from + 1}` : `${word}s ${from + 1} to ${from + f.value}`;
    return `Output in row ${place.row + 1}, column ${place.column + 1}: it reads ${figure(f.value ** 2)} cell${f.value > 1 ? "s" : ""} of each channel, `
      + `${lines("row", top)} and ${lines("column", left)} of the ${p.value ? "padded " : ""}input`
      + (p.value ? `; ${figure(zeros)} of them ${zeros === 1 ? "is" : "are"} padding.` : ".");
  }

  /** Lines around cells, from (x, y) on, as a path. */
  function lattice(x, y, columns, rows) {
    let path = "";
    for (let i = 0; i <= columns; i++) {
      path += `M${x + i} ${y}v${rows}`;
    }
    for (let i = 0; i <= rows; i++) {
      path += `M${x} ${y + i}h${columns}`;
    }
    return path;
  }

  function rectangle(x, y, side, attributes) {
    return drawn("rect", {x, y, width: side, height: side, "vector-effect": "non-scaling-stroke", ...attributes});
  }

  function lines(path, attributes) {
    return drawn("path", {d: path, fill: "none", stroke: "currentColor", "stroke-width": 1, "vector-effect": "non-scaling-stroke", ...attributes});
  }

  function frame(svg, side) {
    const edge = side / 100;
    svg.setAttribute("viewBox", `${-edge} ${-edge} ${side + 2 * edge} ${side + 2 * edge}`);
    svg.replaceChildren();
  }

  function drawInput(padded, out, rest) {
    const [whole, fine] = [Math.max(padded, f.value), padded <= 64];   // more lines than this would be a grey area
    frame(input, whole);
    if (p.value) {
      input.append(lines(fine ? lattice(0, 0, padded, padded) : `M0 0H${padded}V${padded}H0Z`, {"stroke-dasharray": "2 3", opacity: .7}));
    }
    input.append(rectangle(p.value, p.value, n.value, {fill: INK.input, "fill-opacity": .3, stroke: "currentColor", "stroke-width": 2}));
    if (fine) {
      input.append(lines(lattice(p.value, p.value, n.value, n.value), {opacity: .6}));
    }
    for (let row = 0; lettered() && row < padded; row++) {
      for (let column = 0; column < padded; column++) {
        const unread = out && Math.max(row, column) >= padded - rest;
        const zero = Math.min(row, column) < p.value || Math.max(row, column) >= p.value + n.value;
        if (unread || zero) {
          input.append(drawn("text", {x: column + .5, y: row + .72, "font-size": .6, "text-anchor": "middle", opacity: .85}, unread ? "×" : "0"));
        }
      }
    }
    if (!lettered() && out && rest) {
      const read = padded - rest;
      input.append(lines(`M${read} 0V${read}H0`, {stroke: INK.filter, "stroke-dasharray": "6 4", "stroke-width": 2}));
    }
    const at = out ? [place.column * s.value, place.row * s.value] : [0, 0];
    input.append(rectangle(...at, f.value, {"data-part": "filter", fill: INK.filter, "fill-opacity": .4, stroke: INK.filter, "stroke-width": 4}));
  }

  function drawOutput(out) {
    frame(output, Math.max(out, 1));
    if (!out) {
      return;
    }
    output.append(rectangle(0, 0, out, {fill: "currentColor", "fill-opacity": .08, stroke: "currentColor", "stroke-width": 2}));
    if (out <= 40) {
      output.append(lines(lattice(0, 0, out, out), {opacity: .6}));
    }
    output.append(rectangle(place.column, place.row, 1, {"data-part": "output", fill: INK.filter, stroke: INK.filter, "stroke-width": 4}));
  }

  function point(event) {
    if (input.contains(event.target)) {
      const [x, y] = under(input, event).map((cell) => Math.round((cell - f.value / 2) / s.value));
      move(y, x);
    } else if (output.contains(event.target)) {
      const [x, y] = under(output, event).map(Math.floor);
      move(y, x);
    }
  }

  board.addEventListener("click", point);
  board.addEventListener("pointermove", (event) => event.pointerType === "mouse" && event.buttons === 1 && point(event));
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  arrows(board, (rows, columns) => move(place.row + rows, place.column + columns));
  show();
}
