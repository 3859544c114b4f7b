// The blocks of a trained residual network are switched off, in any combination: what accuracy remains. All were measured by BlocksOff.java.

function build(live, data) {
  const off = new Set();
  const result = element("p", {"aria-live": "polite", style: "font-size: 1.1em"});
  const [bar, guess] = [element("div", {class: "bar"}), element("div", {style: "position: absolute; top: -2px; bottom: -2px; border-left: 2px dashed currentColor"})];
  guess.style.left = 100 / data.classes + "%";
  const every = element("button", {type: "button"}, "Switch all blocks on");
  const switches = data.blocks.map((name, i) => {
    const box = element("input", {type: "checkbox"});
    const svg = drawn("svg", {viewBox: "10 0 44 44", "aria-hidden": "true", style: "width: 3.5rem"});
    box.addEventListener("change", () => {
      off[box.checked ? "delete" : "add"](i);
      show();
    });
    return {box, svg, node: element("label", {style: "flex: none"}, svg, box, name)};
  });
  live.append(result, element("div", {class: "track", style: "position: relative"}, bar, guess),
    element("p", {}, `The dashed line is ${(100 / data.classes).toFixed(0)} %, what guessing gives.`),
    element("div", {class: "side"}, ...switches.map((each) => each.node)), every);

  function show() {
    const which = [...off].reduce((sum, i) => sum + 2 ** i, 0);
    const names = data.blocks.filter((_, i) => off.has(i));
    const [now, all] = [data.right[which], data.right[0]];
    const percent = (right) => (100 * right / data.images).toFixed(1) + " %";
    say(result, `${names.length ? names.join(", ") + " off" : "All blocks on"}: ${percent(now)} of ${figure(data.images)} images are answered right`
      + (names.length ? `, instead of ${percent(all)}.` : "."));
    bar.style.width = 100 * now / data.images + "%";
    switches.forEach(({box, svg}, i) => {
      box.checked = !off.has(i);
      svg.replaceChildren(...blockParts(!off.has(i), true));
    });
  }

  every.addEventListener("click", () => {
    off.clear();
    show();
  });
  show();
}
