// Starts the deck when its formulas are set, and shows pictures one after another, and high drawings piece by piece. Counts hands, and measures what is cut off.
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

  function update() {
    var slide = Reveal.getCurrentSlide(), more = false;
    if (!slide.dataset.stepped) {
      slide.dataset.stepped = "yes";
      slide.querySelectorAll(".in-turn").forEach(function (box) {
        more = pictures(box) || more;
      });
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

  /** A formula has its text a second time, for screen readers; the speaker's window, which has not MathJax's styles, would show both. */
  function plainNotes() {
    Array.from(MathJax.startup.document.math).forEach(function (item) {
      var formula = item.typesetRoot;
      if (formula && formula.closest("aside.notes")) {
        formula.querySelectorAll("mjx-assistive-mml").forEach(function (twin) {
          twin.remove();
        });
        formula.setAttribute("role", "img");
        formula.setAttribute("aria-label", item.math);
      }
    });
  }

  /** A poll's buttons count hands: each click is one. The arrow keys stay the deck's. */
  function polls() {
    document.querySelectorAll(".choice").forEach(function (choice) {
      choice.addEventListener("click", function () {
        var count = choice.querySelector("output");
        count.value = +count.value + 1;
        choice.blur();
      });
    });
  }

  /** By how many pixels something on the slide does not fit, as it is now: pairs of what and how much. */
  function overflow(slide) {
    var found = [["too high", slide.scrollHeight - slide.clientHeight], ["too wide", slide.scrollWidth - slide.clientWidth]];
    slide.querySelectorAll("*").forEach(function (node) {
      var style = getComputedStyle(node), apart = node.closest("aside, svg, figure, mjx-container, .casebook-explorer, .turns");
      if (!apart && !node.querySelector(".casebook-explorer")) {
        found.push(["a part is too high", style.overflowY === "visible" ? 0 : node.scrollHeight - node.clientHeight]);
        found.push(["a part is too wide", style.overflowX === "visible" ? 0 : node.scrollWidth - node.clientWidth]);
      }
    });
    return found.filter(function (pair) {
      return pair[1] > 0 && slide.clientHeight;
    });
  }

  /** Steps through the whole deck and leaves a page that says what did not fit; `casebook slides --check` reads it. */
  function measure() {
    var most = {};
    for (;;) {
      var number = Reveal.getSlidePastCount() + 1;
      overflow(Reveal.getCurrentSlide()).forEach(function (pair) {
        var key = number + pair[0];
        most[key] = [number, pair[0], Math.max(pair[1], most[key] ? most[key][2] : 0)];
      });
      if (Reveal.isLastSlide() && !Reveal.availableFragments().next) {
        break;
      }
      Reveal.next();
    }
    var said = document.createElement("pre");
    said.id = "measured";
    said.textContent = JSON.stringify(Object.values(most));
    document.body.replaceChildren(said);
  }

  function start() {
    if (window.MathJax && MathJax.startup) {
      plainNotes();
    }
    polls();
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
      if (location.search === "?measure") {
        Promise.all(Array.from(document.images, function (image) {
          return image.decode().catch(function () { });
        })).then(measure);
      }
    });
  }

  if (window.MathJax && MathJax.startup) {
    MathJax.startup.promise.then(start);
  } else {
    start();
  }
})();
