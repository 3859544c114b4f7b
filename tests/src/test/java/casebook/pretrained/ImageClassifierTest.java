package casebook.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import casebook.data.Photo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * SqueezeNet with trained weights, against what ONNX Runtime gave for the same images (expected.json). Those figures come from
 * the weights before they were rounded to float16, so logits agree to 0.1 % and not to rounding; PyTorch with the rounded
 * weights gives ours to six digits.
 */
class ImageClassifierTest {

    private static ImageClassifier classifier;
    private static JsonNode expected;

    @BeforeAll
    static void load() throws Exception {
        classifier = ImageClassifier.squeezeNet();
        expected = new ObjectMapper().readTree(ImageClassifierTest.class.getResource("/casebook/squeezenet/expected.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"chelsea-227.png", "coffee-227.png", "camera-227.png", "rocket-227.png", "panda-227.png"})
    void answersAreThoseOfAnotherEngine(String file) throws Exception {
        Photo photo = Photo.read(Path.of(getClass().getResource("/casebook/squeezenet/" + file).toURI()));
        JsonNode wanted = expected.get(file);
        List<ImageClassifier.Guess> guesses = classifier.classify(photo, 5);
        for (int rank = 0; rank < 5; rank++) {
            assertThat(guesses.get(rank).index()).isEqualTo(wanted.get("top5").get(rank).get(0).asInt());
            assertThat(guesses.get(rank).label()).isEqualTo(wanted.get("top5").get(rank).get(1).asText());
            assertThat(guesses.get(rank).probability()).isCloseTo(wanted.get("top5").get(rank).get(2).asDouble(), within(0.005));
        }
        float[] logits = classifier.model().activations(ImageClassifier.input(photo)).get("flatten").ravel().toFloatVector();
        for (int rank = 0; rank < 5; rank++) {
            double logit = wanted.get("logits_top5").get(rank).asDouble();
            assertThat((double) logits[guesses.get(rank).index()]).isCloseTo(logit, within(1e-3 * wanted.get("logits_top5").get(0).asDouble()));
        }
        double sum = 0;
        for (float logit : logits) {
            sum += logit;
        }
        assertThat(sum).isCloseTo(wanted.get("logit_sum").asDouble(), within(1e-3 * wanted.get("logit_sum").asDouble()));
    }

    @Test
    void photosOfAnySizeAreCutToTheMiddle() {
        assertThat(ImageClassifier.seen(Photo.of("chelsea")).height()).isEqualTo(ImageClassifier.SIDE);
        assertThat(ImageClassifier.seen(Photo.of("chelsea")).width()).isEqualTo(ImageClassifier.SIDE);
        assertThat(ImageClassifier.input(Photo.of("moose")).shape()).isEqualTo(new long[] {1, 3, 227, 227});
        assertThat(ImageClassifier.input(Photo.grey("dot", new float[][] {{0.5f}})).shape()).isEqualTo(new long[] {1, 3, 227, 227});
        assertThat(Arrays.asList("Egyptian cat", "tabby", "tiger cat")).contains(classifier.classify(Photo.of("chelsea"), 1).get(0).label());
    }
}
