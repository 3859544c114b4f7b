package casebook.exercises;

import casebook.layers.Shape;
import java.util.List;

/** The exercise of notebook 00, which shows how exercises work. */
final class Notebook00 {

    private Notebook00() {}

    static List<Exercise<?>> exercises() {
        return List.of(volume());
    }

    /** An array that is printed as {@code [8, 3, 48, 64]}, in the lecture's order. */
    private static Exercise<?> volume() {
        return Exercise.shape("00.1", () -> Shape.volume(48, 64, 3))
                .mistake(() -> "3x48x64", "That is the order in memory, channels first. What does the lecture write first?")
                .mistake(() -> "3x64x48", "That has the channels first. What does the lecture write first?")
                .mistake(() -> "64x48x3", "The channels are in their place. Which of the two sides is named first, in memory and in the lecture?")
                .mistake(() -> "8x3x48", "The first number of the array is not a part of any volume. What does it count?")
                .mistake(() -> "8x48x64", "Two of these are right. What does the first number of the array count?")
                .mistake(() -> "48x64x8", "The order is right. But which number of the array counts the channels: the first or the second?")
                .mistake(() -> "3x48x8", "What does each of the four numbers count? Go through them from the left.")
                .otherwise("What does each of the four numbers count? Go through them from the left. One of them is left out of the volume.")
                .nearer("An array's sides are images, channels, height, width. The lecture leaves the images out, and writes height first.",
                        "Cross out the 8. Of 3, 48, 64 the 3 counts the channels: it goes to the end, and the other two keep their order.")
                .because("The first number of the array counts the images. Height and width keep their order, and the channels go to the end.");
    }
}
