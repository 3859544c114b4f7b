// The bottleneck of lecture 08: the multiplications of a convolution with and without a 1×1 convolution in front of it, factor by factor.

function build(live, data) {
  const [side, channels, f, filters, width] = data.controls.map(([label, low, high, value]) => control({label, low, high, value, changed: show}));
  const picture = drawn("svg", {viewBox: "0 0 380 152", role: "img", style: "max-width: 36rem"});
  // What is done first is solid, what comes after it is hatched; without a bottleneck there is only the second.
  const bars = {without: bar("second"), reduce: bar(), expand: bar("second")};
  const text = {without: element("span"), reduce: element("span"), expand: element("span"), sum: element("b")};
  const names = {without: element("b"), expand: element("span")};
  const ratio = element("p", {"aria-live": "polite", style: "font-size: 1.1em"});
  const more = element("p", {"aria-live": "polite"});

  function bar(kind = "") {
    return element("span", {class: `bar ${kind}`});
  }

  live.append(
    element("div", {class: "controls"}, side.node, channels.node, f.node, filters.node, width.node), picture, ratio,
    element("p", {}, names.without, element("br"), text.without),
    element("div", {class: "track"}, bars.without),
    element("p", {}, element("b", {}, "With the bottleneck"), element("br"), bar("sign"), "1×1: ", text.reduce, element("br"), bar("second sign"),
      names.expand, text.expand, element("br"), "Together: ", text.sum),
    element("div", {class: "track"}, bars.reduce, bars.expand), more);

  function show() {
    const [n, c, k, out, narrow] = [side, channels, f, filters, width].map((each) => each.value);
    const area = n * n;
    const without = area * out * k * k * c;
    const reduce = area * narrow * c;
    const expand = area * out * k * k * narrow;
    const sum = reduce + expand;
    const product = (outputs, size, depth) => `${n}·${n}·${outputs} outputs × ${size}·${size}·${depth} multiplications each = `
      + `${figure(area * outputs)} × ${figure(size * size * depth)} = ${figure(area * outputs * size * size * depth)}`;
    say(names.without, `Without: ${k}×${k} reads all ${figure(c)} channels`);
    say(names.expand, `${k}×${k}: `);
    say(text.without, product(out, k, c));
    say(text.reduce, product(narrow, 1, c));
    say(text.expand, product(out, k, narrow));
    say(text.sum, `${figure(reduce)} + ${figure(expand)} = ${figure(sum)}`);
    const most = Math.max(without, sum);
    bars.without.style.width = 100 * without / most + "%";
    bars.reduce.style.width = 100 * reduce / most + "%";
    bars.expand.style.width = 100 * expand / most + "%";
    const times = (large, small) => (large / small).toLocaleString("en-US", {maximumSignificantDigits: large / small < 1000 ? 3 : 4});
    say(ratio, sum === without ? "With the bottleneck there are as many multiplications as without."
      : `With the bottleneck there are ${times(most, Math.min(without, sum))} times ${sum < without ? "fewer" : "more"} multiplications: `
        + `${figure(sum)} instead of ${figure(without)}.`);
    // narrow · (c + out·k²) < out·k²·c, the area on both sides left out
    const widest = Math.ceil(out * k * k * c / (c + out * k * k)) - 1;
    say(more, (widest > 0 ? `A bottleneck of ${figure(widest)} channel${widest > 1 ? "s" : ""} or fewer saves multiplications. `
      : "Here no bottleneck saves multiplications. ")
      + `Parameters, with one bias a filter: ${figure(out * (k * k * c + 1))} without, `
      + `${figure(narrow * (c + 1) + out * (k * k * narrow + 1))} with the bottleneck.`);
    draw(n, c, k, out, narrow);
  }

  /** The volumes, as wide as their channels are many. */
  function draw(n, c, k, out, narrow) {
    const most = Math.max(c, out, narrow);
    const wide = (count) => Math.max(2, 84 * count / most);
    picture.replaceChildren();
    picture.setAttribute("aria-label", `Without: ${n}×${n}×${c} becomes ${n}×${n}×${out}. With the bottleneck: ${n}×${n}×${c}, ${n}×${n}×${narrow}, ${n}×${n}×${out}.`);
    volume(48, 26, c);
    arrow(98, 282, 26, `${k}×${k}, ${out} filters`);
    volume(332, 26, out);
    volume(48, 104, c);
    arrow(98, 142, 104, "1×1");
    volume(190, 104, narrow);
    arrow(238, 282, 104, `${k}×${k}`);
    volume(332, 104, out);

    function volume(x, y, count) {
      picture.append(drawn("rect", {x: x - wide(count) / 2, y: y - 22, width: wide(count), height: 44, fill: INK.input, "fill-opacity": .35,
        stroke: "currentColor"}), label(x, y + 38, `${n}×${n}×${count}`));
    }
    function arrow(from, to, y, text) {
      picture.append(drawn("path", {d: `M${from} ${y}H${to}m-7 -4l7 4l-7 4`, fill: "none", stroke: "currentColor", "stroke-width": 1.5}),
        label((from + to) / 2, y - 7, text));
    }
    function label(x, y, text) {
      return drawn("text", {x, y, "font-size": 12, "text-anchor": "middle"}, text);
    }
  }

  show();
}
