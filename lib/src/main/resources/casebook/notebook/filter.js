// A trained filter slides over an image: the pixels below it times its weights, their sum, and the number of the feature map that it becomes.

function build(live, data) {
  const {pixels, filters, biases, activation} = data;
  const size = filters[0].length;
  const rows = pixels.length - size + 1;
  const columns = pixels[0].length - size + 1;
  const squash = {tanh: Math.tanh, ReLU: (z) => Math.max(0, z)}[activation];
  let filter = data.start[0];
  let place = {row: data.start[1], column: data.start[2]};
  const choice = element("div", {role: "group", "aria-label": "Filter"}, ...filters.map((weights, i) => {
    const button = element("button", {type: "button", "aria-pressed": false, style: "width: 4rem; padding: .3rem"}, squares(weights.map((line) => line.map(tint(i)))),
      "filter " + (i + 1));
    button.addEventListener("click", () => choose(i));
    return button;
  }));
  const image = squares(pixels.map((line) => line.map(grey(Math.min(...pixels.flat()), Math.max(...pixels.flat())))));
  const map = squares(Array.from({length: rows}, () => Array(columns).fill("")));
  const [onImage, onMap] = [frame(image, size, "filter"), frame(map, 1, "output")];
  const mapName = element("div");
  const board = element("div", {class: "side", tabindex: 0, role: "application",
    "aria-label": "Image and feature map: the arrow keys move the filter, Home and End to the first and the last place"},
  element("div", {style: "flex: 1 1 9rem; max-width: 20rem"}, `image ${pixels.length}×${pixels[0].length}`, image),
  element("div", {style: "flex: 1 1 9rem; max-width: 20rem"}, mapName, map));
  const sum = element("p", {"aria-live": "polite", style: "font-size: 1.1em"});
  const grids = ["pixels", "× weights", "= products"].map((title) => ({title, svg: drawn("svg", {"aria-hidden": "true",
    viewBox: `-.02 -.02 ${size + .04} ${size + .04}`})}));
  live.append(choice, board, sum, element("div", {class: "side"}, ...grids.map(({title, svg}) =>
    element("div", {style: "flex: 1 1 12rem; max-width: 20rem"}, title, svg))));

  /** A drawing of squares, each in its colour. */
  function squares(colours) {
    return drawn("svg", {"aria-hidden": "true", viewBox: `0 0 ${colours[0].length} ${colours.length}`, "shape-rendering": "crispEdges"},
      ...colours.flatMap((line, y) => line.map((fill, x) => drawn("rect", {x, y, width: 1, height: 1, fill}))));
  }

  function frame(svg, side, part) {
    const rectangle = drawn("rect", {"data-part": part, width: side, height: side, fill: "none", stroke: INK.filter, "stroke-width": 3,
      "vector-effect": "non-scaling-stroke"});
    svg.append(rectangle);
    return rectangle;
  }

  function grey(low, high) {
    return (value) => {
      const level = Math.round(255 * (value - low) / (high - low || 1));
      return `rgb(${level},${level},${level})`;
    };
  }

  /** Positive weights are blue, negative ones red, as in the pictures of filters. */
  function tint(which) {
    const largest = Math.max(...filters[which].flat().map(Math.abs)) || 1;
    return (weight) => `rgba(${weight < 0 ? "213,94,0" : "0,114,178"},${(Math.abs(weight) / largest * .6).toFixed(2)})`;
  }

  /** The sum at a place, without the bias. */
  function summed(row, column) {
    let total = 0;
    filters[filter].forEach((line, i) => line.forEach((weight, j) => {
      total += weight * pixels[row + i][column + j];
    }));
    return total;
  }

  const output = (row, column) => squash(summed(row, column) + biases[filter]);
  const written = (number, digits = 3) => number.toFixed(digits).replace(/^-(?=.*[1-9])/, "−").replace(/^-/, "");

  function choose(which) {
    filter = which;
    const values = Array.from({length: rows}, (_, row) => Array.from({length: columns}, (_, column) => output(row, column))).flat();
    const level = grey(Math.min(...values), Math.max(...values));
    values.forEach((value, i) => map.children[i].setAttribute("fill", level(value)));
    say(mapName, `feature map ${filter + 1}, ${rows}×${columns}`);
    [...choice.children].forEach((button, i) => {
      button.setAttribute("aria-pressed", i === filter);
      button.style.boxShadow = i === filter ? `inset 0 0 0 3px ${INK.filter}` : "none";
    });
    show();
  }

  function move(row, column) {
    place = {row: Math.min(Math.max(row, 0), rows - 1), column: Math.min(Math.max(column, 0), columns - 1)};
    show();
  }

  function show() {
    [onImage, onMap].forEach((rectangle) => {
      rectangle.setAttribute("x", place.column);
      rectangle.setAttribute("y", place.row);
    });
    const below = filters[filter].map((line, i) => line.map((_, j) => pixels[place.row + i][place.column + j]));
    const [low, high] = [Math.min(...pixels.flat()), Math.max(...pixels.flat())];
    const products = below.map((line, i) => line.map((pixel, j) => pixel * filters[filter][i][j]));
    fill(grids[0].svg, below, grey(low, high), (pixel) => pixel < (low + high) / 2 ? "#fff" : "#000");
    fill(grids[1].svg, filters[filter], tint(filter), () => "currentColor");
    fill(grids[2].svg, products, () => "none", () => "currentColor");
    const total = summed(place.row, place.column);
    say(sum, `The ${size * size} products add up to ${written(total)}. With the bias, ${written(biases[filter])}, it is ${written(total + biases[filter])}; `
      + `${activation} makes ${written(output(place.row, place.column))} of it. This is the number in row ${place.row + 1}, column ${place.column + 1} of feature map ${filter + 1}.`);
  }

  function fill(svg, numbers, colour, ink) {
    svg.replaceChildren(...numbers.flatMap((line, y) => line.flatMap((number, x) => {
      const text = drawn("text", {x: x + .5, y: y + .6, "font-size": .3, "text-anchor": "middle"}, written(number, 2));
      text.style.fill = ink(number);
      return [drawn("rect", {x, y, width: 1, height: 1, fill: colour(number), stroke: "currentColor", "stroke-width": .02}), text];
    })));
  }

  board.addEventListener("click", (event) => {
    if (image.contains(event.target)) {
      move(...under(image, event).map((cell) => Math.round(cell - size / 2)).reverse());
    } else if (map.contains(event.target)) {
      move(...under(map, event).map(Math.floor).reverse());
    }
  });
  arrows(board, (down, right) => move(place.row + down, place.column + right));
  choose(filter);
}
