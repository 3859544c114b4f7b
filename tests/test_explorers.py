"""The explorers in a browser: they answer to mouse and keyboard, and what they answer is what the library answers."""
import csv
import importlib.util
import math
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
JAR = PROJECT / "lib" / "target" / "casebook-notebook.jar"
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
READY = JAR.exists() and CHROMIUM and importlib.util.find_spec("playwright")
EVERY = ("convolution", "alexnet-conv1", "does-not-fit", "bottleneck", "lenet", "vector", "zoo", "residual", "filter", "blocks")
STYLE = (PROJECT / "notebooks" / "course" / "templates" / "page.css").read_text(encoding="utf-8")

# Each layer of each network is chosen, and what is then shown is collected.
WALK = """() => {
  const [choice, list] = document.querySelectorAll("select"), rows = [];
  for (const network of choice.options) {
    choice.value = network.value;
    choice.dispatchEvent(new Event("change"));
    for (const layer of list.options) {
      list.value = layer.value;
      list.dispatchEvent(new Event("change"));
      rows.push([network.text, layer.text, layer.parentElement.label, ...Array.from(document.querySelectorAll(".side > div:last-child > *"),
        (each) => each.textContent)]);
    }
  }
  return rows;
}"""


@unittest.skipUnless(READY, "needs the library's jar, Chromium and the packages of tests/requirements.txt, which the launcher sets up")
class ExplorersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from playwright.sync_api import sync_playwright
        cls.folder = Path(tempfile.mkdtemp(prefix="casebook-explorers-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        subprocess.run([JAVA, "-Xmx500m", "-cp", str(JAR), str(PROJECT / "tests" / "explorers" / "Samples.java"), str(cls.folder)], check=True)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def open(self, *names, width=1000, scripts=True, **options):
        """A page with these explorers, in the course's style. Whatever it says to the console or asks of the network fails the test."""
        body = "\n".join(f'<div class="html">{(self.folder / (name + ".html")).read_text(encoding="utf-8")}</div>' for name in names)
        file = self.folder / "page.html"
        file.write_text('<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
                        f"<title>Explorers</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>", encoding="utf-8")
        return self.visit(file, viewport={"width": width, "height": 800}, java_script_enabled=scripts, **options)

    def visit(self, file, **options):
        context = self.browser.new_context(offline=True, **options)
        self.addCleanup(context.close)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        self.addCleanup(lambda: self.assertEqual(([], [file.as_uri()]), (said, asked), "console and network"))
        return page

    def rows(self, name):
        with open(self.folder / f"{name}.tsv", encoding="utf-8", newline="") as file:
            return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    def text(self, page):
        return page.locator(".casebook-explorer").inner_text()

    def place(self, page, part):
        """Where a rectangle of a drawing stands: column, row, side."""
        rectangle = page.locator(f"[data-part={part}]")
        return tuple(float(rectangle.get_attribute(name)) for name in ("x", "y", "width"))

    def test_output_sides_are_the_librarys(self):
        page = self.open("convolution")
        self.assertIn("(7 + 2·1 − 3) ÷ 2⌋ + 1 = ⌊6 ÷ 2⌋ + 1 = 3 + 1 = 4. The output is 4×4.", self.text(page))
        sides = set()
        for *setting, side in self.rows("convolution"):
            for field, value in zip(page.locator("input[type=number]").all(), setting):
                field.fill(value)
            self.assertEqual(setting, [slider.input_value() for slider in page.locator("input[type=range]").all()])
            n, f, s, p = map(int, setting)
            with self.subTest(n=n, f=f, s=s, p=p):
                sides.add(side)
                if side == "0":
                    self.assertIn(f"n + 2p − f = {n} + 2·{p} − {f} = −{f - n - 2 * p}: there is no output.", self.text(page))
                    self.assertIn("does not fit", page.locator("p.wrong").inner_text())
                    self.assertEqual(0, page.locator("[data-part=output]").count())
                else:
                    self.assertIn(f"⌊(n + 2p − f) ÷ s⌋ + 1 = ⌊({n} + 2·{p} − {f}) ÷ {s}⌋ + 1 = ", self.text(page))
                    self.assertIn(f"= {side}. The output is {side}×{side}.", self.text(page))
                    self.assertEqual(0, page.locator("p.wrong").count())
                    self.assertEqual((n + 2 * p - f) % s > 0, "leaves a remainder" in self.text(page))
        self.assertIn("0", sides)
        self.assertGreater(len(sides), 8, "the settings are of many kinds")

    def test_a_filter_is_moved_by_keys_and_mouse(self):
        page = self.open("convolution")
        board = page.get_by_role("application")
        board.focus()
        for key, column, row in (("ArrowRight", 1, 0), ("ArrowDown", 1, 1), ("ArrowLeft", 0, 1), ("ArrowLeft", 0, 1), ("End", 3, 3), ("ArrowDown", 3, 3),
                                 ("ArrowUp", 3, 2), ("Home", 0, 0)):
            page.keyboard.press(key)
            self.assertEqual(((column, row, 1), (2 * column, 2 * row, 3)), (self.place(page, "output"), self.place(page, "filter")), key)
        self.assertIn("Output in row 1, column 1: it reads 9 cells of each channel, rows 1 to 3 and columns 1 to 3 of the padded input; 5 of them are padding.",
                      self.text(page))
        output = board.locator("svg").nth(1)
        box = output.bounding_box()
        output.click(position={"x": .6 * box["width"], "y": .9 * box["height"]})
        self.assertEqual((2, 3, 1), self.place(page, "output"))
        self.assertIn("Output in row 4, column 3: it reads 9 cells of each channel, rows 7 to 9 and columns 5 to 7 of the padded input; 3 of them are padding.",
                      self.text(page))
        entry = board.locator("svg").nth(0)
        box = entry.bounding_box()
        entry.click(position={"x": .5 * box["width"], "y": .17 * box["height"]})
        self.assertEqual((4, 0, 3), self.place(page, "filter"), "the filter whose middle is nearest")
        page.get_by_role("button", name="Next output").click()
        page.get_by_role("button", name="Next output").press("Enter")
        self.assertEqual((0, 1, 1), self.place(page, "output"), "as one reads: after the end of a row comes the next")
        page.get_by_role("button", name="Previous output").press("Space")
        self.assertEqual((3, 0, 1), self.place(page, "output"))
        slider = page.get_by_label("s, stride", exact=True)
        slider.press("ArrowLeft")
        self.assertIn("The output is 7×7.", self.text(page))
        self.assertEqual("1", page.get_by_label("s, stride, exactly").input_value())
        self.assertIn("this is what same padding means", self.text(page))

    def test_what_can_not_be_is_refused_with_a_reason(self):
        page = self.open("does-not-fit")
        self.assertIn("A 7×7 filter does not fit: the input is 3 wide, padding included. Make the filter smaller or the input larger, or take p = 2.", self.text(page))
        page.get_by_label("p, padding on each side, exactly").fill("2")
        self.assertIn("The output is 1×1.", self.text(page))
        field = page.get_by_label("f, side of the filter, exactly")
        for nonsense in ("", "0", "2.5", "16", "-3"):
            field.fill(nonsense)
            self.assertIn("It has to be a whole number from 1 to 15.", self.text(page), nonsense)
            self.assertEqual("true", field.get_attribute("aria-invalid"))
        field.press("Tab")
        self.assertEqual(("7", "false"), (field.input_value(), field.get_attribute("aria-invalid")))
        self.assertNotIn("It has to be", self.text(page))

    def test_a_large_input(self):
        page = self.open("alexnet-conv1")
        self.assertIn("= ⌊216 ÷ 4⌋ + 1 = 54 + 1 = 55. The output is 55×55.", self.text(page))
        page.get_by_role("application").press("End")
        self.assertEqual((216, 216, 11), self.place(page, "filter"))
        page.get_by_label("n, side of the input, exactly").fill("224")
        self.assertIn("The output is 54×54.", self.text(page))
        self.assertIn("The division leaves a remainder of 1: the last row and column (beyond the dashed line) is never read.", self.text(page))
        self.assertEqual((212, 212, 11), self.place(page, "filter"), "where there are fewer outputs, the filter stays inside")

    def test_bottleneck_costs_are_the_librarys(self):
        page = self.open("bottleneck")
        text = self.text(page)
        for part in ("28·28·32 outputs × 5·5·192 multiplications each = 25,088 × 4,800 = 120,422,400", "= 12,544 × 192 = 2,408,448",
                     "28·28·32 outputs × 5·5·16 multiplications each = 25,088 × 400 = 10,035,200", "2,408,448 + 10,035,200 = 12,443,648",
                     "9.68 times fewer", "A bottleneck of 154 channels or fewer saves", "153,632 without, 15,920 with"):
            self.assertIn(part, text)
        seen = set()
        for row in self.rows("bottleneck"):
            for field, value in zip(page.locator("input[type=number]").all(), row[:5]):
                field.fill(value)
            without, narrow, parameters, narrow_parameters = map(int, row[5:])
            text = self.text(page)
            with self.subTest(row[:5]):
                self.assertIn(f"= {without:,}\n", text)
                self.assertIn(f" = {narrow:,}\n", text)
                self.assertIn(f"{parameters:,} without, {narrow_parameters:,} with the bottleneck", text)
                word = "fewer" if narrow < without else "more"
                seen.add(word)
                times = float(re.search(rf"([\d.,]+) times {word}", text).group(1).replace(",", ""))
                self.assertAlmostEqual(1, times / (max(without, narrow) / min(without, narrow)), delta=.006)
                widest = re.search(r"A bottleneck of ([\d,]+) channels? or fewer", text)
                self.assertEqual(narrow < without, bool(widest) and int(row[4]) <= int(widest.group(1).replace(",", "")))
                wide = [float(re.match(r"[\d.]+", bar.evaluate("bar => bar.style.width")).group()) for bar in page.locator(".track .bar").all()]
                self.assertAlmostEqual(narrow / without, (wide[1] + wide[2]) / wide[0], delta=1e-3 * narrow / without)
        self.assertEqual({"fewer", "more"}, seen)
        page.get_by_label("Channels of the bottleneck", exact=True).press("Home")
        self.assertRegex(self.text(page), r"1×1: \d+·\d+·1 outputs × 1·1·")

    def test_every_layer_of_every_network_is_the_librarys(self):
        page = self.open("zoo")
        self.assertIn("AlexNet, layer 1 of 24: conv1", self.text(page))
        shown, expected = page.evaluate(WALK), self.rows("zoo")
        self.assertEqual(len(expected), len(shown))
        totals = {}
        for name, *_, parameters, macs, activations, _ in expected:
            totals[name] = [sum(pair) for pair in zip(totals.get(name, (0, 0, 0)), map(int, (parameters, macs, activations)))]
        for wanted, got in zip(expected, shown):
            name, layer, stage, kind, inputs, output, *costs, field = wanted
            where = f"{name} {layer}"
            self.assertEqual([name, layer, stage], got[:3])
            self.assertRegex(got[3], rf"^{re.escape(name)}, layer \d+ of \d+: {re.escape(layer)}$")
            self.assertTrue(got[4].startswith(kind), f"{where}: {got[4]}")
            self.assertTrue(got[4].endswith(f": {inputs} → {output}") or inputs.count("+") > 2, f"{where}: {got[4]}")
            for text, word, cost, total in zip(got[5:11:2], ("Parameters", "Multiplications", "Activations"), map(int, costs), totals[name]):
                self.assertTrue(text.startswith(f"{word}: {cost:,} (") and text.endswith(f"of the network's {total:,})"), f"{where}: {text}")
                if cost and total and 100 * cost / total >= .05:
                    self.assertAlmostEqual(100 * cost / total, float(re.search(r"\(([\d.]+) %", text).group(1)), delta=.0501)
            seen = f"Receptive field: {int(field):,}×{int(field):,} pixels" if field != "0" else "Receptive field: the whole image of "
            self.assertTrue(got[12].startswith(seen), f"{where}: {got[12]}")

    def test_layers_are_walked_by_keys_and_the_field_is_drawn(self):
        page = self.open("lenet")
        layers = page.get_by_role("listbox")
        layers.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        text = self.text(page)
        self.assertIn("LeNet-5, layer 3 of 13: pool1", text)
        self.assertIn("average pooling 2×2, stride 2: 28×28×6 → 14×14×6", text)
        self.assertIn("Receptive field: 6×6 pixels of 32×32.", text)
        self.assertEqual((50 - 100 * 3 / 32, 50 - 100 * 3 / 32, 100 * 6 / 32), self.place(page, "field"))
        page.keyboard.press("End")
        self.assertIn("layer 13 of 13", self.text(page))
        self.assertEqual((0, 0, 100), self.place(page, "field"))
        layers.select_option("conv2")
        self.assertIn("convolution 5×5: 14×14×6 → 10×10×16", self.text(page))
        self.assertIn("Multiplications: 240,000 (", self.text(page))

    def test_names_are_only_text(self):
        page = self.open("vector")
        self.assertIn('A <b>vector</b></script>, layer 1 of 2: "fc"', self.text(page))
        self.assertIn("there is no image to see a part of", self.text(page))

    def test_sizes_follow_the_stated_model(self):
        page = self.open("residual")
        switch = page.get_by_label("Shortcuts around the blocks")
        for count, g, residual, off in ((10, .5, True, ()), (10, .5, False, ()), (3, 1.3, True, (2,)), (3, 1.3, False, (2,)), (27, 2, True, ()), (27, .05, False, ()),
                                        (1, 0, True, ()), (1, 0, False, ())):
            page.get_by_role("button", name="Switch all blocks on").click()
            page.get_by_label("Number of blocks, exactly").fill(str(count))
            page.get_by_label("branch, exactly").fill(str(g))
            switch.set_checked(residual)
            for block in off:
                page.get_by_label(f"block {block}", exact=True).uncheck()
            factors = [0 if block in off else g for block in range(1, count + 1)]
            if residual:
                factors = [math.sqrt(1 + factor ** 2) for factor in factors]
            cells = [[self.number(text) for text in row] for row in
                     page.locator(".casebook-explorer tbody").evaluate("body => [...body.rows].map(row => [...row.querySelectorAll('td span')].map(span => span.textContent))")]
            with self.subTest(count=count, g=g, residual=residual, off=off):
                self.assertEqual(count, len(cells))
                for block, (forward, backward) in enumerate(cells):
                    self.close(math.prod(factors[:block + 1]), forward)
                    self.close(math.prod(factors[block:]), backward)

    def number(self, text):
        text = text.replace(" (cut)", "").replace(",", "")
        digits, _, exponent = text.partition("·10")
        return float(digits) * 10.0 ** int(exponent.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or 0)

    def close(self, wanted, got):
        self.assertLessEqual(abs(got - wanted), .00501 * wanted, f"{wanted} is shown as {got}")

    def test_blocks_are_switched_by_keys(self):
        page = self.open("residual")
        self.assertIn("A signal of size 1 leaves the 10 blocks with size 3.05 with shortcuts, and with size 0.000977 without.", self.text(page))
        page.get_by_label("block 4", exact=True).press("Space")
        self.assertIn("with size 2.73 with shortcuts, and with size 0 without: a block that is switched off hands on nothing", self.text(page))
        self.assertNotIn("(cut)", self.text(page))
        page.get_by_label("Shortcuts around the blocks").press("Space")
        self.assertEqual(7 + 4, self.text(page).count("0 (cut)"), "the signal behind blocks 4 to 10, the gradient in front of 1 to 4")
        page.get_by_label("Number of blocks", exact=True).press("Home")
        self.assertEqual(1, page.locator(".casebook-explorer tbody tr").count())
        self.assertIn("leaves the 1 block with size 1.12 with shortcuts, and with size 0.500 without.", self.text(page))

    def test_copies_on_one_page_do_not_meet(self):
        page = self.open("convolution", "residual", "convolution", "lenet", "zoo", "convolution")
        copies = page.locator(".casebook-explorer")
        self.assertEqual(6, copies.count())
        copies.nth(2).get_by_label("n, side of the input, exactly").fill("9")
        self.assertEqual(["4×4", "5×5", "4×4"], [re.search(r"The output is (\S+)\.", copies.nth(i).inner_text()).group(1) for i in (0, 2, 5)])
        self.assertEqual([], page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)"), "no ids, so none twice")
        blank = self.visit(self.blank())
        self.assertEqual(blank.evaluate("Object.keys(window)"), page.evaluate("Object.keys(window)"), "no global names")
        self.assertEqual(["undefined"] * 3, page.evaluate("[typeof build, typeof start, typeof STYLE]"))

    def blank(self):
        file = self.folder / "blank.html"
        file.write_text("<!doctype html><title>Blank</title>", encoding="utf-8")
        return file

    def test_scripts_that_run_elsewhere_find_their_places(self):
        """Some pages move scripts away from where they stood: each still finds a place that has no explorer yet."""
        page = self.visit(self.blank())
        sources = [(self.folder / f"{name}.html").read_text(encoding="utf-8") for name in ("convolution", "bottleneck", "convolution")]
        page.evaluate("""sources => {
          sources.forEach(source => document.body.insertAdjacentHTML("beforeend", source));
          document.querySelectorAll("script").forEach(old => {
            const script = document.createElement("script");
            script.textContent = old.textContent;
            old.remove();
            document.head.append(script);
          });
        }""", sources)
        self.assertEqual(["Convolution", "The bottleneck", "Convolution"],
                         [re.match("Convolution|The bottleneck", label).group() for label in page.locator(".casebook-explorer").evaluate_all(
                             "all => all.map(each => each.getAttribute('aria-label'))")])

    def test_without_scripts_a_table_is_left(self):
        for name, *parts in (("convolution", "= 4. The output is 4×4.", "First cell of the padded input"), ("does-not-fit", "does not fit"),
                             ("bottleneck", "120,422,400", "12,443,648"), ("lenet", "61,706", "conv2"), ("zoo", "ResNet-152", "11,282,415,616"),
                             ("residual", "0.000977", "3.05", "random weights")):
            page = self.open(name, scripts=False)
            text = page.locator("main").inner_text()
            for part in parts:
                self.assertIn(part, text, name)
                self.assertIn(part, (self.folder / f"{name}.txt").read_text(encoding="utf-8"), name)
            self.assertEqual(0, page.locator("input, select, button").count(), "nothing that can't be moved")

    def test_a_page_that_the_browser_saved_works(self):
        page = self.open("convolution", "residual")
        page.get_by_label("n, side of the input, exactly").fill("9")
        saved = self.folder / "saved.html"
        saved.write_text(page.content(), encoding="utf-8")
        again = self.visit(saved)
        self.assertEqual(2, again.locator(".casebook-explorer").count())
        again.get_by_label("n, side of the input, exactly").fill("11")
        self.assertIn("The output is 6×6.", again.locator(".casebook-explorer").first.inner_text())

    def test_each_fits_a_phone_and_says_what_it_is(self):
        for name in EVERY:
            page = self.open(name, width=390, color_scheme="dark")
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390, name)
            self.assertEqual([], page.evaluate("""[...document.querySelectorAll(".html")].filter(each => each.scrollWidth > each.clientWidth)
                .map(each => each.scrollWidth)"""), name)
            self.assertFalse(page.locator("details").first.evaluate("details => details.open"), name)
            focusable = page.locator(".casebook-explorer").locator("input, select, button, [tabindex]")
            self.assertGreater(focusable.count(), 0)
            for control in focusable.all():
                self.assertEqual("true", control.get_attribute("data-lm-suppress-shortcuts"), "or JupyterLab takes its keys")
                named = control.evaluate("each => each.getAttribute('aria-label') || each.textContent && each.tagName === 'BUTTON' || each.labels?.[0]?.innerText")
                self.assertTrue(named, control.evaluate("each => each.outerHTML")[:200])
            self.assertGreater(page.locator(".casebook-explorer [aria-live=polite]").count(), 0)
            page.keyboard.press("Tab")
            self.assertEqual(3, page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)"), "the focus is seen")

    def test_a_trained_filter_slides_over_an_image(self):
        page = self.open("filter")
        board = page.get_by_role("application")
        for filter, row, column, value in self.rows("filter"):
            page.get_by_role("button", name=f"filter {int(filter) + 1}").press("Enter")
            board.press("Home")
            for _ in range(int(row)):
                page.keyboard.press("ArrowDown")
            for _ in range(int(column)):
                page.keyboard.press("ArrowRight")
            self.assertEqual(((int(column), int(row), 1), (int(column), int(row), 5)), (self.place(page, "output"), self.place(page, "filter")))
            text = self.text(page).replace("−", "-")
            made = re.search(r"tanh makes (\S+) of it\. This is the number in row (\d+), column (\d+) of feature map (\d+)\.", text)
            self.assertEqual((int(row) + 1, int(column) + 1, int(filter) + 1), tuple(map(int, made.groups()[1:])))
            self.assertAlmostEqual(float(value), float(made.group(1)), delta=6e-4)
            pixels, weights, products = ([float(each.replace("−", "-")) for each in svg.locator("text").all_text_contents()]
                                         for svg in page.locator(".side").nth(1).locator("svg").all())
            self.assertEqual(25, len(products))
            for pixel, weight, product in zip(pixels, weights, products):
                self.assertAlmostEqual(pixel * weight, product, delta=.015)
            total = float(re.search(r"products add up to (\S+)\. With", text).group(1))
            self.assertAlmostEqual(sum(products), total, delta=.13)
        output = board.locator("svg").nth(1)
        box = output.bounding_box()
        output.click(position={"x": .5 * box["width"] + 1, "y": .25 * box["height"] + 1})
        self.assertEqual((14, 7, 1), self.place(page, "output"))
        board.press("End")
        self.assertEqual((27, 27, 5), self.place(page, "filter"))

    def test_blocks_are_switched_off(self):
        page = self.open("blocks")
        right = {row.split("  ")[0].strip(): row.split()[-1] for row in (self.folder / "blocks.txt").read_text(encoding="utf-8").splitlines() if row.strip()}
        self.assertIn(f"All blocks on: {right['none']} % of 100 images are answered right.", self.text(page))
        boxes = page.get_by_role("checkbox")
        self.assertEqual(3, boxes.count())
        for i in range(3):
            boxes.nth(i).press("Space")
            self.assertIn(f"block_{i + 1} off: {right[f'block_{i + 1}']} % of 100 images are answered right, instead of {right['none']} %.", self.text(page))
            boxes.nth(i).press("Space")
        for box in boxes.all():
            box.press("Space")
        self.assertIn(f"block_1, block_2, block_3 off: {right['all 3']} % of", self.text(page))
        page.get_by_role("button", name="Switch all blocks on").press("Enter")
        self.assertIn("All blocks on:", self.text(page))

    def test_an_error_would_be_seen(self):
        file = self.folder / "broken.html"
        file.write_text("<!doctype html><title>Broken</title><script>throw new Error('seen')</script><img src='https://example.org/x.png'>", encoding="utf-8")
        page = self.browser.new_page(offline=True)
        self.addCleanup(page.close)
        said, asked = [], []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        self.assertIn("seen", " ".join(said))
        self.assertIn("https://example.org/x.png", asked)


if __name__ == "__main__":
    unittest.main()
