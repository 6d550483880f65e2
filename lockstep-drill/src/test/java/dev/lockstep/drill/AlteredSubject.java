package dev.lockstep.drill;

import java.util.List;
import java.util.function.UnaryOperator;

/** Plain Lettuce in sessions that do something wrong. */
final class AlteredSubject implements Subject {
    private final LettuceSubject lettuce;
    private final String name;
    private final UnaryOperator<Session> alteration;

    AlteredSubject(Stage stage, String name, UnaryOperator<Session> alteration) {
        this.lettuce = new LettuceSubject(stage);
        this.name = name;
        this.alteration = alteration;
    }

    @Override
    public Session session(Actor actor) {
        return alteration.apply(lettuce.session(actor));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> settings() {
        return lettuce.settings();
    }

    @Override
    public Outcome outcome(RuntimeException failure) {
        return lettuce.outcome(failure);
    }

    @Override
    public List<Told> told() {
        return lettuce.told();
    }

    @Override
    public long readsByReplica() {
        return lettuce.readsByReplica();
    }

    @Override
    public void close() {
        lettuce.close();
    }
}
