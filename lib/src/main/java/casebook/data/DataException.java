package casebook.data;

import casebook.text.Printable;

/** Data that can't be read; the message names the file, what is wrong with it and where. */
public class DataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, for a learner to read */
    public DataException(String message) {
        super(Printable.message(message));
    }

    /** @param message what is wrong, for a learner to read @param cause what the system said */
    public DataException(String message, Throwable cause) {
        super(Printable.message(message), cause);
    }
}
