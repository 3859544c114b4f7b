package casebook.exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import casebook.exercises.CatchUp.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which cells are run; that they run is seen in a real kernel by {@code tests/test_kernel.py}. */
class CatchUpTest {

    @TempDir
    Path folder;

    private List<Cell> cells() throws IOException {
        Path file = folder.resolve("05-x.ipynb");
        Files.writeString(file, """
                {"cells": [
                 {"cell_type": "code", "id": "one", "metadata": {"tags": ["setup"]}, "source": ["import a;\\n", "start();"]},
                 {"cell_type": "markdown", "id": "two", "metadata": {}, "source": ["# Title\\n", "\\n", "## The skip connection"]},
                 {"cell_type": "code", "id": "three", "metadata": {}, "source": ["/** Why. */\\n", "// how\\n", "int a = 1;"]},
                 {"cell_type": "code", "id": "four", "metadata": {"tags": ["prediction"]}, "source": "predict(\\"05.a\\", TODO);"},
                 {"cell_type": "code", "id": "five", "metadata": {"tags": ["slow"]}, "source": ["train();"]},
                 {"cell_type": "code", "id": "six", "metadata": {"tags": ["exercise"]}, "source": ["int mine = 0;\\n", "check(\\"05.3\\", TODO);"]},
                 {"cell_type": "code", "id": "seven", "metadata": {}, "source": []},
                 {"cell_type": "code", "id": "eight", "metadata": {}, "source": ["last()"]}
                ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
                """);
        return CatchUp.cells(file);
    }

    private List<String> before(String place) throws IOException {
        return CatchUp.before(place, cells()).stream().map(Cell::id).toList();
    }

    @Test
    void thePlaceIsAnExerciseAPredictionACellOrAHeading() throws IOException {
        assertThat(before("05.a")).containsExactly("one", "three");
        assertThat(before("05.3")).containsExactly("one", "three", "four", "five");
        assertThat(before("05.eight")).containsExactly("one", "three", "four", "five", "six");
        assertThat(before("05.skip connection")).containsExactly("one");
        assertThat(before("05")).containsExactly("one", "three", "four", "five", "six", "eight");
        assertThatThrownBy(() -> before("05.4")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the notebook has no exercise, no cell and no heading \"05.4\"; the nearest exercises are 05.a, 05.3");
        assertThat(cells().get(2).firstLine()).isEqualTo("int a = 1;");
        assertThat(cells().get(4).tags()).containsExactly("slow");
    }

    @Test
    void itFindsTheCoursesNotebooks() {
        assertThat(CatchUp.file("00b").getFileName()).hasToString("00b-just-enough.ipynb");
        List<Cell> cells = CatchUp.before("02.1", CatchUp.cells(CatchUp.file("02")));
        assertThat(cells).isNotEmpty().allMatch(Cell::code);
        assertThat(cells.get(0).tags()).contains("setup");
        assertThatThrownBy(() -> CatchUp.to("77.1")).hasMessageContaining("there is no notebook \"77\"; there are 00, 00b, 01");
    }
}
