package casebook.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The one thing of Exif, a camera's notes in a photo's file, that a reader of photos needs: how the camera was held. The notes have
 * the form of a TIFF file (CIPA DC-008, section 4.5): a list of entries of 12 bytes. Nothing else in them is read.
 */
final class Exif {

    private static final int ORIENTATION = 274;
    private static final int SHORT = 3;
    private static final int ENTRY = 12;

    private Exif() {}

    /** The orientation, 1 to 8; 1, upright, where it isn't said: broken notes are no reason to refuse a photo that can be read. */
    static int orientation(ByteBuffer tiff) {
        ByteBuffer notes = tiff.slice();
        if (notes.remaining() < 10) {
            return 1;
        }
        notes.order(notes.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int list = notes.getInt(4);
        if (list < 8 || list > notes.limit() - 2) {
            return 1;
        }
        int entries = notes.getShort(list) & 0xffff;
        for (int i = 0; i < entries && list + 2 + (i + 1) * ENTRY <= notes.limit(); i++) {
            int at = list + 2 + i * ENTRY;
            if ((notes.getShort(at) & 0xffff) == ORIENTATION) {
                int value = notes.getShort(at + 2) == SHORT ? notes.getShort(at + 8) : 1;
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }
}
