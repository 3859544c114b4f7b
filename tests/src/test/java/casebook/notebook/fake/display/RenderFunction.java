package casebook.notebook.fake.display;

import casebook.notebook.fake.FakeKernel;

/** How the fake kernel draws values of a type. */
public interface RenderFunction<T> {

    void render(T value, FakeKernel.RenderContext context);
}
