// Starts the deck when its formulas are set, and shows pictures one after another, high drawings piece by piece.
(function () {
  "use strict";
  var HEIGHT = 720, MOST_PIECES = 8, still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  /** What is seen of a picture: it whole and, if its text is too small then, it in pieces from the top. */
  function views(figure) {
    var image = figure.querySelector("img"), room = {width: figure.clientWidth, height: figure.clientHeight};
    var wide = +image.getAttribute("width") || image.naturalWidth, high = +image.getAttribute("height") || image.naturalHeight;
    var whole = Math.min(room.width / wide, room.height / high), seen = [{figure: figure, image: image, transform: ""}];
    // A chart can't be read without its axes: only drawings, which are high, are taken apart.
    if (whole >= 0.9 || high < 1.15 * wide) {
      return seen;
    }
    // Large enough for the last row, and in no more pieces than a room has patience for.
    var scale = Math.min(1.6, room.width / wide), pieces = Math.ceil(high * scale / (room.height * 0.9));
    if (pieces > MOST_PIECES) {
      scale *= MOST_PIECES / pieces;
      pieces = MOST_PIECES;
    }
    // The picture stands in the middle of its place, as large as fits: from there it grows, and moves up.
    var zoom = scale / whole, top = (room.height - high * whole) / 2, rest = high * scale - room.height;
    for (var at = 0; zoom > 1.15 && pieces > 1 && at < pieces; at++) {
      seen.push({figure: figure, image: image, transform: "translateY(" + (-top * zoom - rest * at / (pieces - 1)) + "px) scale(" + zoom + ")"});
    }
    return seen;
  }

  function prepare(box) {
    var figures = Array.from(box.querySelectorAll("figure")), steps = figures.flatMap(views);
    steps.slice(1).forEach(function () {
      box.appendChild(document.createElement("span")).className = "fragment step";
    });
    box.show = function () {
      var step = steps[box.querySelectorAll(".step.visible").length];
      figures.forEach(function (figure) {
        figure.style.visibility = figure === step.figure ? "" : "hidden";
      });
      step.image.style.transform = step.transform;
    };
    return steps.length > 1;
  }

  function update() {
    var slide = Reveal.getCurrentSlide(), boxes = slide.querySelectorAll(".in-turn"), more = false;
    boxes.forEach(function (box) {
      more = !box.show && prepare(box) || more;
    });
    if (more) {
      Reveal.syncFragments(slide);
    }
    boxes.forEach(function (box) {
      box.show();
    });
  }

  /** One place for all pictures of a cell. */
  function stack(box) {
    var figures = box.querySelectorAll(".outputs > figure"), place = document.createElement("div");
    place.className = "turns";
    figures[0].before(place);
    place.append(...figures);
  }

  function start() {
    document.querySelectorAll(".in-turn").forEach(stack);
    Reveal.initialize({
      width: 1280, height: HEIGHT, margin: 0, center: false, hash: true, slideNumber: "c/t", navigationMode: "linear", controls: false,
      transition: still ? "none" : "slide", backgroundTransition: "none", hideInactiveCursor: true, pdfSeparateFragments: false,
      scrollActivationWidth: null, plugins: [RevealNotes]
    }).then(function () {
      ["slidechanged", "fragmentshown", "fragmenthidden"].forEach(function (name) {
        Reveal.on(name, update);
      });
      update();
    });
  }

  if (window.MathJax && MathJax.startup) {
    MathJax.startup.promise.then(start);
  } else {
    start();
  }
})();
