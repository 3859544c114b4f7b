// Dark or light, the search, what scrolls sideways, answers that wait for a prediction, and where in the page the reader is. All of it works
// from the disk.
(function () {
  "use strict";
  var root = document.documentElement;

  // ---- dark or light: the system's choice until the reader chooses
  var button = document.querySelector(".theme"), system = matchMedia("(prefers-color-scheme: dark)");

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  }

  function show() {
    button.setAttribute("aria-pressed", isDark());
  }

  button.hidden = false;
  button.addEventListener("click", function () {
    var wanted = isDark() ? "light" : "dark";
    // Back at the system's choice, the page follows it again.
    root.dataset.theme = wanted === (system.matches ? "dark" : "light") ? "" : wanted;
    try {
      localStorage.setItem("casebook-theme", root.dataset.theme);
    } catch (error) { /* no storage: it holds for this page */ }
    show();
  });
  system.addEventListener("change", show);
  show();

  // ---- the search: its index is loaded at the first use
  var form = document.querySelector(".search"), input = form.querySelector("input"), box = form.querySelector(".results");
  var list = box.querySelector("ol"), status = box.querySelector("p"), index = null, loading = false, MOST = 20;

  window.casebookSearch = function (pages) {
    index = [];
    pages.forEach(function (page) {
      page[2].forEach(function (section, at) {
        index.push({page: page[0], title: page[1], anchor: section[0], heading: section[1], text: section[2], first: at === 0});
      });
    });
    search();
  };

  function load() {
    if (!index && !loading) {
      loading = true;
      var script = document.createElement("script");
      script.src = "assets/search.js";
      document.head.appendChild(script);
    }
  }

  var GREEK = {alpha: "α", beta: "β", gamma: "γ", epsilon: "ε", eta: "η", lambda: "λ", mu: "μ", sigma: "σ"};

  // 61706 finds 61,706, 3x3 finds 3×3, and gamma finds γ.
  function pattern(word) {
    var letter = GREEK[word.toLowerCase()];
    return letter ? "(?:" + word + "|" + letter + ")" : Array.from(word).map(function (letter, at, letters) {
      if (/\d/.test(letter)) {
        return letter + (/\d/.test(letters[at + 1] || "") ? ",?" : "");
      }
      return /[x×]/i.test(letter) ? "[x×]" : letter.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
    }).join("");
  }

  function count(text, expression) {
    return (text.match(expression) || []).length;
  }

  function score(entry, words) {
    var sum = 0;
    for (var i = 0; i < words.length; i++) {
      var begins = new RegExp("(?<![\\p{L}\\d])" + words[i], "giu"), anywhere = new RegExp(words[i], "giu");
      var points = 8 * count(entry.heading, begins) + 3 * count(entry.title, begins) + Math.min(count(entry.text, begins), 4)
        + (count(entry.heading + " " + entry.text, anywhere) ? 0.5 : 0);
      if (!points) {
        return 0;
      }
      sum += points;
    }
    return sum;
  }

  /** Adds the text to the node, with what was looked for marked. */
  function marked(node, text, words) {
    var expression = new RegExp(words.join("|"), "giu"), from = 0;
    for (var match of text.matchAll(expression)) {
      node.append(text.slice(from, match.index));
      node.appendChild(document.createElement("mark")).textContent = match[0];
      from = match.index + match[0].length;
    }
    node.append(text.slice(from));
    return node;
  }

  function snippet(text, words) {
    var at = text.search(new RegExp(words.join("|"), "iu"));
    var from = Math.max(0, at - 60);
    from = from && text.indexOf(" ", from) + 1;
    var to = text.length > from + 170 ? text.lastIndexOf(" ", from + 170) : text.length;
    to = to > at ? to : from + 170;
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  function search() {
    var query = input.value.trim(), words = query.split(/\s+/).filter(Boolean).map(pattern);
    box.hidden = !query;
    list.textContent = "";
    if (!query || !index) {
      status.textContent = query ? "Searching …" : "";
      return;
    }
    var found = index.map(function (entry, at) {
      return {entry: entry, at: at, score: score(entry, words)};
    }).filter(function (one) {
      return one.score;
    }).sort(function (a, b) {
      return b.score - a.score || a.at - b.at;
    });
    status.textContent = !found.length ? "Nothing found." : found.length === 1 ? "1 section" : found.length + " sections"
      + (found.length > MOST ? ", the first " + MOST + ":" : "");
    found.slice(0, MOST).forEach(function (one) {
      var entry = one.entry, link = list.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
      link.href = entry.page + "#" + encodeURIComponent(entry.anchor);
      marked(link.appendChild(document.createElement("b")), entry.heading, words);
      if (!entry.first) {
        var where = link.appendChild(document.createElement("span"));
        where.className = "where";
        where.textContent = " in " + entry.title;
      }
      var line = link.appendChild(document.createElement("span"));
      line.className = "snippet";
      marked(line, snippet(entry.text, words), words);
    });
  }

  function close() {
    box.hidden = true;
  }

  form.hidden = false;
  input.addEventListener("focus", load);
  input.addEventListener("input", function () {
    load();
    search();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) {
      first.click();
    }
  });
  form.addEventListener("click", function (event) {
    if (event.target.closest("a")) {
      close();
    }
  });
  form.addEventListener("focusin", function () {
    box.hidden = !input.value.trim();
  });
  form.addEventListener("keydown", function (event) {
    var links = Array.from(list.querySelectorAll("a")), at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      input.focus();
      input.value = "";
      search();
    } else if (event.key === "ArrowDown" && links.length) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (links[at - 1] || input).focus();
    }
  });
  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  document.addEventListener("pointerdown", function (event) {
    if (!form.contains(event.target)) {
      close();
    }
  });
  form.addEventListener("focusout", function (event) {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) {
      close();
    }
  });

  // ---- what is wider than its place can be scrolled with the keyboard as well
  var wide = document.querySelectorAll('pre, figure, .scroll, .html, .html div[style*="overflow-x"]');
  var names = {PRE: "Code", FIGURE: "Picture"};
  var watcher = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var node = entry.target, scrolls = node.scrollWidth > node.clientWidth;
      if (scrolls && !node.hasAttribute("tabindex")) {
        node.tabIndex = 0;
        node.setAttribute("role", "group");
        node.setAttribute("aria-label", (names[node.tagName] || (node.closest("mjx-container") ? "Formula" : "Table")) + ", scrolls sideways");
      } else if (!scrolls && node.tabIndex === 0 && node.getAttribute("role") === "group") {
        ["tabindex", "role", "aria-label"].forEach(function (name) {
          node.removeAttribute(name);
        });
      }
    });
  });
  wide.forEach(function (node) {
    watcher.observe(node);
  });
  addEventListener("load", function () {
    if (window.MathJax && MathJax.startup) {
      MathJax.startup.promise.then(function () {
        document.querySelectorAll('mjx-container[display="true"]').forEach(function (node) {
          watcher.observe(node);
        });
      });
    }
  });

  // ---- an answer waits for a prediction, unless the reader has said that none need wait
  var SKIP = "casebook-answers", MADE = "casebook-predictions";

  function kept(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (error) {
      return null;    // no storage: it holds for this page
    }
  }

  function keep(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch (error) { /* as above */ }
  }

  function element(name, text, words) {
    var made = document.createElement(name);
    made.className = name === "p" ? words || "" : "";
    made.textContent = text;
    return made;
  }

  var asked = Array.from(document.querySelectorAll(".answer")).map(function (answer, at) {
    var task = answer.previousElementSibling, ids = answer.dataset.predictions.split(" "), form = document.createElement("form");
    answer.id = answer.id || "answer-" + (at + 1);
    form.className = "predict";
    var inputs = ids.map(function (id) {
      var label = form.appendChild(element("label", ids.length > 1 ? "Your prediction " + id : "Your prediction"));
      var input = label.appendChild(document.createElement("input"));
      input.type = "text";
      input.autocomplete = "off";
      input.spellcheck = false;
      input.required = true;
      return input;
    });
    var show = form.appendChild(element("button", "Show the answer")), all = form.appendChild(element("button", "Always show answers"));
    all.type = "button";
    var said = element("p", "", "predicted");
    said.tabIndex = -1;
    said.setAttribute("role", "status");
    var again = element("button", "Ask me first");
    again.type = "button";
    task.append(form, said, again);
    task.classList.add("asks");
    show.setAttribute("aria-controls", answer.id);
    var one = {ids: ids, answer: answer, form: form, said: said, again: again, open: false};
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var made = kept(MADE) || {};
      ids.forEach(function (id, place) {
        made[id] = inputs[place].value.trim();
      });
      keep(MADE, made);
      one.words = inputs.map(function (input) {
        return input.value.trim();
      });
      update();
      said.focus();
    });
    all.addEventListener("click", function () {
      skipping = true;
      keep(SKIP, skipping);
      update();
      again.focus();
    });
    again.addEventListener("click", function () {
      skipping = false;
      keep(SKIP, skipping);
      update();
      inputs[0].focus();
    });
    return one;
  });
  var skipping = kept(SKIP) === true, before = kept(MADE) || {};

  function update() {
    asked.forEach(function (one) {
      var predicted = Boolean(one.words), open = predicted || skipping || one.open;
      one.form.hidden = open;
      one.again.hidden = predicted || !skipping;
      one.said.textContent = predicted ? "You predicted " + one.words.join(" and ") + ". The answer is below." : "";
      one.said.hidden = !predicted;
      one.answer.classList.toggle("waits", !open);
      // Where nothing waits any more, nothing is folded either.
      one.answer.querySelectorAll(".html > details").forEach(function (details) {
        details.open = details.open || open;
      });
    });
  }

  asked.forEach(function (one) {
    if (one.ids.every(function (id) { return before[id]; })) {
      one.words = one.ids.map(function (id) { return before[id]; });
    }
  });
  update();

  // ---- a link into the folded solutions opens them, and one into an answer shows it
  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    asked.forEach(function (one) {
      one.open = one.open || Boolean(target && one.answer.contains(target));
    });
    update();
    var folded = target && target.closest("details");
    if (folded && !target.closest("summary")) {
      folded.open = true;
      target.scrollIntoView();
    }
  }
  addEventListener("hashchange", reveal);
  reveal();

  // ---- where the reader is
  var links = new Map();
  document.querySelectorAll(".contents a").forEach(function (link) {
    var heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) {
      links.set(heading, link);
    }
  });
  if (links.size) {
    var seen = new IntersectionObserver(function () {
      var current = null;
      links.forEach(function (link, heading) {
        link.removeAttribute("aria-current");
        if (heading.getBoundingClientRect().top < innerHeight / 3) {
          current = link;
        }
      });
      if (current) {
        current.setAttribute("aria-current", "true");
      }
    }, {rootMargin: "0px 0px -66% 0px"});
    links.forEach(function (link, heading) {
      seen.observe(heading);
    });
  }
})();
