package casebook.network;

import casebook.text.Printable;

/** A network that can't be built; the message names the layer, what it got and what it needs. */
public class NetworkException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, for a learner to read */
    public NetworkException(String message) {
        super(Printable.message(message));
    }

    /** @param message what is wrong, for a learner to read @param cause the layer's own complaint */
    public NetworkException(String message, Throwable cause) {
        super(Printable.message(message), cause);
    }
}
