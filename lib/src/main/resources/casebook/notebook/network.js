// The network explorer: a list of layers, what each of them costs, and what part of the image one of its outputs sees.

function build(live, data) {
  const networks = data.networks.map(unpack);
  let network = networks[data.start];
  const choice = element("select", {}, ...networks.map((each, i) => element("option", {value: i}, each.name)));
  choice.value = data.start;
  const list = element("select", {size: 14, style: "width: 100%; max-width: 100%"});
  const name = element("p", {"aria-live": "polite", style: "font-size: 1.1em; overflow-wrap: anywhere"});
  const flow = element("p", {"aria-live": "polite"});
  const lines = ["Parameters", "Multiplications", "Activations"].map((word) => ({
    word, text: element("div"), bar: element("div", {class: "bar"})
  }));
  const stage = element("p");
  const seen = element("p", {"aria-live": "polite"});
  const image = drawn("svg", {viewBox: "-2 -2 104 104", "aria-hidden": "true", style: "max-width: 11rem"});
  const picker = element("div", {style: "flex: 1 1 15rem; min-width: 0; max-width: 22rem"});
  if (networks.length > 1) {
    picker.append(element("label", {style: "display: block; margin-bottom: .4rem"}, "Network ", choice));
  }
  picker.append(element("label", {style: "display: block"}, "Layer, from the input to the output; the arrow keys go on from one to the next", list));
  live.append(element("div", {class: "side"}, picker,
    element("div", {style: "flex: 1 1 17rem; min-width: 0"}, name, flow,
      ...lines.flatMap(({text, bar}) => [text, element("div", {class: "track"}, bar)]), stage, seen, image)));

  /** The rows of a network, which Explorer.java has packed: names and kinds of layers stand in lists that all networks share. */
  function unpack({name, input, stages, rows, fields}) {
    const layers = [];
    let [word, side] = [0, 1];
    const sides = new Map(fields);
    for (let i = 0; 2 * i < rows.length; i++) {
      word += rows[2 * i];
      side = sides.has(i) ? sides.get(i) : side;
      const [kind, inputs, output, parameters, macs] = data.types[rows[2 * i + 1]];
      layers.push({name: data.names[word], kind: data.kinds[kind], inputs: inputs.map((shape) => data.shapes[shape]), output: data.shapes[output],
        costs: [parameters, macs, data.shapes[output].reduce((product, each) => product * each, 1)], side});
    }
    let from = 0;
    const parts = stages.map(([title, count]) => ({title, layers: layers.slice(from, from += count)}));
    return {name, input, layers, parts, totals: sums(layers)};
  }

  function sums(layers) {
    return [0, 1, 2].map((which) => layers.reduce((sum, layer) => sum + layer.costs[which], 0));
  }

  const written = (shape) => shape.join("×");

  function share(part, whole) {
    const percent = whole ? 100 * part / whole : 0;
    return part === 0 ? "0 %" : percent < .05 ? "less than 0.1 %" : percent.toFixed(1) + " %";
  }

  function fill() {
    let index = 0;
    list.replaceChildren(...network.parts.map((part) => element("optgroup", {label: part.title},
      ...part.layers.map((layer) => element("option", {value: index++}, layer.name)))));
    list.value = 0;
    show();
  }

  function show() {
    const layer = network.layers[list.value];
    const part = network.parts.find((each) => each.layers.includes(layer));
    say(name, `${network.name}, layer ${Number(list.value) + 1} of ${network.layers.length}: ${layer.name}`);
    say(flow, `${layer.kind}: ${inputs(layer.inputs)} → ${written(layer.output)}`);
    lines.forEach(({word, text, bar}, i) => {
      say(text, `${word}: ${figure(layer.costs[i])} (${share(layer.costs[i], network.totals[i])} of the network's ${figure(network.totals[i])})`);
      bar.style.width = (network.totals[i] ? 100 * layer.costs[i] / network.totals[i] : 0) + "%";
    });
    const together = sums(part.layers);
    say(stage, `Its stage ${part.title}, ${part.layers.length} layer${part.layers.length > 1 ? "s" : ""}: `
      + lines.map(({word}, i) => `${share(together[i], network.totals[i])} of the ${word.toLowerCase()}`).join(", ") + ".");
    see(layer);
  }

  /** More than three inputs are only counted. */
  function inputs(shapes) {
    const texts = shapes.map(written);
    return texts.length > 3 && new Set(texts).size === 1 ? `${texts.length} of ${texts[0]}` : texts.join(" + ");
  }

  function see(layer) {
    image.replaceChildren();
    image.style.display = network.input.length === 3 ? "block" : "none";
    if (network.input.length < 3) {
      say(seen, "The network starts with a vector: there is no image to see a part of.");
      return;
    }
    const [height, width] = network.input;
    const longest = Math.max(height, width);
    const [h, w] = [100 * height / longest, 100 * width / longest];
    const all = layer.side === 0 || layer.side >= longest;
    const size = all ? 100 : 100 * layer.side / longest;
    const [a, b] = [Math.min(size, h), Math.min(size, w)];
    const whole = `the whole image of ${height}×${width}`;
    say(seen, layer.side === 0 ? `Receptive field: ${whole}. Each output depends on all of it.`
      : `Receptive field: ${figure(layer.side)}×${figure(layer.side)} pixels` + (layer.side > longest ? `, which is more than ${whole}.`
        : layer.side === longest ? `, ${whole}.` : ` of ${height}×${width}. The square shows it for an output in the middle.`));
    let path = "";
    for (let i = 1; i < 8; i++) {
      path += `M${w * i / 8} 0v${h}M0 ${h * i / 8}h${w}`;
    }
    image.append(drawn("path", {d: path, stroke: "currentColor", opacity: .25, "stroke-width": .5}),
      drawn("rect", {width: w, height: h, fill: "none", stroke: "currentColor"}),
      drawn("rect", {"data-part": "field", x: (w - b) / 2, y: (h - a) / 2, width: b, height: a, fill: INK.filter, "fill-opacity": .4,
        stroke: INK.filter, "stroke-width": 2}));
  }

  choice.addEventListener("change", () => {
    network = networks[choice.value];
    fill();
  });
  list.addEventListener("change", show);
  fill();
}
