package casebook.onnx;

import casebook.layers.Shape;
import casebook.model.Model;
import casebook.model.ModelFileException;
import casebook.network.Network;
import java.nio.file.Path;

/**
 * ONNX files. ONNX Runtime, Netron, PyTorch, Keras and many others read or write them: the file holds a graph of operators,
 * and the weights.
 */
public final class OnnxFile {

    private OnnxFile() {}

    /**
     * Writes a model, with its weights in float32, whole or not at all. Layers keep their names. Auxiliary heads are outputs
     * after the main one.
     *
     * @throws ModelFileException if a layer can't be written as ONNX, or the file can't be written
     */
    public static void write(Path file, Model model) {
        Exporter.write(file, model);
    }

    /**
     * Reads the network of a file that any library has written, as far as it is a classifier of images. The weights are not
     * read, only their sizes. An operator that Casebook has no layer for is followed by its shapes: a network with such a layer
     * can be counted, and not be run.
     *
     * @throws ModelFileException if the file is damaged, or holds an operator whose shapes are not known; the message names it
     */
    public static Network read(Path file) {
        return read(file, null);
    }

    /**
     * Reads the network of a file whose image size is left open.
     *
     * @param input the size of the image; null to take it from the file
     * @throws ModelFileException if the file is damaged, or holds an operator whose shapes are not known; the message names it
     */
    public static Network read(Path file, Shape input) {
        return new Importer(file, Skeleton.read(file)).network(input);
    }
}
