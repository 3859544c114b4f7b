package casebook.model;

import casebook.text.Printable;

/** A file of weights that can't be read or written; the message names the file and what is wrong with it. */
public class ModelFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, for a learner to read */
    public ModelFileException(String message) {
        super(Printable.message(message));
    }

    /** @param message what is wrong, for a learner to read @param cause what the system said */
    public ModelFileException(String message, Throwable cause) {
        super(Printable.message(message), cause);
    }
}
