package casebook.training;

import casebook.text.Printable;

/** Training that can't go on; the message names the step or layer and a likely cause. */
public class TrainingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, for a learner to read */
    public TrainingException(String message) {
        super(Printable.message(message));
    }
}
