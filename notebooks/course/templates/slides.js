// Starts the deck when its formulas are set, and shows pictures one after another, and high drawings and long tables piece by piece.
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

  /** Steps through which a box goes; `show` is told which one is on. */
  function steps(box, count, show) {
    for (var at = 1; at < count; at++) {
      box.appendChild(document.createElement("span")).className = "fragment step";
    }
    box.classList.add("stepped");
    box.show = function () {
      show(box.querySelectorAll(".step.visible").length);
    };
    return count > 1;
  }

  function pictures(box) {
    var figures = Array.from(box.querySelectorAll("figure")), all = figures.flatMap(views);
    return steps(box, all.length, function (step) {
      figures.forEach(function (figure) {
        figure.style.visibility = figure === all[step].figure ? "" : "hidden";
      });
      all[step].image.style.transform = all[step].transform;
    });
  }

  /** The table that makes the slide too high, if one does. */
  function rows(slide) {
    var tables = Array.from(slide.querySelectorAll(".outputs > .html table")), table = tables[tables.length - 1];
    if (!table || slide.scrollHeight <= slide.clientHeight || table.closest(".casebook-explorer")) {
      return false;
    }
    var box = table.closest(".html"), place = table.parentElement === box ? box : table.parentElement;
    for (var node = place; node !== slide; node = node.parentElement) {
      node.classList.add("rows");
      node.style.display = node === place ? "" : "flex";
      node.style.flexDirection = "column";
    }
    var moved = place.scrollHeight - place.clientHeight, head = table.tHead ? table.tHead.offsetHeight : 0;
    return steps(place, 1 + Math.ceil(moved / (place.clientHeight - head)), function (step) {
      var count = place.querySelectorAll(".step").length;
      place.scrollTop = count ? moved * step / count : 0;
    });
  }

  function update() {
    var slide = Reveal.getCurrentSlide(), more = false;
    if (!slide.dataset.stepped) {
      slide.dataset.stepped = "yes";
      slide.querySelectorAll(".in-turn").forEach(function (box) {
        more = pictures(box) || more;
      });
      more = rows(slide) || more;
    }
    if (more) {
      Reveal.syncFragments(slide);
    }
    slide.querySelectorAll(".stepped").forEach(function (box) {
      box.show();
    });
  }

  /** One place for all pictures of a cell. */
  function stack(box) {
    var figures = box.querySelectorAll(".outputs > figure"), place = document.createElement("div");
    place.className = "turns";
    figures[0].before(place);
    figures.forEach(function (figure, at) {
      figure.style.visibility = at ? "hidden" : "";
      place.append(figure);
    });
  }

  function start() {
    document.querySelectorAll(".in-turn").forEach(stack);
    document.querySelectorAll(".casebook-explorer").forEach(function (explorer) {
      // Its keys are its own, until Escape gives them back to the deck.
      explorer.addEventListener("keydown", function (event) {
        event.stopPropagation();
        if (event.key === "Escape") {
          document.activeElement.blur();
        }
      });
    });
    Reveal.initialize({
      width: 1280, height: HEIGHT, margin: 0, center: false, display: "flex", hash: true, slideNumber: "c/t", navigationMode: "linear", controls: false,
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
